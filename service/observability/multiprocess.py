"""Several workers, one set of metrics: the folder in which each worker counts, and who owns it.

prometheus_client decides when it is imported whether it counts in memory or in files, by an environment
variable that is set here; so nothing on this page imports it before.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.observability.logs import get_logger

PREFIX = "qingsheng-metrics-"
_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_OWNER = "owner.lock"


@contextmanager
def shared_metrics(workers: int) -> Iterator[Path | None]:
    """Makes the workers that are forked within it count together; the metrics are imported behind the fork.

    Gives the folder that they count in, new and empty, and removes it at the end; None for one worker, which
    counts in memory.

    Raises:
        OSError: the temporary folder cannot be written.
    """
    os.environ.pop(_VARIABLE, None)
    if workers == 1:
        yield None
        return
    maker = os.getpid()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = _owned(folder)
    os.environ[_VARIABLE] = str(folder)
    try:
        yield folder
    finally:
        if os.getpid() == maker:  # a worker that ends comes by here, too
            os.environ.pop(_VARIABLE, None)
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def shared_folder() -> Path | None:
    """The folder in which this process counts together with others; None where it counts for itself."""
    value = os.environ.get(_VARIABLE)
    return Path(value) if value else None


def owner(folder: Path) -> int:
    """The process id of the workers' parent.

    Raises:
        OSError: this is no such folder.
    """
    return int((folder / _OWNER).read_text("ascii"))


def is_abandoned(folder: Path) -> bool | None:
    """Whether the service that counted in a folder is gone with all its workers; None for other folders.

    The kernel drops the lock with the last process that holds it, however that ended. Process ids would not
    do: other containers may share the temporary folder.
    """
    try:
        handle = os.open(folder / _OWNER, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def mark_dead(pid: int) -> None:
    """Takes a worker that has ended out of the gauges, and keeps what it counted.

    The parent of the workers calls this, and goes on whatever happens here.
    """
    folder = shared_folder()
    if folder is None:
        return
    from prometheus_client.multiprocess import mark_process_dead

    from service.observability.merging import fold

    try:
        mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
        fold(folder)
    except (OSError, RuntimeError, ValueError, struct.error) as error:
        get_logger().warning("metrics_not_folded", worker=pid, reason=repr(error))


def _owned(folder: Path) -> int:
    """Makes the lock that this process and its children hold; it has its name only once it is held."""
    unheld = folder / f".{_OWNER}"
    handle = os.open(unheld, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    os.write(handle, str(os.getpid()).encode("ascii"))
    fcntl.flock(handle, fcntl.LOCK_EX)
    unheld.rename(folder / _OWNER)
    return handle
