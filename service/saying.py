"""``qingsheng say``: speaks a text into a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from service.recording import Recording, record
from service.speech import Chunk, Synthesizer, Utterance
from service.web.schemas import SpeechRequest

_BAR_FROM = 100  # characters; anything shorter is spoken before a bar can be read


def say(synthesizer: Synthesizer, asked: SpeechRequest, output: Path, console: Console) -> Recording:
    """Speaks into ``output``; on a terminal, a long text shows a bar on ``console``.

    Raises:
        SpeechError, FrontEndError: the text or the style cannot be spoken.
        OSError: the file cannot be written.
    """
    long = len(asked.text) >= _BAR_FROM
    with Progress(console=console, transient=True, disable=not (long and console.is_terminal)) as progress:
        recording = record(
            synthesizer,
            Utterance(asked.text, asked.style),
            asked.format,
            asked.sample_rate,
            heard=_advancing(progress, len(asked.text)),
        )
    output.write_bytes(recording.audio)
    return recording


def _advancing(progress: Progress, characters: int) -> Callable[[Chunk], None]:
    task = progress.add_task("Speaking", total=characters)

    def advance(chunk: Chunk) -> None:
        progress.update(task, completed=chunk.end_char)

    return advance
