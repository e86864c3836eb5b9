"""No value is there for nothing: another one renders something else, or is refused for what it means."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from helm.values.chart import ChartValues
from helm.writing.schema import schema_of
from tests.helm.rendering import Manifest, template

CASES = ("full", "default", "keda", "external-redis", "modelscope", "netpol", "gateway", "volume")
"""Where a change may show."""

BEST = {
    "keda": "keda",
    "model": "modelscope",
    "httpRoute": "gateway",
    "existingSecret": "external-redis",
    "redisSecret": "external-redis",
    "serviceAccount": "default",
    "replicas": "default",
    "path": "volume",
}
"""Where it shows most likely, by a part of the value's path: Helm need not be asked so often."""

NEEDS = {"redis.cache.existingSecret.key": ["redis.cache.url=", "redis.cache.existingSecret.name=theirs"]}
"""What a value means something with, where no case has that."""

TEXTS = (
    "other",
    "7Gi",
    "7s",
    "123mb",
    "rediss://other:6379/0",
    "owner/other",
    f"sha256:{64 * 'a'}",
    f"a:{64 * '1'}",
)
"""One of them has the form that is wanted."""

Leaf = tuple[str, Manifest]


def leaves(node: Manifest, path: str = "") -> Iterator[Leaf]:
    """Every value's path, and its schema."""
    for name, about in node["properties"].items():
        here = f"{path}.{name}".lstrip(".")
        if "properties" in about:
            yield from leaves(about, here)
        else:
            yield here, about


def others(about: Manifest) -> Iterator[Any]:
    """Values that the schema allows; at least one of them is not what a case has."""
    match about:
        case {"enum": choices}:
            yield from choices
        case {"anyOf": kinds}:
            yield from others(kinds[0])
        case {"type": "boolean"}:
            yield from (True, False)
        case {"type": "integer"}:
            yield from (about.get("minimum", 0) + 1, about.get("minimum", 0) + 2)
        case {"type": "number"}:
            lowest = about["minimum"] if "minimum" in about else about["exclusiveMinimum"]
            yield from (lowest + 0.3, lowest + 0.4)
        case {"type": "string"}:
            yield next(text for text in TEXTS if re.search(about.get("pattern", ""), text))
        case {"type": "array"}:
            yield [next(others(about["items"]))]
        case _:
            yield {"other": "other"}


def shows(path: str, value: object, case: str) -> bool:
    """Whether it makes a difference in one of the cases."""
    same = [] if case == "gateway" else ["--set=redis.auth.password=the-same"]
    same += [f"--set={needed}" for needed in NEEDS.get(path, [])]
    changed = template(case, *same, f"--set-json={path}={json.dumps(value)}")
    assert "specifications of the schema" not in changed.stderr, f"{path}={value!r}: {changed.stderr}"
    return changed.stdout != template(case, *same).stdout


def is_used(leaf: Leaf) -> bool:
    path, about = leaf
    likely = [case for part, case in BEST.items() if part in path.split(".")]
    places = dict.fromkeys([*likely, *CASES])
    return any(shows(path, value, case) for case in places for value in reversed(list(others(about))))


def test_every_value_is_used() -> None:
    every = [leaf for leaf in leaves(schema_of(ChartValues)) if leaf[0] != "global"]
    assert len(every) > 200
    with ThreadPoolExecutor(2) as threads:
        used = list(threads.map(is_used, every))
    assert [path for (path, _), found in zip(every, used, strict=True) if not found] == []
