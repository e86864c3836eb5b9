"""``GET /audio/<key>``: finished audio from the cache that all replicas share."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.cache import AudioCache
from service.cache.memory_store import MemoryStore
from service.cache.redis_store import RedisStore
from service.observability.metrics import Metrics
from service.recording import Recording
from service.web.audio import audio_blueprint
from service.web.errors import register_errors
from tests.redis_server import RedisServer

AUDIO = bytes(range(100))
KEY = hashlib.sha256(b"text").hexdigest()
ADDRESS = f"/audio/{KEY}"


def recording() -> Recording:
    return Recording(AUDIO, "mp3", 24000, 1.5, (), 0.1, 0.2, 0.3)


def client_of(cache: AudioCache) -> FlaskClient:
    app = Flask("service")
    register_errors(app)
    app.register_blueprint(audio_blueprint(cache))
    return app.test_client()


@pytest.fixture
def client() -> FlaskClient:
    cache = AudioCache(MemoryStore(10_000, 60), Metrics())
    cache.get_or_make(KEY, recording)
    return client_of(cache)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path / "redis") as running:
        yield running


def test_it_is_the_audio_in_its_own_format(client: FlaskClient) -> None:
    answer = client.get(ADDRESS)
    assert (answer.status_code, answer.data, answer.mimetype) == (200, AUDIO, "audio/mpeg")


def test_head_tells_the_same_without_the_audio(client: FlaskClient) -> None:
    whole, head = client.get(ADDRESS), client.head(ADDRESS)
    assert (head.status_code, head.data) == (200, b"")
    for name in ("Content-Length", "Content-Type", "ETag", "Accept-Ranges"):
        assert head.headers[name] == whole.headers[name]


def test_whoever_got_it_may_keep_it_as_long_as_it_is_kept_here(client: FlaskClient) -> None:
    control = client.get(ADDRESS).cache_control
    assert control.private
    assert control.immutable
    assert 0 < (control.max_age or 0) <= 60


def test_who_has_it_already_is_told_so(client: FlaskClient) -> None:
    etag = client.get(ADDRESS).headers["ETag"]
    again = client.get(ADDRESS, headers={"If-None-Match": etag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
    assert client.get(ADDRESS, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("asked", "got"), [("bytes=10-19", (10, 20)), ("bytes=90-", (90, 100)), ("bytes=-5", (95, 100))]
)
def test_a_part_can_be_asked_for(client: FlaskClient, asked: str, got: tuple[int, int]) -> None:
    start, end = got
    answer = client.get(ADDRESS, headers={"Range": asked})
    assert (answer.status_code, answer.data) == (206, AUDIO[start:end])
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/100"
    assert answer.headers["Content-Length"] == str(end - start)


def test_a_part_of_something_else_is_answered_with_the_whole(client: FlaskClient) -> None:
    answer = client.get(ADDRESS, headers={"Range": "bytes=10-19", "If-Range": '"other"'})
    assert (answer.status_code, answer.data) == (200, AUDIO)


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=200-300", "bytes=5-1"])
def test_a_part_that_is_not_there_is_refused_with_the_size(client: FlaskClient, asked: str) -> None:
    answer = client.get(ADDRESS, headers={"Range": asked})
    assert answer.status_code == 416
    assert answer.json is not None
    assert answer.json["code"] == "range_not_satisfiable"
    assert answer.headers["Content-Range"] == "bytes */100"


def test_what_is_not_kept_has_expired(client: FlaskClient) -> None:
    answer = client.get(f"/audio/{'0' * 64}")
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["code"] == "audio_expired"


@pytest.mark.parametrize(
    "name", ["x", KEY[:-1], KEY + "0", KEY.upper(), "..%2f..", KEY[:-1] + "٣", KEY + "%0A"]
)
def test_what_cannot_be_a_key_is_nowhere(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/audio/{name}")
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["code"] == "not_found"


def test_what_one_replica_holds_every_other_serves_with_the_same_name(server: RedisServer) -> None:
    with (
        closing(RedisStore(server.url, 60, answer_seconds=1)) as here,
        closing(RedisStore(server.url, 60, answer_seconds=1)) as there,
    ):
        cache = AudioCache(here, Metrics())
        cache.get_or_make(KEY, recording)
        assert cache.hold(KEY)
        answers = [client_of(AudioCache(store, Metrics())).get(ADDRESS) for store in (here, there)]
    assert [answer.data for answer in answers] == [AUDIO, AUDIO]
    assert answers[0].headers["ETag"] == answers[1].headers["ETag"]


def test_while_the_cache_does_not_answer_one_is_asked_to_come_back(server: RedisServer) -> None:
    with closing(RedisStore(server.url, 60, answer_seconds=1)) as store:
        client = client_of(AudioCache(store, Metrics()))
        server.kill()
        for _ in range(2):
            answer = client.get(ADDRESS)
            assert answer.status_code == 503
            assert answer.json is not None
            assert answer.json["code"] == "cache_unavailable"
            assert int(answer.headers["Retry-After"]) >= 1
