"""The files of several workers, read as one, and those of workers that ended, put together into one."""

from __future__ import annotations

import fcntl
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client.metrics_core import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

_LOCK = "fold.lock"
_KINDS = ("counter", "histogram")  # the gauges are all of living workers alone
_FOLDED = "folded"  # takes the place of a worker's process id


class Merged(Collector):
    """The metrics of all workers together: of those that live, and what the others had counted."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is where the workers count."""
        self._folder = folder

    def collect(self) -> Iterable[Metric]:
        """Reads all files; none is folded meanwhile."""
        with _locked(self._folder, fcntl.LOCK_SH):
            files = [str(path) for path in self._folder.glob("*.db") if _is_begun(path)]
            merged: Iterable[Metric] = MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call]
        return merged


def fold(folder: Path) -> None:
    """Puts what ended workers had counted into one file of each kind; each of them left its own behind.

    Only the workers' parent calls this: no process can take over the id of one of them meanwhile. When a
    scrape is reading, it is left to the next call, which folds all.

    Raises:
        OSError: a file cannot be read or written.
    """
    try:
        with _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
            for kind in _KINDS:
                dead = [path for path in folder.glob(f"{kind}_*.db") if _is_dead(_worker(path))]
                if dead:
                    _fold(dead, folder / f"{kind}_{_FOLDED}.db")
    except BlockingIOError:
        return


def workers(folder: Path) -> list[int]:
    """The process ids of the workers that count in a folder and live."""
    found = {_worker(path) for path in folder.glob("*.db")}
    return sorted(pid for pid in found if pid is not None and not _is_dead(pid))


def _fold(dead: list[Path], target: Path) -> None:
    """Adds up raw values by their raw keys, buckets as well: they accumulate only when they are shown."""
    totals: defaultdict[str, float] = defaultdict(float)
    for path in filter(_is_begun, [*dead, target]):
        for key, value, _, _ in MmapedDict.read_all_values_from_file(path):  # type: ignore[no-untyped-call]
            totals[key] += value
    written = target.with_suffix(".new")
    written.unlink(missing_ok=True)
    values = MmapedDict(str(written))  # type: ignore[no-untyped-call]
    for key, total in totals.items():
        values.write_value(key, total, 0.0)  # type: ignore[no-untyped-call]
    values.close()  # type: ignore[no-untyped-call]
    written.replace(target)
    for path in dead:
        path.unlink()


def _worker(path: Path) -> int | None:
    """Whose file it is; None for a folded one."""
    pid = path.stem.rpartition("_")[2]
    return int(pid) if pid.isdecimal() else None


def _is_dead(pid: int | None) -> bool:
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _is_begun(path: Path) -> bool:
    """Whether there is anything to read: a worker makes its file empty, and may have ended there and then."""
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)
