"""Security headers, CORS, and what is believed of proxies."""

from __future__ import annotations

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from service.keys import KeyRing, entry, generate
from service.web.auth import register_auth
from service.web.headers import register_headers, register_proxies
from tests.web.small import small_app

PAGE = "https://www.example.com"
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


def app_with(*origins: str) -> Flask:
    app = small_app()
    register_headers(app, origins)
    return app


@pytest.fixture
def client() -> FlaskClient:
    return app_with(PAGE).test_client()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/voices", 200),
        ("HEAD", "/voices", 200),
        ("POST", "/tts", 200),
        ("GET", "/tts", 405),
        ("GET", "/nowhere", 404),
        ("GET", "/broken", 500),
        ("OPTIONS", "/tts", 200),
    ],
)
def test_every_answer_is_safe_for_browsers(client: FlaskClient, method: str, path: str, status: int) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert {name: answer.headers[name] for name in SAFE} == SAFE


def test_what_a_route_has_set_stays(client: FlaskClient) -> None:
    headers = client.get("/docs").headers
    assert headers.getlist("Content-Security-Policy") == ["default-src 'self'"]
    assert headers.getlist("Cache-Control") == ["max-age=60"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_without_origins_there_are_no_cors_headers() -> None:
    client = app_with().test_client()
    preflight = client.options("/tts", headers={"Origin": PAGE, "Access-Control-Request-Method": "POST"})
    for answer in (client.post("/tts", headers={"Origin": PAGE}), preflight):
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


def test_a_page_of_a_listed_origin_may_read_answers_and_their_headers(client: FlaskClient) -> None:
    headers = client.post("/tts", headers={"Origin": PAGE}).headers
    assert headers["Access-Control-Allow-Origin"] == PAGE
    exposed = set(headers["Access-Control-Expose-Headers"].split(", "))
    assert exposed == {
        "X-Request-Id",
        "X-Cache",
        "X-Audio-Seconds",
        "X-Audio-Sample-Rate",
        "Server-Timing",
        "Retry-After",
        "Location",
    }
    assert "Access-Control-Allow-Credentials" not in headers


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://www.example.com",
        f"{PAGE}.evil.example",
        "https://wwwxexample.com",
        "null",
    ],
)
def test_a_page_of_another_origin_may_not(client: FlaskClient, origin: str) -> None:
    assert "Access-Control-Allow-Origin" not in client.post("/tts", headers={"Origin": origin}).headers


def test_who_sends_no_origin_is_not_told_the_list(client: FlaskClient) -> None:
    headers = client.post("/tts").headers
    assert "Access-Control-Allow-Origin" not in headers
    assert headers["Vary"] == "Origin"


def test_a_preflight_allows_the_methods_and_headers_of_the_api(client: FlaskClient) -> None:
    asked = ["authorization", "content-type", "x-api-key", "x-request-id", "x-request-timeout"]
    headers = {
        "Origin": PAGE,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": ", ".join([*asked, "x-other"]),
    }
    answer = client.options("/tts", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Headers"].split(", ") == asked
    assert set(answer.headers["Access-Control-Allow-Methods"].split(", ")) == {
        "GET",
        "HEAD",
        "POST",
        "DELETE",
    }


def test_several_origins_may_be_listed() -> None:
    client = app_with(PAGE, "http://localhost:3000").test_client()
    headers = client.post("/tts", headers={"Origin": "http://localhost:3000"}).headers
    assert headers.getlist("Access-Control-Allow-Origin") == ["http://localhost:3000"]


def test_a_star_lets_every_page_in() -> None:
    client = app_with("*").test_client()
    assert client.post("/tts", headers={"Origin": PAGE}).headers["Access-Control-Allow-Origin"] == "*"


def test_a_page_can_read_why_it_was_refused() -> None:
    app = small_app()
    register_headers(app, [PAGE])
    register_auth(app, KeyRing([entry("app", generate())]))
    answer = app.test_client().post("/tts", headers={"Origin": PAGE})
    assert answer.status_code == 401
    assert answer.headers["Access-Control-Allow-Origin"] == PAGE


@pytest.mark.parametrize(
    "wrong",
    [
        "www.example.com",
        "https://a.example/",
        "https://*.example.com",
        "null",
        "ftp://a",
        "https://a.example x",
    ],
)
def test_what_is_not_an_origin_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="is not an origin; write"):
        app_with(wrong)


FORWARDED = {
    "X-Forwarded-For": "6.6.6.6, 5.5.5.5, 4.4.4.4",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
}


@pytest.mark.parametrize(
    ("hops", "address"), [(0, "127.0.0.1"), (1, "4.4.4.4"), (2, "5.5.5.5"), (4, "127.0.0.1")]
)
def test_the_clients_address_is_what_the_trusted_proxies_say(hops: int, address: str) -> None:
    app = small_app()
    register_proxies(app, hops)
    assert app.test_client().get("/voices", headers=FORWARDED).get_json()["address"] == address


@pytest.mark.parametrize(("hops", "root"), [(0, "http://localhost/"), (1, "https://localhost/")])
def test_links_keep_the_host_that_was_called(hops: int, root: str) -> None:
    app = small_app()
    app.add_url_rule("/root", "root", lambda: request.url_root)
    register_proxies(app, hops)
    assert app.test_client().get("/root", headers=FORWARDED).text == root
