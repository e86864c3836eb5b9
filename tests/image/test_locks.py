"""requirements/*.lock: what the images are pinned to."""

from __future__ import annotations

import re
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent.parent
LINUX = {"python_version": "3.11", "python_full_version": "3.11.0", "sys_platform": "linux"}
PIN = re.compile(r"^([a-z0-9.-]+)==(\S+) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE)


def text(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.lock").read_text("utf-8")


def pins(name: str) -> dict[str, str]:
    """Versions by package; each with a hash at least."""
    return {package: version for package, version, _ in PIN.findall(text(name))}


def direct(*extras: str) -> list[Requirement]:
    """What the project itself asks for on Linux, with these extras."""
    return [
        requirement
        for requirement in map(Requirement, requires("qingsheng") or [])
        if any(
            requirement.marker is None or requirement.marker.evaluate(LINUX | {"extra": extra})
            for extra in ("", *extras)
        )
    ]


@pytest.mark.parametrize(
    ("lock", "extras", "elsewhere"),
    [("api", ("tracing",), set()), ("convert", ("tracing", "convert"), {"torch"})],
)
def test_it_holds_what_the_project_asks_for(lock: str, extras: tuple[str, ...], elsewhere: set[str]) -> None:
    pinned = pins(lock)
    asked = [requirement for requirement in direct(*extras) if requirement.name not in elsewhere]
    assert len(asked) > 20
    for requirement in asked:
        version = pinned.get(canonicalize_name(requirement.name))
        assert version, f"{requirement.name} is missing; make lock adds it"
        assert requirement.specifier.contains(version), f"{requirement}, not {version}; make lock"


def test_the_builder_is_the_one_that_the_project_asks_for() -> None:
    asked = re.search(r'^requires = \["(.+)"\]$', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert asked
    requirement = Requirement(asked[1])
    assert requirement.specifier.contains(pins("build")[requirement.name])


def test_the_converter_shares_its_versions_with_the_service() -> None:
    assert pins("api").items() <= pins("convert").items()


def test_the_converter_brings_no_gpu_packages() -> None:
    assert [name for name in pins("convert") if re.match("nvidia|cuda|triton|torch", name)] == []


def test_the_image_has_the_pytorch_that_the_tests_have() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    constraints = (ROOT / "tests" / "constraints.txt").read_text("utf-8").splitlines()
    pinned = re.search(r"^ARG TORCH=(.+)$", dockerfile, re.MULTILINE)
    assert pinned
    assert pinned[1] in constraints


@pytest.mark.parametrize("lock", ["api", "convert", "build"])
def test_every_line_is_a_pin_with_hashes_and_names_no_place(lock: str) -> None:
    without_pins = PIN.sub("", text(lock))
    assert [line for line in without_pins.splitlines() if line and not re.match(r"^ *#", line)] == []
    assert "//" not in text(lock)
    assert "--find-links" not in text(lock)
