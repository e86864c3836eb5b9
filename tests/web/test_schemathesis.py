"""A running service holds to its OpenAPI document."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from schemathesis import Response
from schemathesis.schemas import APIOperation, BaseSchema

from bench.contract import held_to_contract
from tests.running import Service, start, stop
from tests.test_docs import export_small


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("contract")
    export_small(folder / "model")
    running = start(folder, TTS_MODEL=str(folder / "model"), TTS_MAX_CHARACTERS="100")
    try:
        running.wait_until_ready()
        yield running
    finally:
        stop(running)


@pytest.fixture(scope="module")
def url(service: Service) -> str:
    return f"http://127.0.0.1:{service.port}"


@pytest.fixture(scope="module")
def schema(url: str) -> BaseSchema:
    return schemathesis.openapi.from_url(f"{url}/openapi.json")


def test_whatever_is_sent_the_answer_is_one_that_is_described(service: Service, url: str) -> None:
    outcome = held_to_contract(url, count=1000, seed=1, examples=10)
    assert outcome.faults == []
    assert "Traceback" not in service.log()
    spoken = {label for label, status in outcome.answers if status in (200, 202) and label.startswith("POST")}
    assert spoken == {"POST /tts", "POST /tts/stream", "POST /tts/async", "POST /v1/audio/speech"}


def operations(schema: BaseSchema, method: str) -> Iterator[APIOperation[Any, Any, Any, Any]]:
    for path, methods in schema.raw_schema["paths"].items():
        if method.lower() in methods:
            yield schema[path][method]


def examples(schema: BaseSchema) -> Iterator[tuple[APIOperation[Any, Any, Any, Any], dict[str, Any]]]:
    """The operations that take a body, with every example of one."""
    for operation in operations(schema, "POST"):
        content = schema.raw_schema["paths"][operation.path]["post"]["requestBody"]["content"]
        for example in content["application/json"]["examples"].values():
            yield operation, example["value"]


def answered(operation: APIOperation[Any, Any, Any, Any], **parts: Any) -> Response:
    """Asks as a client would; what comes must be what the document says of it, and no error."""
    response = operation.Case(**parts).call_and_validate()
    assert response.status_code < 300, response.content
    assert response.content
    return response


def test_every_example_of_a_body_does_what_it_shows(schema: BaseSchema) -> None:
    asked = list(examples(schema))
    assert len(asked) > 8
    for operation, body in asked:
        answered(operation, body=body, media_type="application/json")


def test_every_route_without_a_body_answers_as_described(schema: BaseSchema) -> None:
    plain = [operation for operation in operations(schema, "GET") if "{" not in operation.path]
    asked = [operation for operation in plain if operation.path != "/tts/ws"]
    assert len(asked) > 7
    for operation in asked:
        answered(operation)


def test_a_job_goes_its_way_as_described(schema: BaseSchema) -> None:
    given = [body for operation, body in examples(schema) if operation.path == "/tts/async"]
    for body in given:
        taken = answered(schema["/tts/async"]["POST"], body=body, media_type="application/json").json()
        task = {"task_id": taken["task_id"]}
        result = schema["/tts/result/{task_id}"]
        while answered(result["GET"], path_parameters=task).status_code == 202:
            pass
        removal = result["DELETE"].Case(path_parameters=task)
        removal.call_and_validate()
        assert removal.call_and_validate().status_code == 404


def test_a_link_leads_to_audio_as_described(schema: BaseSchema) -> None:
    (body,) = [body for _, body in examples(schema) if body.get("response") == "url"]
    told = answered(schema["/tts"]["POST"], body=body, media_type="application/json").json()
    audio = schema["/audio/{key}"]["GET"]
    key = {"key": told["url"].rpartition("/")[2]}
    whole = answered(audio, path_parameters=key)
    part = answered(audio, path_parameters=key, headers={"Range": "bytes=0-99"})
    assert (part.status_code, part.content) == (206, whole.content[:100])
    same = audio.Case(path_parameters=key, headers={"If-None-Match": whole.headers["etag"][0]})
    assert same.call_and_validate().status_code == 304


def test_an_address_that_is_none_of_a_websocket_is_told_so(schema: BaseSchema) -> None:
    assert schema["/tts/ws"]["GET"].Case().call_and_validate().status_code == 426


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_every_command_of_the_page_works(service: Service, tmp_path: Path) -> None:
    page = service.ask("GET", "/docs")[2].decode()
    commands = [html.unescape(code) for code in re.findall("<pre><code>(.*?)</code></pre>", page)]
    whole = [command for command in commands if "<" not in command.partition(" -H ")[0]]
    assert len(whole) > 15
    for command in whole:
        ran = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True)
        assert ran.returncode == 0, command
        name = re.search(r" -o (\S+)$", command)
        assert (tmp_path / name[1]).stat().st_size > 1000 if name else ran.stdout
