from __future__ import annotations

import os
from pathlib import Path

import pytest

from service.runtime.threads import available_cores


@pytest.fixture(autouse=True)
def eight_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine has eight cores and lets this process use all."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 8)


def version_2(root: Path, text: str) -> Path:
    folder = root / "sys/fs/cgroup"
    folder.mkdir(parents=True)
    (folder / "cpu.max").write_text(text)
    return root


def version_1(root: Path, quota: str, period: str) -> Path:
    folder = root / "sys/fs/cgroup/cpu"
    folder.mkdir(parents=True)
    (folder / "cpu.cfs_quota_us").write_text(quota)
    (folder / "cpu.cfs_period_us").write_text(period)
    return root


@pytest.mark.parametrize(
    ("cpu_max", "cores"),
    [
        ("200000 100000\n", 2),
        ("150000 100000\n", 2),
        ("50000 100000\n", 1),
        ("10000 100000\n", 1),
        ("1600000 100000\n", 8),
        ("max 100000\n", 8),
        ("", 8),
        ("nonsense\n", 8),
        ("100000 0\n", 8),
    ],
)
def test_quota_of_version_2(tmp_path: Path, cpu_max: str, cores: int) -> None:
    assert available_cores(version_2(tmp_path, cpu_max)) == cores


@pytest.mark.parametrize(
    ("quota", "cores"), [("300000\n", 3), ("250000\n", 3), ("50000\n", 1), ("-1\n", 8), ("\n", 8)]
)
def test_quota_of_version_1(tmp_path: Path, quota: str, cores: int) -> None:
    assert available_cores(version_1(tmp_path, quota, "100000\n")) == cores


def test_no_quota_leaves_the_affinity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert available_cores(tmp_path) == 8
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3, 5}, raising=False)
    assert available_cores(tmp_path) == 2


def test_a_system_without_affinity_counts_its_cores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert available_cores(tmp_path) == 8
