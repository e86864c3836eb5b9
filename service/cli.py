"""The command line: ``qingsheng serve | worker | key | say | read | voices | export``.

Each command imports what it needs when it runs, so that ``read`` does not wait for the voice's libraries.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click
from click.core import ParameterSource
from rich.console import Console

from service.settings import SettingError, Settings, load_settings

if TYPE_CHECKING:
    from service.reading import View
    from service.runtime.export.verdict import Scorer
    from service.symbol_saying import Backend, Precision
    from service.webui import Webui

_Loaded = TypeVar("_Loaded")
_OF_SYMBOLS = ("dump", "model", "precision", "backend", "threads")  # options of say that go with --symbols
_OF_TEXT = ("subtitles", "format", "emotion", "intensity", "speed", "pitch", "volume")


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
    # NumPy reads this when it is imported. Its threads wait for each other by spinning, and there are
    # enough of our own.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # The first process of a container is not ended by a signal that it does not handle. Once they are
    # loaded, serve and worker let what runs finish.
    signal.signal(signal.SIGTERM, _end)


def _end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  as signal wants it
    """Ends the process at once, as the signal's default action does; an exception may be swallowed."""
    os._exit(128 + number)


@main.command()
@click.option("--webui", is_flag=True, help="With the web page beside it, on TTS_WEBUI_PORT.")
def serve(webui: bool) -> None:
    """Starts the HTTP service; the TTS_… environment variables set it up."""
    settings = _settings()
    from service.allocator import share_arenas
    from service.gunicorn_conf import Server
    from service.observability.logs import configure_logging
    from service.observability.multiprocess import shared_metrics
    from service.observability.tracing import TracingError, check_tracing

    configure_logging(settings.log_level, settings.log_text)
    share_arenas()
    try:
        check_tracing()
        with shared_metrics(settings.workers), _page(settings, webui) as page:
            Server(settings, Console(), page).run()
    except (TracingError, OSError) as error:
        raise _OneSentence(str(error)) from None


@contextmanager
def _page(settings: Settings, wanted: bool) -> Iterator[Webui | None]:
    """Serves the page, if it is wanted; the service does without where that cannot be."""
    if not wanted:
        yield None
        return
    from service.webui import NoWebuiError, beside

    with ExitStack() as stack:
        try:
            page = stack.enter_context(beside(settings))
        except NoWebuiError as error:
            click.echo(str(error), err=True)
            page = None
        yield page


@main.command()
def worker() -> None:
    """Works on jobs; the TTS_… environment variables set it up."""
    settings = _settings()
    if not settings.jobs_url:
        raise _OneSentence("TTS_JOBS_URL must name the Redis that the jobs are in.")
    from service.allocator import share_arenas
    from service.observability.logs import configure_logging, get_logger
    from service.parts import build_parts
    from service.worker import work

    configure_logging(settings.log_level, settings.log_text)
    share_arenas()
    try:
        parts = build_parts(settings)
        try:
            status = work(parts, settings.jobs_url)
        finally:
            parts.close()
    except Exception as error:
        get_logger().error("worker_failed", exc_info=error)
        raise _OneSentence(f"The worker cannot go on: {error}") from error
    sys.exit(status)


@main.command()
@click.argument("name", default="default")
def key(name: str) -> None:
    """Makes an API key: prints the key, to be given to who may call, and its entry for TTS_API_KEYS."""
    from service.keys import entry, generate

    secret = generate()
    try:
        line = entry(name, secret)
    except ValueError as error:
        raise _OneSentence(str(error)) from None
    click.echo(f"key: {secret}")
    click.echo(f"TTS_API_KEYS entry: {line}")


@main.command()
def voices() -> None:
    """Lists the voices: name, gender, sample rate and emotions."""
    settings = _settings()
    from service.parts import build_voices

    for voice in _loaded(lambda: build_voices(settings)):
        known = (voice.name, voice.gender or "unknown", f"{voice.sample_rate} Hz", ", ".join(voice.emotions))
        click.echo("\t".join(known))


@main.command()
@click.argument("text", required=False)
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
@click.option("--format", help="wav, mp3, flac, ogg, aac or pcm; left out, as the file's name ends.")
@click.option("--voice", help="A voice's name; `qingsheng voices` lists them.")
@click.option("--emotion", default="neutral", show_default=True, help="An emotion's name.")
@click.option("--intensity", type=float, default=1.0, show_default=True, help="0 to 2.")
@click.option("--speed", type=float, default=1.0, show_default=True, help="0.5 to 2.")
@click.option("--pitch", type=float, default=0.0, show_default=True, help="-12 to 12 semitones.")
@click.option("--volume", type=float, default=1.0, show_default=True, help="0 to 2.")
@click.option(
    "--symbols",
    type=click.Path(path_type=Path),
    help="Instead of TEXT: a file with lines of symbols; --voice of --model speaks them as they stand.",
)
@click.option("--model", help="With --symbols: as TTS_MODEL, which it takes the place of.")
@click.option(
    "--dump",
    type=click.Path(path_type=Path, dir_okay=False),
    help="With --symbols: an npz file for what the networks said of the first line.",
)
@click.option(
    "--precision",
    type=click.Choice(["fp32", "int16", "int8"]),
    help="With --symbols: of the vocoder; fp32 if left out, whatever is served, for this is to be exact.",
)
@click.option(
    "--backend",
    type=click.Choice(["onnx", "torch"]),
    default="onnx",
    show_default=True,
    help="With --symbols: what computes, the runtime that serves or plain PyTorch.",
)
@click.option("--threads", type=click.IntRange(1, 256), help="With --symbols: threads to compute with.")
@click.pass_context
def say(context: click.Context, /, text: str | None, output: Path, **options: Any) -> None:
    """Speaks TEXT, plain or SSML, into a file; - reads the text from standard input."""
    settings, symbols = _settings(), options.pop("symbols")
    if (text is None) == (symbols is None):
        raise _OneSentence("Give one of TEXT and --symbols FILE.")
    _check_given(context, _OF_SYMBOLS if symbols is None else _OF_TEXT, symbols is None)
    for file in (output, options["subtitles"], options["dump"]):
        if file and not file.parent.is_dir():
            raise _OneSentence(f"The folder {file.parent} does not exist.")
    symbol_options = {name: options.pop(name) for name in _OF_SYMBOLS}
    if text is not None:
        _say_text(settings, text, output, **options)
    else:
        _say_symbols(settings, symbols, output, options["voice"], **symbol_options)


