"""Converts official checkpoints.

``python -m service.library.exporting MODEL VOICE`` answers with a voice, packed.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from service.library.calibration import Calibration, calibration
from service.library.child import answer
from service.library.store import packed
from service.models.errors import ModelError
from service.models.layout import ModelFolder
from service.models.reader import read_voice
from service.observability.logs import configure_logging, get_logger
from service.runtime.export.verdict import Scorer, Verdict
from service.runtime.export.voice import export_voice, with_int8, with_int16
from service.runtime.exported import VOCODERS, ExportedVoice, write_exported
from service.runtime.guard import UnusableSpeechError
from service.settings import load_settings

_MEGABYTE = 1e6

Stage = Callable[[str], None]
"""Is told what is being done."""

ScorerOf = Callable[[Sequence[str]], Scorer]
"""Gives the scorer of takes of these texts."""


@dataclass(frozen=True)
class Conversion:
    """A voice that was converted.

    Attributes:
        voice: ready to be served.
        verdict: what the gate found of int8; None where int8 was not asked for, or the voice does not speak
            the lines that it takes.
        reason: why there is no verdict.
    """

    voice: ExportedVoice
    verdict: Verdict | None
    reason: str = ""

    def __str__(self) -> str:
        """One line for people: name, verdict and sizes."""
        sizes = {name: len(content) / _MEGABYTE for name, content in self.voice.files.items()}
        told = ", ".join(f"{name} {sizes[file]:.1f} MB" for name, file in VOCODERS.items() if file in sizes)
        verdict = str(self.verdict) if self.verdict else self.reason
        start = f"{self.voice.name}: {self.voice.precision}, as {verdict}"
        return f"{start}; {sum(sizes.values()):.1f} MB, of these the vocoder: {told}"


def convert(
    model: ModelFolder,
    name: str,
    precision: str = "auto",
    scorer_of: ScorerOf | None = None,
    stage: Stage = lambda _: None,
) -> Conversion:
    """Converts an official voice.

    Args:
        model: the model.
        name: the voice's.
        precision: ``"int16"`` adds a vocoder in it, ``"auto"`` also one in int8, which it judges.
        scorer_of: for the verdict on int8; None judges by the spectrum alone.
        stage: is told how it goes.

    Raises:
        ModelError: there is no such voice, or it cannot be read.
    """
    stage("reading")
    weights = read_voice(model, name)
    stage("writing graphs")
    voice, chosen = export_voice(weights), calibration(weights.unit)
    try:
        stage("calibrating int16")
        voice = with_int16(voice, weights, chosen.lines[: len(chosen.lines) // 2])
        if precision == "int16":
            return Conversion(voice, None, "int8 was not asked for")
        stage("calibrating and judging int8")
        with _without_advice():
            return Conversion(*with_int8(voice, weights, chosen.lines, _scorer(chosen, scorer_of)))
    except UnusableSpeechError as error:
        get_logger().warning("voice_not_calibrated", voice=name, reason=str(error))
        return Conversion(voice, None, f"no other could be calibrated ({str(error).rstrip('.')})")


def export(
    model: ModelFolder,
    names: Sequence[str],
    folder: Path,
    precision: str,
    stage: Stage,
    scorer_of: ScorerOf | None = None,
) -> Iterator[Conversion]:
    """Converts voices one by one, and at the end writes them into a folder.

    Args:
        model: the model.
        names: of the voices, in the order of serving; none for all.
        folder: is made where it is missing.
        precision, stage, scorer_of: see ``convert``.

    Raises:
        ModelError: a voice is not there or cannot be read, or the folder is the model's own.
        OSError: the folder cannot be written.
    """
    if folder.resolve() == model.path.resolve():
        raise ModelError(f"{folder} is the model's own folder; the voices must be written into another one.")
    chosen = [model.voice(name).name for name in dict.fromkeys(names) or model.voices]
    folder.mkdir(parents=True, exist_ok=True)
    voices = []
    for name in chosen:
        conversion = convert(model, name, precision, scorer_of, partial(_told, stage, name))
        voices.append(conversion.voice)
        yield conversion
    stage("saving …")
    write_exported(voices, folder)


def main() -> None:
    """Converts the voice that the command line names."""
    folder, name = sys.argv[1:]
    settings = load_settings()
    configure_logging(settings.log_level, settings.log_text)
    answer(lambda: packed(convert(ModelFolder(Path(folder)), name).voice))


def _told(stage: Stage, name: str, doing: str) -> None:
    stage(f"{name}: {doing} …")


def _scorer(chosen: Calibration, scorer_of: ScorerOf | None) -> Scorer | None:
    return None if chosen.judged is None or scorer_of is None else scorer_of(chosen.judged)


@contextmanager
def _without_advice() -> Iterator[None]:
    """Keeps the quantiser's advice on how to prepare graphs, which ours do not need, out of the log."""

    def is_ours(record: logging.LogRecord) -> bool:
        return "pre-processing" not in record.getMessage()

    root = logging.getLogger()
    root.addFilter(is_ours)
    try:
        yield
    finally:
        root.removeFilter(is_ours)


if __name__ == "__main__":
    main()
