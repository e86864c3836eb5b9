"""Whatever a client sends, it gets an answer of the contract, and never a 500."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from service.request import SpeechRequest

CONTRACT = {200, 400, 413, 415, 422, 503}

many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

numbers = st.integers() | st.floats(width=64) | st.floats(-15, 15)
scalars = st.none() | st.booleans() | numbers | st.text(max_size=30)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)
soup = st.text(st.characters(), max_size=60)
fields = st.dictionaries(st.sampled_from([*SpeechRequest.model_fields, "x"]), values, max_size=6)

tags = st.sampled_from(
    ["speak", "p", "s", "break", "emotion", "voice", "prosody", "phoneme", "say-as", "sub", "x"]
)
attributes = st.dictionaries(
    st.sampled_from(["category", "intensity", "rate", "pitch", "volume", "time", "alphabet", "ph", "name"]),
    st.sampled_from(
        ["happy", "x", "", "1", "-1", "200%", "+2st", "1e9", "99999s", "500ms", "py", "ni3", "sine"]
    ),
    max_size=2,
)


def element(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """An SSML element around some of ``inner``, now and then left open."""

    def write(tag: str, attributes: dict[str, str], children: list[str], closed: bool) -> str:
        written = "".join(f' {name}="{value}"' for name, value in attributes.items())
        return f"<{tag}{written}>{''.join(children)}{f'</{tag}>' if closed else ''}"

    return st.builds(
        write, tags, attributes, st.lists(inner, max_size=3), st.sampled_from([True, True, True, False])
    )


words = st.sampled_from(
    ["你好", "3.5%", "hello", "。", "&amp;", "&", "<", "<!--x-->", "😀", "]]>", "<![CDATA[好]]>"]
)
ssml = st.recursive(words, element, max_leaves=12).map(lambda inner: f"<speak>{inner}</speak>")


@pytest.fixture
def check(client: FlaskClient) -> Callable[[bytes], TestResponse]:
    """Sends a body and checks what holds for every answer."""

    def send(body: bytes) -> TestResponse:
        response = client.post("/tts", data=body, content_type="application/json")
        assert response.status_code in CONTRACT
        if response.status_code != 200:
            error = response.get_json()
            assert set(error) == {"error", "code", "request_id"}
            assert error["request_id"] == response.headers["X-Request-Id"]
            assert error["error"]
            assert "\n" not in error["error"]
        return response

    return send


@many
@given(st.binary(max_size=200))
def test_any_bytes(check: Callable[[bytes], TestResponse], body: bytes) -> None:
    check(body)


@many
@given(values)
def test_any_json(check: Callable[[bytes], TestResponse], value: object) -> None:
    check(json.dumps(value).encode())


@many
@given(fields)
def test_any_fields(check: Callable[[bytes], TestResponse], body: dict[str, object]) -> None:
    check(json.dumps(body).encode())


@many
@given(soup)
def test_any_text(check: Callable[[bytes], TestResponse], text: str) -> None:
    check(json.dumps({"text": text}).encode())


@many
@given(ssml)
def test_any_ssml(check: Callable[[bytes], TestResponse], text: str) -> None:
    check(json.dumps({"text": text}).encode())


@many
@given(st.text(max_size=40), st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]))
def test_any_path_and_method(app: Flask, path: str, method: str) -> None:
    response = app.test_client().open("/" + path.lstrip("/"), method=method)
    assert response.status_code in {200, 308, 404, 405, 415}
    assert response.headers["X-Request-Id"]
