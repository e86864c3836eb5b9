"""Worker processes that tests start, kill, freeze and stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from tests.waiting import PATIENCE


class Hand:
    """A worker process."""

    def __init__(self, url: str, folder: Path, number: int) -> None:
        self._log = folder / f"worker-{number}.log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.jobs.worker", str(folder)],
                env=os.environ | {"TTS_JOBS_URL": url},
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def wait_until_ready(self) -> None:
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n", self.log

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE)

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.pid, os.WSTOPPED)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def end(self) -> int:
        """Asks it to end; gives its exit status."""
        self._process.terminate()
        return self.wait()

    def wait(self) -> int:
        """Waits until it has ended; gives its exit status."""
        return self._process.wait(PATIENCE)


class Hands:
    """Some workers on the same Redis, all of them killed at the end."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url, self._folder = url, folder
        self._all: list[Hand] = []

    def __enter__(self) -> Hands:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for hand in self._all:
            hand.kill()

    def hire(self, count: int) -> list[Hand]:
        """Starts so many at once and waits until all of them work."""
        hired = [Hand(self._url, self._folder, len(self._all) + number) for number in range(count)]
        self._all += hired
        for hand in hired:
            hand.wait_until_ready()
        return hired

    def of(self, pid: int) -> Hand:
        """The one with that process id."""
        return next(hand for hand in self._all if hand.pid == pid)
