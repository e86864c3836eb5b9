"""Throws random requests at a running service: ``python -m bench.fuzz http://127.0.0.1:8080``.

Ends with exit status 1 if any of them gives a 500, an answer outside the contract, or none at all.
"""

from __future__ import annotations

import http.client
import json
import random
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.attacks import KINDS, Attack

_ALLOWED = frozenset({200, 400, 404, 405, 413, 415, 422, 503})
_CONNECTIONS = 4
_PATIENCE = 120.0  # seconds for one answer


@dataclass
class Outcome:
    """What the service made of all of them."""

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


@click.command()
@click.argument("url", default="http://127.0.0.1:8080")
@click.option("--count", default=10_000, show_default=True, help="How many requests.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same requests.")
def main(url: str, count: int, seed: int) -> None:
    """Throws random requests at the service at URL and counts its answers."""
    chance = random.Random(seed)  # noqa: S311  the same seed must give the same requests
    attacks = [make(chance) for make in chance.choices(list(KINDS), list(KINDS.values()), k=count)]
    started = time.perf_counter()
    outcome = _run(url, attacks)
    console = Console()
    console.print(_table(outcome))
    console.print(f"{count} requests in {time.perf_counter() - started:.0f} s, {len(outcome.faults)} faults")
    for fault in outcome.faults[:20]:
        console.print(fault, markup=False, soft_wrap=True)
    sys.exit(1 if outcome.faults else 0)


def _run(url: str, attacks: list[Attack]) -> Outcome:
    outcome = Outcome()
    with ThreadPoolExecutor(_CONNECTIONS) as pool:
        answers = pool.map(lambda attack: _send(url, attack), attacks)
        for attack, (status, fault) in track(
            zip(attacks, answers, strict=True), "Throwing", len(attacks), console=Console(stderr=True)
        ):
            outcome.statuses[attack.kind, status] += 1
            if fault:
                outcome.faults.append(f"{attack.kind}: {fault}: {attack.body[:200]!r}")
    return outcome


def _send(url: str, attack: Attack) -> tuple[int, str]:
    """The status, 0 for none, and what is wrong with the answer, if anything is."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=_PATIENCE)
    try:
        connection.request(attack.method, attack.path, attack.body, {"Content-Type": attack.content_type})
        response = connection.getresponse()
        return response.status, _fault(response, response.read())
    except (OSError, http.client.HTTPException) as error:
        return 0, repr(error)
    finally:
        connection.close()


def _fault(response: http.client.HTTPResponse, body: bytes) -> str:
    if response.status not in _ALLOWED:
        return f"status {response.status}"
    if response.status == http.client.OK:
        return "" if body else "an empty body"
    try:
        error = json.loads(body)
        sound = error["error"] and error["code"] and error["request_id"] == response.headers["X-Request-Id"]
    except (ValueError, LookupError, TypeError):
        sound = False
    return "" if sound else f"not an error of the contract: {body[:200]!r}"


def _table(outcome: Outcome) -> Table:
    statuses = sorted({status for _, status in outcome.statuses})
    table = Table("kind", *map(str, statuses), title="Answers by status")
    for kind in sorted({kind for kind, _ in outcome.statuses}):
        table.add_row(kind, *(str(outcome.statuses[kind, status] or "") for status in statuses))
    table.add_row(
        "all", *(str(sum(n for (_, s), n in outcome.statuses.items() if s == status)) for status in statuses)
    )
    return table


if __name__ == "__main__":
    main()
