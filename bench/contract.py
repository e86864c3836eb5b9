"""Holds a running service to its contract: ``python -m bench.contract http://127.0.0.1:8080``.

Schemathesis makes requests of the service's own OpenAPI document, right and wrong ones, and compares the
answers with it. Ends with exit status 1 if any of them is not as it says. A service with a small
``TTS_MAX_CHARACTERS`` is done sooner.
"""

from __future__ import annotations

import json
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import click
import schemathesis
from rich.console import Console
from rich.table import Table
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder

_WEBSOCKET = "/tts/ws"  # Schemathesis speaks HTTP only
_SPEAKABLE = "^今天(天气|很好|，|。|[0-9]|hello| ){0,8}$"
_MODELS = {"enum": ["qingsheng", "tts-1", "gpt-4o-mini-tts"]}
_CALM = ["2xx", "3xx", "4xx", "503"]  # 503 is an answer of the contract, and its Retry-After is checked
_PATIENCE = 60.0  # seconds for one answer


@dataclass
class Outcome:
    """What the service made of all requests.

    Attributes:
        answers: how many had that operation and that status; 0 stands for no answer.
        faults: what was not as the document says, a few lines each.
    """

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @property
    def cases(self) -> int:
        """How many requests there were."""
        return self.answers.total()


@click.command()
@click.argument("url", default="http://127.0.0.1:8080")
@click.option("--count", default=2000, show_default=True, help="How many requests, at least.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same requests.")
def main(url: str, count: int, seed: int) -> None:
    """Holds the service at URL to the OpenAPI document that it gives."""
    started = time.perf_counter()
    outcome = held_to_contract(url, count, seed)
    console = Console()
    console.print(_table(outcome))
    seconds = time.perf_counter() - started
    console.print(f"{outcome.cases} requests in {seconds:.0f} s, {len(outcome.faults)} faults")
    for fault in outcome.faults[:20]:
        console.print(fault, markup=False, soft_wrap=True)
    sys.exit(1 if outcome.faults else 0)


def held_to_contract(url: str, count: int, seed: int, examples: int = 20) -> Outcome:
    """Sends at least ``count`` requests.

    The first round has the examples, the limits of every field, random requests, and sequences of them;
    the next ones have only random bodies. Half of the random requests, of ``examples`` for each operation,
    can be spoken by this service, and have to be.
    """
    document = _asked(url, "/openapi.json")
    speakable = narrowed(document, _asked(url, "/voices"))
    outcome = Outcome()
    while outcome.cases < count:
        first = not outcome.cases
        _run(document, _any_request(url, seed, examples // 2, first=first), outcome, first=first)
        _run(speakable, _right_requests(url, seed, examples // 2, first=first), outcome, first=first)
        seed += 1
    return outcome


def narrowed(document: dict[str, Any], voices: dict[str, Any]) -> dict[str, Any]:
    """The document with voices, emotions and texts that can be spoken, so that nothing may be refused.

    Which names there are, and that a text holds a word, is not for a schema to say.
    """
    narrow = deepcopy(document)
    emotions = [set(voice["emotions"]) for voice in voices["voices"]]
    text = {"type": "string", "pattern": _SPEAKABLE}
    said: dict[str, Any] = {
        "text": text,
        "input": text,
        "texts": {"type": "array", "items": text, "minItems": 1, "maxItems": 3},
        "voice": {"enum": [voice["name"] for voice in voices["voices"]]},
        "emotion": {"enum": sorted(set.intersection(*emotions))},
        "model": _MODELS,
    }
    for name in ("SpeechRequest", "JobRequest", "OpenAISpeech"):
        fields = narrow["components"]["schemas"][name]["properties"]
        fields.pop("callback_url", None)  # refused where no host is allowed
        fields.update({field: schema for field, schema in said.items() if field in fields})
    for methods in narrow["paths"].values():
        for operation in methods.values():
            kept = [one for one in operation.get("parameters", ()) if one["name"] != "X-Request-Timeout"]
            for parameter in kept:
                parameter["schema"] = _MODELS if parameter["name"] == "name" else parameter["schema"]
            operation["parameters"] = kept
    return narrow


def _any_request(url: str, seed: int, examples: int, *, first: bool) -> SchemathesisConfig:
    checks = {
        "not_a_server_error": {"expected-statuses": _CALM},
        "positive_data_acceptance": {"enabled": False},
    }
    return _config(url, seed, checks, {"mode": "all", "max-examples": examples}, first=first)


def _right_requests(url: str, seed: int, examples: int, *, first: bool) -> SchemathesisConfig:
    """A random address of a result or of audio is still one that is not there."""
    checks = {"positive_data_acceptance": {"expected-statuses": ["2xx", "404"]}}
    return _config(url, seed, checks, {"mode": "positive", "max-examples": examples}, first=first)


def _config(
    url: str, seed: int, checks: dict[str, Any], generation: dict[str, Any], *, first: bool
) -> SchemathesisConfig:
    phases = {phase: {"enabled": first} for phase in ("examples", "coverage", "stateful")}
    settings = {
        "seed": seed,
        "base-url": url,
        "continue-on-failure": True,
        "request-timeout": _PATIENCE,
        "checks": checks,
        "generation": {**generation, "database": "none", "no-shrink": True},
        "phases": phases,
    }
    return SchemathesisConfig.from_dict(settings)


def _run(document: dict[str, Any], config: SchemathesisConfig, outcome: Outcome, *, first: bool) -> None:
    schema = schemathesis.openapi.from_dict(document, config=config).exclude(path=_WEBSOCKET)
    if not first:
        schema = schema.include(method="POST")
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            _note(event.recorder, outcome)
        elif isinstance(event, events.NonFatalError):
            outcome.faults.append(f"{event.label}: {event.value}")
        elif isinstance(event, events.FatalError):
            raise event.exception


def _note(recorder: ScenarioRecorder, outcome: Outcome) -> None:
    for case_id, interaction in recorder.interactions.items():
        status = interaction.response.status_code if interaction.response else 0
        outcome.answers[recorder.cases[case_id].value.operation.label, status] += 1
    outcome.faults += _faults(recorder)


def _faults(recorder: ScenarioRecorder) -> Iterator[str]:
    for case_id, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info:
                failure = check.failure_info.failure
                label = recorder.cases[case_id].value.operation.label
                yield f"{label}: {failure.title}: {failure.message}\n{check.failure_info.code_sample}"


def _asked(url: str, path: str) -> dict[str, Any]:
    with urllib.request.urlopen(url + path, timeout=_PATIENCE) as response:  # noqa: S310  the caller's own
        told: dict[str, Any] = json.load(response)
    return told


def _table(outcome: Outcome) -> Table:
    statuses = sorted({status for _, status in outcome.answers})
    table = Table("operation", *map(str, statuses), title="Answers by status")
    for operation in dict.fromkeys(operation for operation, _ in outcome.answers):
        table.add_row(operation, *(str(outcome.answers[operation, status] or "") for status in statuses))
    sums = (sum(n for (_, s), n in outcome.answers.items() if s == status) for status in statuses)
    table.add_row("all", *map(str, sums))
    return table


if __name__ == "__main__":
    main()
