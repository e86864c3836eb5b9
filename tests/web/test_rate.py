"""Rate limits, with and without a Redis."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.keys import KeyRing, entry, generate
from service.web.auth import register_auth
from service.web.headers import register_proxies
from service.web.rate import register_rate
from tests.redis_server import RedisServer
from tests.web.small import small_app

KEY, OTHER = generate(), generate()
PATIENCE = 20.0  # seconds until a limiter must have found its Redis again


def limited(limit: str | None = "3/hour", redis_url: str | None = None) -> FlaskClient:
    app = small_app()
    register_proxies(app, 1)
    register_auth(app, KeyRing([entry("app", KEY), entry("kiosk", OTHER)]))
    register_rate(app, limit, redis_url)
    return app.test_client()


def statuses(client: FlaskClient, times: int, address: str = "1.1.1.1", key: str = KEY) -> list[int]:
    headers = {"X-API-Key": key, "X-Forwarded-For": address}
    return [client.post("/tts", headers=headers).status_code for _ in range(times)]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path / "redis") as running:
        yield running


def test_beyond_the_limit_it_is_429_and_says_when_to_come_again() -> None:
    client = limited()
    assert statuses(client, 3) == [200, 200, 200]
    answer = client.post("/tts", headers={"X-API-Key": KEY, "X-Forwarded-For": "1.1.1.1"})
    assert answer.status_code == 429
    assert answer.get_json()["code"] == "rate_limited"
    assert answer.get_json()["error"] == "Too many requests; the limit is 3 per 1 hour."
    assert answer.get_json()["request_id"] == answer.headers["X-Request-Id"]
    assert 1 <= int(answer.headers["Retry-After"]) <= 3601
    assert answer.headers["X-RateLimit-Remaining"] == "0"


def test_openai_clients_are_refused_in_their_own_shape() -> None:
    client = limited("1/hour")
    answers = [client.post("/v1/audio/speech", headers={"X-API-Key": KEY}) for _ in range(2)]
    assert answers[1].status_code == 429
    assert answers[1].get_json()["error"]["code"] == "rate_limited"


def test_every_answer_tells_what_is_left_and_only_refusals_when_to_come_again() -> None:
    headers = limited().post("/tts", headers={"X-API-Key": KEY}).headers
    assert (headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]) == ("3", "2")
    assert 0 <= int(headers["X-RateLimit-Reset"]) - time.time() <= 3601
    assert "Retry-After" not in headers


def test_a_key_has_one_limit_on_all_addresses_and_routes() -> None:
    client = limited("2/hour")
    assert statuses(client, 1, "1.1.1.1") == [200]
    assert client.get("/voices", headers={"X-API-Key": KEY, "X-Forwarded-For": "2.2.2.2"}).status_code == 200
    assert statuses(client, 1, "3.3.3.3") == [429]
    assert statuses(client, 1, "3.3.3.3", OTHER) == [200]


def test_an_address_has_one_limit_for_all_its_keys() -> None:
    client = limited("2/hour")
    assert statuses(client, 1, key=KEY) + statuses(client, 2, key=OTHER) == [200, 200, 429]


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ("1.1.1.1", "1.1.1.2", False),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:1.1.1.1", "::ffff:1.1.1.2", False),
        ("::ffff:1.1.1.1", "1.1.1.1", True),
    ],
)
def test_an_ipv6_network_counts_as_one_address(first: str, second: str, together: bool) -> None:
    client = limited("1/hour")
    assert statuses(client, 1, first, KEY) == [200]
    assert statuses(client, 1, second, OTHER) == [429 if together else 200]


@pytest.mark.parametrize("path", ["/healthz", "/livez", "/metrics", "/openapi.json", "/docs"])
def test_probes_and_documents_have_no_limit(path: str) -> None:
    client = limited("1/hour")
    assert [client.get(path).status_code for _ in range(3)] == [200, 200, 200]


def test_preflights_do_not_count() -> None:
    client = limited("1/hour")
    assert [client.options("/tts").status_code for _ in range(3)] == [200, 200, 200]
    assert statuses(client, 1, "127.0.0.1") == [200]


def test_several_limits_hold_together() -> None:
    assert statuses(limited("2/hour;100/day"), 3) == [200, 200, 429]


def test_without_a_limit_there_is_none() -> None:
    client = limited(None)
    assert statuses(client, 50) == [200] * 50
    assert "X-RateLimit-Limit" not in client.get("/voices", headers={"X-API-Key": KEY}).headers


@pytest.mark.parametrize("wrong", ["", "many", "0/minute", "-1/minute", "100", "100/fortnight", "1/second;x"])
def test_what_is_not_a_limit_is_refused_with_a_sentence(wrong: str) -> None:
    with pytest.raises(ValueError, match="is not a rate limit; write one such as 100/minute"):
        register_rate(Flask("small"), wrong, None)


class Unread(io.BytesIO):
    """A body that remembers whether anyone has read it."""

    touched = False

    def read(self, size: int | None = -1) -> bytes:
        self.touched = True
        return super().read(size)


def test_counting_does_not_read_the_body() -> None:
    client, body = limited("1/hour"), Unread(b"text")
    assert client.post("/tts", headers={"X-API-Key": KEY}, input_stream=body).status_code == 200
    assert not body.touched


def test_processes_that_share_a_redis_count_together(server: RedisServer) -> None:
    first, second = limited("4/hour", server.url), limited("4/hour", server.url)
    assert statuses(first, 2) + statuses(second, 2) == [200] * 4
    assert statuses(first, 1) + statuses(second, 1) == [429, 429]


def test_when_redis_is_killed_each_process_counts_for_itself(server: RedisServer) -> None:
    client = limited("2/hour", server.url)
    assert statuses(client, 1) == [200]
    server.kill()
    assert statuses(client, 3) == [200, 200, 429]


def test_when_redis_hangs_each_process_counts_for_itself(server: RedisServer) -> None:
    client = limited("2/hour", server.url)
    assert statuses(client, 1) == [200]
    server.freeze()
    assert statuses(client, 3) == [200, 200, 429]


def test_a_redis_that_is_not_there_at_the_start_is_used_when_it_comes(server: RedisServer) -> None:
    server.kill()
    client = limited("1/hour", server.url)
    assert statuses(client, 2) == [200, 429]
    server.start()
    deadline = time.monotonic() + PATIENCE
    with server.client() as redis:
        while not redis.dbsize():
            assert time.monotonic() < deadline, "the limiter did not come back to Redis"
            assert statuses(client, 1)[0] in {200, 429}
            time.sleep(0.1)
    assert statuses(client, 1) == [429]
