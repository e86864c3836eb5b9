"""The OpenAPI document says what the service does, and the page shows it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.keys import entry, generate
from service.settings import Settings
from service.web.contract.document import openapi_document

Json = dict[str, Any]

PATHS = {"key": "0" * 64, "task_id": "0" * 32, "name": "tts-1"}
UPGRADE = {"Connection": "Upgrade", "Upgrade": "websocket"}
REFUSED_BY_SCHEMA = {"invalid_field", "invalid_json", "text_too_long"}
RIGHT = {
    "/tts": {"text": "好"},
    "/tts/stream": {"text": "好"},
    "/tts/async": {"text": "好"},
    "/v1/audio/speech": {"model": "tts-1", "input": "好"},
}
"""Bodies that are accepted; their last field is the text."""

SPEAKING = list(RIGHT)


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


@pytest.fixture
def document(client: FlaskClient) -> Json:
    told: Json = client.get("/openapi.json").get_json()
    return told


def test_it_is_valid_openapi(document: Json) -> None:
    schemathesis.openapi.from_dict(document).validate()
    assert document["openapi"].startswith("3.1")


def test_its_schemas_are_valid_json_schema(document: Json) -> None:
    for schema in document["components"]["schemas"].values():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})


def test_every_route_is_described_and_nothing_else(app: Flask, document: Json) -> None:
    routes = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(method, path) for method, path, _ in operations(document)} == routes


def test_operations_have_names_of_their_own(document: Json) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(names)) == len(names)


def ask(client: FlaskClient, method: str, path: str, **headers: str) -> int:
    """The status of a request with no body; what has to be one is asked for as a WebSocket."""
    handshake = UPGRADE if path == "/tts/ws" else {}
    return client.open(path.format(**PATHS), method=method, headers={**handshake, **headers}).status_code


class TestKeys:
    @pytest.fixture
    def client(self, new_app: Callable[..., Flask]) -> FlaskClient:
        return new_app(api_keys=(entry("mine", generate()),)).test_client()

    def test_they_are_described_only_where_there_are_any(self, document: Json) -> None:
        assert set(document["components"]["securitySchemes"]) == {"bearer", "header"}
        plain = openapi_document(Settings())
        assert "securitySchemes" not in plain["components"]
        assert not [1 for _, _, operation in operations(plain) if "security" in operation]

    def test_the_routes_that_need_one_are_those_described_so(
        self, client: FlaskClient, document: Json
    ) -> None:
        for method, path, operation in operations(document):
            if path != "/tts/ws":
                status = ask(client, method, path)
                assert (status == 401) == ("401" in operation["responses"]), path
                assert (status == 401) == ("security" in operation), path

    def test_the_routes_that_refuse_a_wrong_one_are_those_described_so(
        self, client: FlaskClient, document: Json
    ) -> None:
        for method, path, operation in operations(document):
            status = ask(client, method, path, **{"X-API-Key": "wrong"})
            assert (status == 403) == ("403" in operation["responses"]), path


class TestRateLimit:
    @pytest.fixture
    def client(self, new_app: Callable[..., Flask]) -> FlaskClient:
        return new_app(rate_limit="1/hour").test_client()

    def test_the_routes_that_it_holds_for_are_those_described_so(
        self, client: FlaskClient, document: Json
    ) -> None:
        assert client.get("/voices").status_code == 200
        for method, path, operation in operations(document):
            assert (ask(client, method, path) == 429) == ("429" in operation["responses"]), path


VALUES: list[Any] = [
    *(None, True, False, "", "1", "好", "happy", "sine", "wav", "opus", "audio", "json", "sse", "tts-1"),
    *(-13, -12.5, -12, -1, -0.01, 0, 0.24, 0.25, 0.49, 0.5, 1, 1.0, 2, 2.01, 4, 4.01, 12, 12.5, 13, 1e300),
    *(8000, 24000, 44100, 2**70, [], ["好"], ["好", None], ["好"] * 200, ["好"] * 201),
    *({}, {"id": "sine"}, {"id": 1}, {"id": "sine", "x": 1}, "x" * 4096, "x" * 4097),
]
"""Each is right for some field, or is beside what is right for one."""


@pytest.mark.parametrize("path", SPEAKING)
def test_a_body_is_refused_for_its_form_exactly_where_its_schema_says_so(
    new_app: Callable[..., Flask], path: str
) -> None:
    client = new_app(max_characters=5000).test_client()
    document = client.get("/openapi.json").get_json()
    validator, right = body_validator(document, path), RIGHT[path]
    bodies = [{**right, name: value} for name in [*field_names(document, path), "x"] for value in VALUES]
    bodies += [{name: value for name, value in right.items() if name != left_out} for left_out in right]
    bodies += [{"texts": ["好"]}, {"texts": ["好"], "text": ""}, {"texts": None}]
    refused = [body for body in bodies if code_of(client.post(path, json=body)) in REFUSED_BY_SCHEMA]
    assert refused == [body for body in bodies if not validator.is_valid(body)]


def code_of(response: TestResponse) -> str | None:
    """The error's code, None if there is none."""
    with response:
        code = re.search(r'"code":"(\w+)"', response.text) if response.status_code >= 400 else None
    return code[1] if code else None


