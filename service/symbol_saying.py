"""``qingsheng say --symbols``: speaks lines of symbols as they stand, and shows what the networks said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from service.audio.wav import wav_header
from service.library.voices import check_converter, exported_voices, is_export, model_folder
from service.models.errors import ModelError, SymbolError
from service.models.layout import ModelFolder
from service.models.line import SymbolLine
from service.models.unit import LinguisticUnit
from service.runtime.engine import Engine
from service.runtime.exported import VOCODERS, ExportedVoice
from service.runtime.guard import UnusableSpeechError
from service.runtime.int16_vocoder import runs_here
from service.runtime.native.binding import load_library
from service.runtime.networks import Networks
from service.runtime.vocoder import f0_track
from service.settings import Settings

Backend = Literal["onnx", "torch"]
Precision = Literal["int8", "int16", "fp32"]
Said = Mapping[str, NDArray[Any]]
"""Of one line: ``dur, log_dur, pitch, energy, band, mel, mel_voc, wav``; see ``speak_plainly``."""


class SayingError(ValueError):
    """Lines of symbols cannot be spoken as asked; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Speech:
    """Lines that were spoken.

    Attributes:
        samples: of all lines, 16 bit, shape (n,).
        sample_rate: in Hz.
        first: what the networks said of the first line.
    """

    samples: NDArray[np.int16]
    sample_rate: int
    first: Said


def say_symbols(
    lines: Sequence[str], settings: Settings, backend: Backend, precision: Precision | None, threads: int
) -> Speech:
    """Speaks lines one after the other without pauses.

    Args:
        lines: of symbols, at least one.
        settings: name the model, and one voice of it.
        backend: ``"onnx"``, as it is served, or ``"torch"``, as the reference computes.
        precision: of the vocoder; None is fp32.
        threads: to compute with.

    Raises:
        SayingError: a line cannot be spoken, or the backend does not go with the precision or the model.
        ModelError: the model or the voice cannot be found, read or converted.
    """
    speak = _plain if backend == "torch" else _exported
    unit, sample_rate, said = speak(lines, settings, precision or "fp32", threads)
    _check(lines, unit)
    first, samples = None, []
    try:
        for spoken in said:
            first = first or spoken
            samples.append(int16(spoken["wav"]))
    except UnusableSpeechError as error:
        raise SayingError(f"Symbol line {len(samples) + 1}: {error}") from error
    assert first is not None  # noqa: S101  there is a line
    return Speech(np.concatenate(samples), sample_rate, first)


def read_lines(path: Path) -> list[str]:
    """Reads lines of symbols, or of a number, a tab and symbols; blank ones are left out.

    Raises:
        SayingError: the file cannot be read, or holds no symbols.
    """
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise SayingError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise SayingError(f"{path} is no text in UTF-8.") from error
    lines = [line.rpartition("\t")[2].strip() for line in text.splitlines()]
    if not any(lines):
        raise SayingError(f"{path} holds no symbols; each line must hold those of a sentence.")
    return [line for line in lines if line]


def write_speech(speech: Speech, output: Path, dump: Path | None = None) -> None:
    """Writes a wav file of 16 bit, and what the networks said of the first line as an npz file.

    Raises:
        OSError: a file cannot be written.
    """
    with output.open("wb") as file:
        file.write(wav_header(speech.sample_rate, len(speech.samples)))
        file.write(speech.samples.astype("<i2").tobytes())
    if dump is not None:
        with dump.open("wb") as file:  # by its name, NumPy would add an ending
            np.savez(file, allow_pickle=False, **speech.first)


def int16(samples: NDArray[np.float32]) -> NDArray[np.int16]:
    """Gives samples in 16 bit as the reference does, truncated toward zero, but clipped at full scale."""
    clipped: NDArray[np.int16] = np.clip(samples * 32768.0, -32768, 32767).astype(np.int16)
    return clipped


def _check(lines: Sequence[str], unit: LinguisticUnit) -> None:
    """Refuses symbols that the voice does not know, before anything is spoken."""
    for number, line in enumerate(lines, 1):
        if fault := _fault(line, unit):
            raise SayingError(f"Symbol line {number}: {fault}")


def _fault(line: str, unit: LinguisticUnit) -> SymbolError | None:
    try:
        unit.encode(line)
    except SymbolError as error:
        return error
    return None


def _plain(
    lines: Sequence[str], settings: Settings, precision: Precision, threads: int
) -> tuple[LinguisticUnit, int, Iterator[Said]]:
    if precision != "fp32":
        raise SayingError("The torch backend computes in fp32 only.")
    folder = model_folder(settings.model or "", settings.model_revision)
    if is_export(folder):
        raise SayingError(f"The torch backend reads official checkpoints; {folder} holds exported voices.")
    check_converter()
    from service.models.plain_voice import speak_plainly
    from service.models.reader import read_voice
    from service.models.sambert import NothingPredictedError

    weights = read_voice(ModelFolder(folder), settings.voices[0])

    def said() -> Iterator[Said]:
        try:
            yield from speak_plainly(weights, map(SymbolLine.plain, lines), threads)
        except NothingPredictedError as error:
            raise UnusableSpeechError(str(error)) from error

    return weights.unit, weights.sample_rate, said()


def _exported(
    lines: Sequence[str], settings: Settings, precision: Precision, threads: int
) -> tuple[LinguisticUnit, int, Iterator[Said]]:
    (voice,) = exported_voices(settings)
    _check_precision(voice, precision)
    return voice.unit, voice.sample_rate, _spoken(voice, lines, precision, threads)


def _check_precision(voice: ExportedVoice, precision: Precision) -> None:
    """Raises ModelError where a precision is not to be had: what is asked for is to be exact."""
    if VOCODERS[precision] not in voice.files:
        raise ModelError(f"The voice {voice.name} was exported without {precision}.")
    if precision == "int16" and not runs_here(load_library()):
        raise ModelError("int16 takes a CPU with AVX512-VNNI, and an install with a compiler.")


def _spoken(voice: ExportedVoice, lines: Sequence[str], precision: Precision, threads: int) -> Iterator[Said]:
    networks = Networks(voice, load_library(), precision)
    with Engine(threads) as engine:
        for line in lines:
            speaking = engine.speak(networks, SymbolLine.plain(line), keep_mel=True)
            samples = np.concatenate(list(speaking.samples()))
            plan, mel, mel_vocoder = speaking.plan(), speaking.mel(), speaking.mel().copy()
            if voice.acoustic.f0 is not None:
                tracks = f0_track(mel, voice.acoustic.f0, plan.f0_factor)
                mel_vocoder[:, -2:] = np.column_stack(tracks)
            yield {
                "dur": plan.durations,
                "log_dur": plan.log_durations,
                "pitch": plan.pitch,
                "energy": plan.energy,
                "band": np.array(plan.band),
                "mel": mel,
                "mel_voc": mel_vocoder,
                "wav": samples,
            }
