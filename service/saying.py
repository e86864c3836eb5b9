"""``qingsheng say``: speaks a text into a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from service.audio.subtitles import SUBTITLES, subtitles
from service.captions import cues
from service.recording import Recording, record
from service.request import SpeechRequest
from service.speech import Chunk, Synthesizer, Utterance

_BAR_FROM = 100  # characters; anything shorter is spoken before a bar can be read


class SubtitleNameError(ValueError):
    """A file's name does not tell a format of subtitles."""


def say(
    synthesizer: Synthesizer,
    asked: SpeechRequest,
    output: Path,
    console: Console,
    captions: Path | None = None,
) -> Recording:
    """Speaks into ``output``; on a terminal, a long text shows a bar on ``console``.

    Args:
        synthesizer: speaks.
        asked: what and how.
        output: the audio file.
        console: for the bar.
        captions: a file for the subtitles, its name fit for ``subtitle_format``; None for no subtitles.

    Raises:
        SpeechError, FrontEndError, VoiceError: the text or the style cannot be spoken.
        OSError: a file cannot be written.
        SubtitleNameError: the subtitles' file is none by its name.
    """
    kind = subtitle_format(captions) if captions else ""
    long = len(asked.text) >= _BAR_FROM
    with Progress(console=console, transient=True, disable=not (long and console.is_terminal)) as progress:
        recording = record(
            synthesizer.stream(Utterance(asked.text, asked.style)),
            asked.format,
            asked.sample_rate,
            heard=_advancing(progress, len(asked.text)),
        )
    output.write_bytes(recording.audio)
    if captions:
        captions.write_text(subtitles(cues(recording.words, asked.text), kind), "utf-8", newline="\n")
    return recording


def subtitle_format(path: Path) -> str:
    """Gives the format that a file of subtitles has by the end of its name.

    Raises:
        SubtitleNameError: it ends in none of ``SUBTITLES``.
    """
    kind = path.suffix[1:].lower()
    if kind not in SUBTITLES:
        allowed = " or ".join(f".{name}" for name in SUBTITLES)
        raise SubtitleNameError(f"The name of the subtitles' file must end in {allowed}, not {path.name}.")
    return kind


def _advancing(progress: Progress, characters: int) -> Callable[[Chunk], None]:
    task = progress.add_task("Speaking", total=characters)

    def advance(chunk: Chunk) -> None:
        progress.update(task, completed=chunk.end_char)

    return advance
