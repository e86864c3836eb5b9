"""What crashes leave behind goes, and nothing else does."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from service.leftovers import CachedVoices, TemporaryFiles
from service.observability.multiprocess import shared_metrics

HOUR = 3600.0
DAY = 24 * HOUR
VOICE = f"{'0123456789abcdef' * 2}-v1"


class Clock:
    """The time now, and later."""

    def __init__(self) -> None:
        self.later = 0.0

    def __call__(self) -> float:
        return time.time() + self.later


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    folder = tmp_path / "cache"
    (folder / "voices").mkdir(parents=True)
    return folder


def written(path: Path, size: int = 10) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))
    return path


def unused(path: Path, seconds: float) -> Path:
    when = time.time() - seconds
    os.utime(path, (when, when))
    return path


def test_temporary_files_of_the_service_go_after_a_day(temporary: Path, clock: Clock) -> None:
    file = written(temporary / "qingsheng-abc.wav", 100)
    inner = written(temporary / "qingsheng-folder" / "deep" / "part", 50)
    sweep = TemporaryFiles(clock=clock)
    clock.later = DAY - 60
    assert sweep() == {}
    clock.later = DAY + 60
    assert sweep() == {"files": 2, "bytes": 150}
    assert not file.exists()
    assert not inner.exists()
    assert sweep() == {}


def test_a_folder_in_which_something_changes_stays(temporary: Path, clock: Clock) -> None:
    clock.later = 2 * DAY
    busy = written(temporary / "qingsheng-folder" / "deep" / "part")
    now = clock()
    os.utime(busy, (now, now))
    assert TemporaryFiles(clock=clock)() == {}
    assert busy.exists()


def test_files_of_others_stay(temporary: Path, clock: Clock) -> None:
    for name in ("qingsheng", "qingshengx", "tmpabc", ".qingsheng-1", "other-qingsheng-1"):
        written(temporary / name)
    clock.later = 400 * DAY
    assert TemporaryFiles(clock=clock)() == {}
    assert len(list(temporary.iterdir())) == 5


def test_links_are_neither_followed_nor_removed(temporary: Path, tmp_path: Path, clock: Clock) -> None:
    kept = written(tmp_path / "elsewhere" / "kept")
    (temporary / "qingsheng-link").symlink_to(kept.parent)
    (temporary / "qingsheng-folder").mkdir()
    (temporary / "qingsheng-folder" / "link").symlink_to(kept.parent)
    clock.later = 2 * DAY
    TemporaryFiles(clock=clock)()
    assert kept.exists()
    assert [path.name for path in temporary.iterdir()] == ["qingsheng-link"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_files_of_other_users_stay(temporary: Path, clock: Clock) -> None:
    os.chown(written(temporary / "qingsheng-theirs"), 12345, 12345)
    clock.later = 2 * DAY
    assert TemporaryFiles(clock=clock)() == {}


def test_the_folder_of_workers_that_live_stays_however_old(temporary: Path, clock: Clock) -> None:
    with shared_metrics(2) as folder:
        assert folder is not None
        clock.later = 400 * DAY
        assert TemporaryFiles(clock=clock)() == {}
        assert folder.exists()


def test_the_folder_of_workers_that_were_killed_goes_at_once(temporary: Path) -> None:
    script = (
        "import os, signal; from service.observability.multiprocess import shared_metrics\n"
        "with shared_metrics(2): os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", script], env=os.environ | {"TMPDIR": str(temporary)})
    (left,) = temporary.iterdir()
    assert left.name.startswith("qingsheng-metrics-")
    assert TemporaryFiles()()["files"] == 1
    assert not left.exists()


def test_a_voice_that_was_half_written_in_a_crash_goes_after_an_hour(cache: Path, clock: Clock) -> None:
    script = (
        "import os, sys, types; from pathlib import Path; from service.library import store\n"
        "def crash(voices, made):\n"
        "    made.mkdir(); (made / 'manifest.json').write_bytes(bytes(7)); os._exit(1)\n"
        "store.write_exported = crash; store.replace = lambda voice, name: voice\n"
        "store.keep(None, Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", script, str(cache / "voices" / VOICE)])
    (left,) = (cache / "voices").iterdir()
    sweep = CachedVoices(cache, ready=lambda: False, clock=clock)
    assert sweep() == {}
    clock.later = HOUR + 60
    assert sweep() == {"files": 1, "bytes": 7}
    assert not left.exists()


def test_voices_that_nobody_used_for_30_days_go(cache: Path, clock: Clock) -> None:
    old = cache / "voices" / VOICE
    written(old / "voice" / "encoder.onnx", 1000)
    unused(old, 31 * DAY)
    assert CachedVoices(cache, lambda: True, clock)() == {"voices": 1, "files": 1, "bytes": 1000}
    assert [path.name for path in cache.rglob("*")] == ["voices"]


def test_voices_that_were_used_in_the_last_30_days_stay(cache: Path, clock: Clock) -> None:
    old = cache / "voices" / VOICE
    unused(written(old / "voice" / "encoder.onnx"), 400 * DAY)
    unused(old, 29 * DAY)
    assert CachedVoices(cache, lambda: True, clock)() == {}
    assert old.exists()


def test_no_voice_goes_before_the_voices_are_loaded(cache: Path, clock: Clock) -> None:
    old = unused(written(cache / "voices" / VOICE / "manifest.json").parent, 400 * DAY)
    ready: list[bool] = []
    sweep = CachedVoices(cache, lambda: bool(ready), clock)
    assert sweep() == {}
    os.utime(old)  # as loading does
    ready.append(True)
    assert sweep() == {}
    assert old.exists()


def test_a_voice_stays_as_long_as_a_process_runs_that_loaded_it(cache: Path, clock: Clock) -> None:
    sweep = CachedVoices(cache, lambda: True, clock)
    mine = written(cache / "voices" / VOICE / "manifest.json").parent
    for _ in range(100):
        clock.later += DAY
        assert sweep() == {}
    clock.later += HOUR
    other = CachedVoices(cache, lambda: True, clock)  # starts now, with another voice
    clock.later += 29 * DAY
    assert other() == {}
    assert mine.exists()
    clock.later += 3 * DAY
    assert other()["voices"] == 1


def test_what_the_service_did_not_name_stays_in_the_cache(cache: Path, clock: Clock) -> None:
    for name in (
        "voices/mine/manifest.json",
        "voices/.snapshot/daily/manifest.json",
        f"voices/{VOICE}.bak/manifest.json",
        "voices/.gitkeep",
        "models/iic/weights.pth",
        "custom.onnx",
        ".notes",
    ):
        written(cache / name)
    for path in cache.rglob("*"):
        unused(path, 400 * DAY)
    before = set(cache.rglob("*"))
    clock.later = DAY
    assert CachedVoices(cache, lambda: True, clock)() == {}
    assert set(cache.rglob("*")) == before


def test_folders_that_are_not_there_hold_nothing(tmp_path: Path, clock: Clock) -> None:
    assert CachedVoices(tmp_path / "none", lambda: True, clock)() == {}
    assert TemporaryFiles(tmp_path / "none", clock)() == {}
