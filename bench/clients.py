"""Clients of a running service, many at once."""

from __future__ import annotations

import http.client
import itertools
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bench.studio import texts

_ENDS = re.compile(r"[。！？!?]+[”’」』]?")
_PCM_RATE = 16_000
_PIECE = 4096


@dataclass(frozen=True, slots=True)
class Visit:
    """What became of one request.

    Attributes:
        status: of the answer; 0 where the connection broke.
        seconds: from sending to the last byte.
        first_audio: from sending to the first byte of sound, in seconds; None where there was none.
        speech: seconds of speech that came.
        retry_after: whether the answer has that header.
        fault: what broke the connection, if anything did.
    """

    status: int
    seconds: float
    first_audio: float | None
    speech: float
    retry_after: bool
    fault: str = ""


class Texts:
    """Texts of about 50 characters that are all different, so that no cache helps. Safe to share."""

    def __init__(self, characters: int = 50) -> None:
        """Cuts ``bench/texts/engine.txt`` into pieces of that many characters."""
        # No sentence ends inside a piece, else its sentences would be found among those kept.
        whole = _ENDS.sub("，", "".join(texts("engine")))
        self._whole, self._characters = whole + whole, characters
        self._numbers = itertools.count()

    def next(self) -> str:
        """A text that was not given before."""
        number = next(self._numbers)
        start = number * 7 % (len(self._whole) // 2)
        return f"{self._whole[start : start + self._characters - 5]}，{number}号。"


def visit(port: int, text: str, headers: Mapping[str, str] | None = None) -> Visit:
    """Asks ``POST /tts/stream`` for a text and hears it to the end."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    body = json.dumps({"text": text, "format": "pcm", "sample_rate": _PCM_RATE})
    started = time.perf_counter()
    first, heard, fault = None, 0, ""
    try:
        connection.request(
            "POST", "/tts/stream", body, {"Content-Type": "application/json", **(headers or {})}
        )
        response = connection.getresponse()
        while piece := response.read1(_PIECE):
            if response.status == http.client.OK and first is None:
                first = time.perf_counter() - started
            heard += len(piece)
        retry_after = "Retry-After" in response.headers
        status = response.status
    except (OSError, http.client.HTTPException) as error:
        status, retry_after, fault = 0, False, f"{type(error).__name__} after {heard} bytes"
    finally:
        connection.close()
    speech = heard / 2 / _PCM_RATE if status == http.client.OK else 0.0
    return Visit(status, time.perf_counter() - started, first, speech, retry_after, fault)


def closed_loop(count: int, seconds: float, ask: Callable[[], Visit]) -> list[Visit]:
    """Has ``count`` clients ask one request after the other, until the time is over."""
    end = time.perf_counter() + seconds

    def client() -> list[Visit]:
        visits: list[Visit] = []
        while time.perf_counter() < end:
            visits.append(ask())
        return visits

    return _together(count, client)


def open_loop(count: int, seconds: float, rate: float, ask: Callable[[], Visit]) -> list[Visit]:
    """Has ``count`` clients ask ``rate`` requests a second between them, as long as any of them is free."""
    started = time.perf_counter()
    due: Iterator[float] = (started + number / rate for number in itertools.count())
    lock = threading.Lock()

    def client() -> list[Visit]:
        visits: list[Visit] = []
        while True:
            with lock:
                moment = next(due)
            if moment > started + seconds:
                return visits
            time.sleep(max(0.0, moment - time.perf_counter()))
            visits.append(ask())

    return _together(count, client)


def _together(count: int, client: Callable[[], list[Visit]]) -> list[Visit]:
    with ThreadPoolExecutor(count) as pool:
        running = [pool.submit(client) for _ in range(count)]
        return list(itertools.chain.from_iterable(future.result() for future in running))
