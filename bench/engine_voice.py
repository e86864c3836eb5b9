"""The voice that speed and memory are measured on, and its export, both kept between runs."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click

from bench.lines import symbol_lines
from bench.make_voice import make_voice
from bench.voice_sizes import CONFIGS
from service.models.layout import ModelFolder
from service.models.line import SymbolLine
from service.models.reader import read_voice
from service.models.weights import VoiceWeights
from service.runtime.export.voice import export_voice, with_int8, with_int16
from service.runtime.exported import MANIFEST, write_exported

_ROOT = Path(__file__).parent.parent
_CACHE = _ROOT / ".cache"
_RUNTIME = _ROOT / "service" / "runtime"
_CALIBRATION = (20, 4)  # characters a line, lines


model_option = click.option(
    "--model",
    metavar="DIR",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A model in the ModelScope layout; without one a voice of official size is made, once.",
)
"""Names the model that ``bench_voice`` takes."""


@dataclass(frozen=True, slots=True)
class BenchVoice:
    """A voice to measure: its numbers, the model that they come from, and the folder of its export."""

    weights: VoiceWeights
    model: Path
    exported: Path


def bench_voice(model: Path | None) -> BenchVoice:
    """Gives the first voice of a model; without one, that of ``bench.make_voice`` at official size.

    Raises:
        ModelError: the model cannot be read.
    """
    folder = ModelFolder(model or _made())
    weights = read_voice(folder, folder.voices[0])
    return BenchVoice(weights, folder.path.resolve(), _exported(weights))


def _made() -> Path:
    folder = _CACHE / "bench-voice"
    if not folder.is_dir():
        _CACHE.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_CACHE) as place:
            half = Path(place) / "voice"
            make_voice(half, CONFIGS["sambert_16k"], 0, symbol_lines(100, 10))
            half.rename(folder)
    return folder


def _exported(weights: VoiceWeights) -> Path:
    """The folder of the voice's export, made anew when the voice or the code that exports has changed."""
    kept = _CACHE / "bench-exported"
    folder = kept / _digest(weights)
    if not (folder / MANIFEST).is_file():
        shutil.rmtree(kept, ignore_errors=True)
        lines = [SymbolLine.plain(line) for line in symbol_lines(*_CALIBRATION)]
        exact = with_int16(export_voice(weights), weights, lines[: len(lines) // 2])
        voice, _ = with_int8(exact, weights, lines)
        folder.mkdir(parents=True)
        write_exported([voice], folder)
    return folder


def _digest(weights: VoiceWeights) -> str:
    digest = hashlib.sha256(weights.fingerprint.encode())
    for path in [*sorted((_RUNTIME / "export").glob("*.py")), _RUNTIME / "exported.py"]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
