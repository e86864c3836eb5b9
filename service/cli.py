"""The command line: ``qingsheng serve | say | read | voices``.

Each command imports what it needs when it runs, so that ``read`` does not wait for the voice's libraries.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click
from rich.console import Console

from service.settings import SettingError, Settings, load_settings

if TYPE_CHECKING:
    from service.reading import View
    from service.speech import Synthesizer


class _OneSentence(click.ClickException):
    """Ends a command with one sentence on standard error."""

    exit_code = 2


def _settings() -> Settings:
    try:
        return load_settings()
    except SettingError as error:
        raise _OneSentence(str(error)) from None


def _clean(text: str) -> str:
    """Arguments that are no UTF-8 arrive with lone surrogates, which cannot be printed."""
    return text.encode("utf-8", "replace").decode("utf-8")


@click.group()
@click.version_option(package_name="qingsheng")
def main() -> None:
    """Qingsheng (情声): Mandarin speech with emotion."""


@main.command()
def serve() -> None:
    """Starts the HTTP service; the TTS_… environment variables set it up."""
    settings = _settings()
    from service.gunicorn_conf import Server
    from service.observability.logs import configure_logging

    configure_logging(settings.log_level)
    Server(settings, Console()).run()


@main.command()
def voices() -> None:
    """Lists the voices: name, gender, sample rate and emotions."""
    settings = _settings()
    from service.app import build_voices

    for voice in build_voices(settings):
        click.echo(f"{voice.name}\t{voice.gender}\t{voice.sample_rate} Hz\t{', '.join(voice.emotions)}")


@main.command()
@click.argument("text")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The file to write.",
)
@click.option(
    "--subtitles",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file for the subtitles, too, its name ending in .srt or .vtt.",
)
@click.option("--format", help="wav, mp3, flac, ogg or pcm; left out, as the file's name ends.")
@click.option("--voice", help="A voice's name; `qingsheng voices` lists them.")
@click.option("--emotion", default="neutral", show_default=True, help="An emotion's name.")
@click.option("--intensity", type=float, default=1.0, show_default=True, help="0 to 2.")
@click.option("--speed", type=float, default=1.0, show_default=True, help="0.5 to 2.")
@click.option("--pitch", type=float, default=0.0, show_default=True, help="-12 to 12 semitones.")
@click.option("--volume", type=float, default=1.0, show_default=True, help="0 to 2.")
def say(text: str, output: Path, subtitles: Path | None, **options: object) -> None:
    """Speaks TEXT, plain or SSML, into a file; - reads the text from standard input."""
    settings = _settings()
    from service.saying import SubtitleNameError, subtitle_format
    from service.saying import say as speak
    from service.speech import SpeechError
    from service.text.errors import FrontEndError
    from service.web.errors import RequestError
    from service.web.schemas import validate_speech_request

    options["text"] = _stdin().read() if text == "-" else _clean(text)
    options["format"] = options["format"] or output.suffix[1:].lower()
    for file in (output, subtitles):
        if file and not file.parent.is_dir():
            raise _OneSentence(f"The folder {file.parent} does not exist.")
    try:
        asked = validate_speech_request(options)
        if subtitles:
            subtitle_format(subtitles)
        recording = speak(_synthesizer(settings), asked, output, Console(stderr=True), subtitles)
    except (RequestError, SpeechError, FrontEndError, OSError, SubtitleNameError) as error:
        raise _OneSentence(str(error)) from None
    click.echo(f"{output}: {recording.seconds:.1f} s", err=True)


@main.command()
@click.argument("text", required=False)
@click.option("--symbols", "view", flag_value="symbols", help="Show Sambert's symbols.")
@click.option("--json", "view", flag_value="json", help="Show one line of JSON for each text.")
def read(text: str | None, view: View | None) -> None:
    """Shows how TEXT, or each line of standard input, will be spoken."""
    settings = _settings()
    from service.reading import Reader
    from service.text.frontend import FrontEnd
    from service.text.lexicon import LexiconError

    try:
        frontend = FrontEnd(settings.lexicon)
    except (LexiconError, OSError) as error:
        raise _OneSentence(f"TTS_LEXICON cannot be used: {error}") from None
    reader = Reader(frontend, view or "words", click.echo, lambda fault: click.echo(fault, err=True))
    texts = _stdin() if text is None else [text]
    readable = [reader.read(_clean(line.rstrip("\r\n"))) for line in texts]
    if not all(readable):
        sys.exit(2)


def _stdin() -> TextIO:
    return io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace")


def _synthesizer(settings: Settings) -> Synthesizer:
    from service.app import build_synthesizer

    with Console(stderr=True).status("Loading the voice …"):
        try:
            return build_synthesizer(settings)
        except Exception as error:
            raise _OneSentence(f"The voice could not be loaded: {error}") from error