@pytest.mark.parametrize("path", SPEAKING)
def test_the_longest_text_is_described(client: FlaskClient, document: Json, path: str) -> None:
    validator, right = body_validator(document, path), RIGHT[path]
    for characters, code in ((500, None), (501, "text_too_long")):
        body = {**right, list(right)[-1]: "好" * characters}
        assert validator.is_valid(body) == (code is None)
        assert code_of(client.post(path, json=body)) == code


def body_schema(document: Json, path: str) -> Json:
    schema: Json = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    return schema


def body_validator(document: Json, path: str) -> jsonschema_rs.Draft202012Validator:
    schema = body_schema(document, path)
    return jsonschema_rs.Draft202012Validator({**schema, "components": document["components"]})


def field_names(document: Json, path: str) -> list[str]:
    schema = body_schema(document, path)
    ref = schema["allOf"][0]["$ref"] if "allOf" in schema else schema["$ref"]
    return list(document["components"]["schemas"][ref.rpartition("/")[2]]["properties"])


class TestPage:
    @pytest.fixture
    def page(self, client: FlaskClient) -> str:
        return client.get("/docs").text

    def test_it_has_every_operation_and_every_field(self, page: str, document: Json) -> None:
        for method, path, operation in operations(document):
            assert f'id="{operation["operationId"]}"' in page
            assert f"<b>{method}</b> <code>{path}</code>" in page
        for path in SPEAKING:
            assert all(f"<td><code>{name}</code></td>" in page for name in field_names(document, path))

    def test_its_commands_name_the_host_that_was_asked(self, client: FlaskClient) -> None:
        page = client.get("/docs", base_url="https://tts.example:8443").text
        assert "curl -fsS https://tts.example:8443/voices" in page

    def test_a_host_cannot_add_elements(self, client: FlaskClient) -> None:
        assert "<b>x" not in client.get("/docs", headers={"Host": "a<b>x"}).text

    def test_its_style_is_all_that_a_browser_may_heed(self, client: FlaskClient, page: str) -> None:
        policy = client.get("/docs").headers["Content-Security-Policy"]
        (style,) = re.findall("<style>(.*?)</style>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"default-src 'none'; style-src 'sha256-{digest}'" in policy
        assert "<script" not in page
        assert not re.findall(r'(?:src|href)="(?!/openapi\.json")', page)

    def test_its_commands_send_a_key_where_one_is_needed(self, new_app: Callable[..., Flask]) -> None:
        page = new_app(api_keys=(entry("mine", generate()),)).test_client().get("/docs").text
        commands = re.findall("<pre><code>(.*?)</code></pre>", page)
        keyed = [command for command in commands if "X-API-Key" in command]
        assert [c for c in commands if "/tts" in c] == [c for c in keyed if "/tts" in c]
        assert not [c for c in keyed if "/healthz" in c]
