"""API keys on requests."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.keys import KeyRing, entry, generate
from service.web.auth import authenticate, register_auth
from service.web.errors import RequestError
from tests.web.small import small_app

KEY, OTHER = generate(), generate()
RING = KeyRing([entry("app", KEY), entry("kiosk", OTHER)])


@pytest.fixture
def app() -> Flask:
    app = small_app()
    register_auth(app, RING)
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.mark.parametrize(
    "headers",
    [{"Authorization": f"Bearer {KEY}"}, {"Authorization": f"bearer {KEY}"}, {"X-API-Key": KEY}],
)
def test_a_key_lets_in_under_its_name(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.get("/voices", headers=headers)
    assert answer.status_code == 200
    assert answer.get_json()["key"] == "app"


def test_each_of_several_keys_lets_in(client: FlaskClient) -> None:
    assert client.get("/voices", headers={"X-API-Key": OTHER}).get_json()["key"] == "kiosk"


def test_another_kind_of_authorization_leaves_room_for_the_key(client: FlaskClient) -> None:
    headers = {"Authorization": "Basic YTpi", "X-API-Key": KEY}
    assert client.get("/voices", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": KEY},
        {"Authorization": "Basic \xff"},
        {"X-API-Key": ""},
    ],
)
@pytest.mark.parametrize(("method", "path"), [("GET", "/voices"), ("POST", "/tts"), ("GET", "/nowhere")])
def test_without_a_key_it_is_401_and_says_how_to_send_one(
    client: FlaskClient, method: str, path: str, headers: dict[str, str]
) -> None:
    answer = client.open(path, method=method, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.get_json()["code"] == "key_missing"
    assert "Authorization: Bearer" in answer.get_json()["error"]
    assert answer.get_json()["request_id"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize(
    "key", [generate(), "x", "钥匙".encode().decode("latin-1")], ids=["well-formed", "short", "not ASCII"]
)
def test_an_unknown_key_is_403_and_is_not_repeated(client: FlaskClient, key: str) -> None:
    answer = client.get("/voices", headers={"X-API-Key": key})
    assert (answer.status_code, answer.get_json()["code"]) == (403, "key_unknown")
    assert len(key) == 1 or key not in answer.text


def test_openai_clients_are_refused_in_their_own_shape(client: FlaskClient) -> None:
    answer = client.post("/v1/audio/speech")
    assert answer.status_code == 401
    assert answer.get_json()["error"]["code"] == "key_missing"


@pytest.mark.parametrize("path", ["/healthz", "/livez", "/metrics", "/openapi.json", "/docs"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_probes_and_documents_are_open(client: FlaskClient, method: str, path: str) -> None:
    assert client.open(path, method=method).status_code == 200


def test_a_link_to_audio_needs_its_signature_or_a_key(client: FlaskClient) -> None:
    assert client.get("/audio/abc").status_code == 401
    signature = RING.sign("/audio/abc")
    assert client.get("/audio/abc", query_string={"signature": signature}).status_code == 200
    assert client.get("/audio/abd", query_string={"signature": signature}).status_code == 401
    assert client.get("/audio/abc", query_string={"signature": "é" + signature}).status_code == 401
    assert client.get("/audio/abc", headers={"X-API-Key": KEY}).status_code == 200


def test_a_preflight_is_open(client: FlaskClient) -> None:
    assert client.options("/tts").status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/audio"),
        ("GET", "/healthz/"),
        ("GET", "//healthz"),
        ("GET", "/docs/x"),
    ],
)
def test_what_looks_like_an_open_address_is_not(client: FlaskClient, method: str, path: str) -> None:
    assert client.open(path, method=method).status_code == 401


def test_a_websocket_may_bring_its_key_later_but_not_a_wrong_one(client: FlaskClient) -> None:
    assert client.get("/tts/ws").get_json()["key"] is None
    assert client.get("/tts/ws", headers={"X-API-Key": KEY}).get_json()["key"] == "app"
    assert client.get("/tts/ws", headers={"X-API-Key": "x"}).status_code == 403


def test_the_key_of_a_first_message_is_checked_like_one_in_headers(app: Flask) -> None:
    with app.test_request_context("/tts/ws"):
        with pytest.raises(RequestError) as missing:
            authenticate(RING, None)
        with pytest.raises(RequestError) as unknown:
            authenticate(RING, "x")
        authenticate(RING, KEY)
        authenticate(RING, None)  # it has been shown
    assert (missing.value.code, unknown.value.code) == ("key_missing", "key_unknown")


def test_without_keys_everything_is_open() -> None:
    app = small_app()
    register_auth(app, KeyRing([]))
    client = app.test_client()
    assert client.post("/tts").status_code == 200
    assert client.get("/voices", headers={"X-API-Key": "x"}).status_code == 200
    with app.test_request_context("/tts/ws"):
        authenticate(KeyRing([]), None)
