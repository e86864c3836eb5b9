"""What ``qingsheng serve`` tells the person who started it."""

from __future__ import annotations

import atexit
import json
import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.status import Status

if TYPE_CHECKING:
    from service.webui import Webui

_WAITING = "Loading the voice …"
_EXAMPLE = {"text": "你好，欢迎使用情声！今天是2024年3月5日。", "emotion": "happy"}


class Announcement:
    """Shows that the voice is being loaded and, when it can speak, a first request to try."""

    def __init__(self, console: Console, host: str, port: int, webui: Webui | None = None) -> None:
        self._console = console
        self._url = f"http://{reachable(host)}:{port}"
        self._webui = webui
        self._started = time.monotonic()
        self._status: Status | None = None

    def loading(self) -> None:
        """Shows a spinner, or on something that is no terminal a line."""
        if self._console.is_terminal:
            self._status = self._console.status(_WAITING)
            self._status.start()
            atexit.register(self._status.stop)  # gives the cursor back after Ctrl-C
        else:
            self._console.print(_WAITING)

    def ready(self) -> None:
        """Shows where the page is, if there is one, and a command line that writes a wav."""
        self._stop()
        body = json.dumps(_EXAMPLE, ensure_ascii=False)
        lines = (
            f"Ready after {time.monotonic() - self._started:.1f} s at {self._url} - try:",
            "",
            f"curl -fsS {self._url}/tts -H 'Content-Type: application/json' -d '{body}' -o hello.wav",
            "",
        )
        self._print(*lines, *self._page())

    def failed(self, error: Exception) -> None:
        """Says why the service cannot start."""
        self._stop()
        self._print(f"The voice could not be loaded: {error or type(error).__name__}")

    def _page(self) -> tuple[str, ...]:
        if self._webui is None:
            return ()
        note = (self._webui.note,) if self._webui.note else ()
        return (*note, f"Or open {self._webui.url}", "")

    def _stop(self) -> None:
        if self._status:
            self._status.stop()

    def _print(self, *lines: str) -> None:
        """Each line as it is: neither wrapped, so that it can be copied, nor taken for markup."""
        for line in lines:
            self._console.print(line, soft_wrap=True, markup=False, highlight=False)


def reachable(host: str) -> str:
    """An address under which a client on the same machine finds a server that listens on ``host``."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104  compared, not bound
        return "127.0.0.1" if host != "::" else "[::1]"
    return f"[{host}]" if ":" in host else host
