"""How soon a client hears something: ``python -m bench.first_audio``.

Asks ``POST /tts/stream`` of a service of its own, with a voice of official size and everything warm. No
text is asked for twice.
"""

from __future__ import annotations

import http.client
import io
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import av
import click
from rich.console import Console

from bench.engine_voice import bench_voice, model_option
from bench.server import Server
from bench.studio import texts
from bench.table import markdown

_FORMATS = ("pcm", "wav", "mp3", "ogg")
_LENGTHS = (20, 50, 100)
_ROUNDS = 7  # behind one for warming up
_WAV_HEADER = 44  # bytes
_STRIDE = 29  # characters between the beginnings of two texts
_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True)
class Heard:
    """What a client saw of a stream, in seconds from when it asked.

    Attributes:
        first_byte: of the body.
        first_audio: when there was enough to decode a sample.
        whole: the end of the body.
    """

    first_byte: float
    first_audio: float
    whole: float


class StreamServer(Server):
    """A service that is asked for streams."""

    def hear(self, text: str, format: str) -> Heard:
        """Asks for a text and times the answer.

        Raises:
            RuntimeError: the service answered with an error, or with no sound.
        """
        connection = self._connection()
        body = json.dumps({"text": text, "format": format})
        asked = time.perf_counter()
        connection.request("POST", "/tts/stream", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        if response.status != http.client.OK:
            raise RuntimeError(f"the service answered {response.status}: {response.read().decode()}")
        arrived: list[tuple[float, bytes]] = []
        while piece := response.read1():
            arrived.append((time.perf_counter() - asked, piece))
        whole = time.perf_counter() - asked
        connection.close()
        return Heard(arrived[0][0], _first_audio(arrived, format), whole)


def _first_audio(arrived: list[tuple[float, bytes]], format: str) -> float:
    so_far = b""
    for seconds, piece in arrived:
        so_far += piece
        if _has_sound(so_far, format):
            return seconds
    raise RuntimeError("the service answered with no sound")


def _has_sound(audio: bytes, format: str) -> bool:
    if format in ("pcm", "wav"):
        return len(audio) > (_WAV_HEADER if format == "wav" else 0)
    try:
        with av.open(io.BytesIO(audio), format=format) as container:
            return any(frame.samples for frame in container.decode(audio=0))
    except av.FFmpegError:  # not even the whole header
        return False


def distinct_texts(length: int, count: int) -> list[str]:
    """Gives texts of ``length`` characters from ``bench/texts/engine.txt``, each beginning elsewhere.

    Full stops are commas in them: a text of one sentence is heard latest.

    Raises:
        ValueError: the file is not long enough for so many.
    """
    source = "".join(texts("engine")).translate(str.maketrans("。！？", "，，，"))
    source = source.replace("”", "").replace("“", "") * 2
    starts = range(0, len(source) // 2, _STRIDE)
    found = [f"{source[start:].lstrip('，、：；')[: length - 1]}。" for start in starts]
    if len(found) < count:
        raise ValueError(f"there are only {len(found)} texts")
    return found[:count]


@click.command()
@model_option
def main(model: Path | None) -> None:
    """Measures the first byte and the first audio that a client gets of a model's first voice."""
    console = Console(stderr=True)
    with console.status("Making the voice and exporting it …"):
        exported = bench_voice(model).exported
    with TemporaryDirectory() as folder, console.status("Streaming …"):
        server = StreamServer(Path(folder), MODEL=str(exported))
        with server:
            rows = list(_rows(server))
    header = ("streams, ms at the client, median (slowest)", "first byte", "first audio", "whole")
    click.echo(markdown(header, rows))


def _rows(server: StreamServer) -> Iterator[tuple[str, str, str, str]]:
    for length in _LENGTHS:
        fresh = iter(distinct_texts(length, len(_FORMATS) * (_ROUNDS + 1)))
        for format in _FORMATS:
            heard = [server.hear(next(fresh), format) for _ in range(_ROUNDS + 1)][1:]
            yield (
                f"{length} characters, {format}",
                _told([one.first_byte for one in heard]),
                _told([one.first_audio for one in heard]),
                _told([one.whole for one in heard]),
            )


def _told(seconds: list[float]) -> str:
    return f"{median(seconds) * _MILLISECONDS:.0f} ({max(seconds) * _MILLISECONDS:.0f})"


if __name__ == "__main__":
    main()
