"""What runs of the service left behind on disk: temporary files, half-written voices, voices out of use."""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from service.observability.logs import get_logger
from service.observability.multiprocess import is_abandoned

TEMPORARY = "qingsheng-"
"""How names of temporary files and folders of the service begin."""

Clock = Callable[[], float]
"""Seconds since the epoch, as files have them."""

_HOUR = 3600.0
_DAY = 24 * _HOUR
_TEMPORARY_LIFE = _DAY
_STAGING_LIFE = _HOUR  # writing a voice takes seconds
_VOICE_LIFE = 30 * _DAY
_LATENESS = 60.0  # a file server's clock may be that late

_VOICE = re.compile(r"[0-9a-f]{32}-v[0-9]+")
_STAGED_VOICE = re.compile(r"\.[a-z0-9_]{8}")
_STAGED = {"made", "damaged"}  # all that such a folder can hold


class TemporaryFiles:
    """Sweeps the temporary folder of what the service made there more than a day ago.

    That is what has its prefix and its user. A folder in which workers count stays as long as they live, and
    goes as soon as they are gone.
    """

    def __init__(self, folder: Path | None = None, clock: Clock = time.time) -> None:
        """``folder`` is the temporary folder; left out, the system's."""
        self._folder = folder or Path(tempfile.gettempdir())
        self._clock = clock

    def __call__(self) -> Mapping[str, int]:
        """Gives how many ``files`` and ``bytes`` went.

        Raises:
            OSError: the folder cannot be read.
        """
        swept: Counter[str] = Counter()
        for path in _entries(self._folder):
            if path.name.startswith(TEMPORARY) and _is_ours(path) and self._is_stale(path):
                swept += _removed(path)
        return swept

    def _is_stale(self, path: Path) -> bool:
        abandoned = is_abandoned(path)
        return _idle(path, self._clock()) > _TEMPORARY_LIFE if abandoned is None else abandoned


class CachedVoices:
    """Sweeps ``TTS_CACHE_DIR`` of what a crash left half-written, and of voices that nobody used for 30 days.

    A converted voice was last used at its own time of change: it is set when the voice is loaded, and
    renewed here as long as a process runs that may have loaded it. What does not have a name of the
    service's own making is not touched.
    """

    def __init__(self, folder: Path, ready: Callable[[], bool], clock: Clock = time.time) -> None:
        """Make it before voices are loaded.

        Args:
            folder: ``TTS_CACHE_DIR``.
            ready: whether the voices are loaded; until then none is removed, for it may be just the one.
            clock: the time.
        """
        self._voices = folder / "voices"
        self._ready = ready
        self._clock = clock
        self._since = clock() - _LATENESS

    def __call__(self) -> Mapping[str, int]:
        """Gives how many ``voices``, ``files`` and ``bytes`` went.

        Raises:
            OSError: a folder cannot be read.
        """
        swept: Counter[str] = Counter()
        for path in self._staged():
            if _is_ours(path) and _idle(path, self._clock()) > _STAGING_LIFE:
                swept += _removed(path)
        if self._ready():
            for path in _entries(self._voices):
                if _VOICE.fullmatch(path.name):
                    swept += self._looked_after(path)
        return swept

    def _staged(self) -> Iterator[Path]:
        for path in _entries(self._voices):
            held = {entry.name for entry in _entries(path)}
            if _STAGED_VOICE.fullmatch(path.name) and path.is_dir() and held <= _STAGED:
                yield path

    def _looked_after(self, path: Path) -> Counter[str]:
        try:
            used, now = path.lstat().st_mtime, self._clock()
        except FileNotFoundError:
            return Counter()
        if used >= self._since:
            if now - used > _DAY:
                with suppress(OSError):  # in a cache that cannot be written nothing is removed, either
                    os.utime(path, (now, now))
            return Counter()
        if now - used <= _VOICE_LIFE or not _is_ours(path):
            return Counter()
        swept = _removed(path)
        return swept + Counter(voices=1) if swept else swept


def _entries(folder: Path) -> list[Path]:
    """What a folder holds; nothing where there is none."""
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _is_ours(path: Path) -> bool:
    """Whether this is a file or a folder, not a link, of the user that we are."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    return found.st_uid == os.geteuid() and (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode))


def _idle(path: Path, now: float) -> float:
    """The seconds since anything in it changed."""
    return now - max((found.st_mtime for found in _found(path)), default=now)


def _found(path: Path) -> Iterator[os.stat_result]:
    """A file or a folder and all within; links are not followed."""
    within = (Path(parent, name) for parent, *names in os.walk(path) for name in (*names[0], *names[1]))
    for each in (path, *within):
        with suppress(FileNotFoundError):
            yield each.lstat()


def _removed(path: Path) -> Counter[str]:
    """Removes a file or a folder; gives what it held, or nothing where it would not go."""
    files = [found for found in _found(path) if stat.S_ISREG(found.st_mode)]
    try:
        if path.is_dir():
            shutil.rmtree(_set_aside(path))
        else:
            path.unlink()
    except FileNotFoundError:  # somebody else was faster
        return Counter()
    except OSError as error:
        get_logger().warning("not_swept", path=str(path), reason=str(error))
        return Counter()
    return Counter(files=len(files), bytes=sum(found.st_size for found in files))


def _set_aside(folder: Path) -> Path:
    """Gives a converted voice a name by which nobody looks for it, so that it is never found in halves."""
    if not _VOICE.fullmatch(folder.name):
        return folder
    aside = Path(tempfile.mkdtemp(prefix=".", dir=folder.parent))
    folder.rename(aside / "damaged")
    return aside