def _check_given(context: click.Context, misplaced: tuple[str, ...], has_text: bool) -> None:
    """Refuses options that go with the other source of what is said."""
    for name in misplaced:
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT:
            raise _OneSentence(f"--{name} goes with {'--symbols' if has_text else 'a TEXT'} only.")


def _say_text(settings: Settings, text: str, output: Path, subtitles: Path | None, **options: object) -> None:
    from service.parts import build_synthesizer
    from service.request import SpeechRequest
    from service.saying import SubtitleNameError, subtitle_format
    from service.saying import say as speak
    from service.speech import SpeechError
    from service.text.errors import FrontEndError
    from service.voice import VoiceError
    from service.web.errors import RequestError
    from service.web.schemas import validate

    options["text"] = _stdin().read() if text == "-" else _clean(text)
    options["format"] = options["format"] or output.suffix[1:].lower()
    try:
        asked = validate(options, SpeechRequest)
        if subtitles:
            subtitle_format(subtitles)
        synthesizer = _loaded(lambda: build_synthesizer(settings))
        recording = speak(synthesizer, asked, output, Console(stderr=True), subtitles)
    except (RequestError, SpeechError, FrontEndError, VoiceError, OSError, SubtitleNameError) as error:
        raise _OneSentence(str(error)) from None
    click.echo(f"{output}: {recording.seconds:.1f} s", err=True)


def _say_symbols(
    settings: Settings,
    symbols: Path,
    output: Path,
    voice: str | None,
    *,
    model: str | None,
    dump: Path | None,
    precision: Precision | None,
    backend: Backend,
    threads: int | None,
) -> None:
    model = model or settings.model
    if not model or not voice:
        raise _OneSentence("--symbols needs --voice, and --model or TTS_MODEL.")
    from service.models.errors import ModelError
    from service.runtime.threads import available_cores
    from service.symbol_saying import SayingError, read_lines, say_symbols, write_speech

    asked = settings.model_copy(update={"model": model, "voices": (voice,)})
    computing = threads or settings.threads or available_cores()
    try:
        lines = read_lines(symbols)
        with Console(stderr=True).status("Speaking …"):
            speech = say_symbols(lines, asked, backend, precision, computing)
        write_speech(speech, output, dump)
    except (SayingError, ModelError, OSError) as error:
        raise _OneSentence(str(error)) from None
    click.echo(f"{output}: {len(speech.samples) / speech.sample_rate:.1f} s", err=True)


@main.command()
@click.argument("model")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The folder to write, which TTS_MODEL can then name.",
)
@click.option("--voice", "names", multiple=True, help="A voice's name, the default first; left out: all.")
@click.option(
    "--precision",
    type=click.Choice(["auto", "int16"]),
    default="auto",
    show_default=True,
    help="auto adds an int8 vocoder and judges it; int16 does without.",
)
def export(model: str, output: Path, names: tuple[str, ...], precision: str) -> None:
    """Converts the voices of MODEL, a model folder or a ModelScope id, so that serving needs no PyTorch."""
    settings, console = _settings(), Console(stderr=True)
    from service.library.voices import check_converter, is_export, model_folder
    from service.models.errors import ModelError
    from service.models.layout import ModelFolder

    try:
        check_converter()
        folder = model_folder(model, settings.model_revision)
        if is_export(folder):
            raise _OneSentence(f"{folder} holds exported voices already.")
        with console.status("Loading PyTorch …") as status:
            from service.library.exporting import export as exported

            scorer_of = _scorers(console) if precision == "auto" else None
            arguments = (ModelFolder(folder), names, output, precision, status.update, scorer_of)
            for conversion in exported(*arguments):
                click.echo(str(conversion))
    except (ModelError, OSError) as error:
        raise _OneSentence(str(error)) from None


def _scorers(console: Console) -> Callable[[Sequence[str]], Scorer] | None:
    from service.library.scoring import Listener, has_scorers

    if has_scorers():
        return Listener
    console.print(
        "int8 is judged by its spectrum alone; scoring speech takes a checkout with '.[bench]'.",
        markup=False,
        soft_wrap=True,
    )
    return None


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


def _loaded(load: Callable[[], _Loaded]) -> _Loaded:
    with Console(stderr=True).status("Loading the voice …"):
        try:
            return load()
        except Exception as error:
            raise _OneSentence(f"The voice could not be loaded: {error}") from error
