"""An official-size voice with random weights, as slow as a real one: ``python -m bench.make_voice DIR``.

What it says is noise. But speed and memory depend on sizes and durations alone, and these are true to life.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from numpy.typing import NDArray

from bench.lines import symbol_lines
from bench.voice_files import write_checkpoint, write_model, write_settings
from bench.voice_shapes import SPEAKERS
from bench.voice_sizes import CONFIGS, VoiceSizes
from bench.voice_weights import Weights, acoustic_weights, vocoder_weights
from service.models.layout import ModelFolder
from service.models.line import SymbolLine
from service.models.reader import read_voice
from service.models.sambert import AcousticOutput, Sambert

NAME = "bench"
SECONDS_A_SYMBOL = 0.092
"""On the average; about 0.24 s a character."""

LONGEST_SYMBOL = 0.24
"""Seconds of a line's longest symbol, on the average of lines of 100 characters."""

_ROUNDS = 3  # pitch and energy move durations, and durations are fed back
_HASTE = 100.0  # rate at which nothing is left to decode
_F0 = ((210.0,), (55.0,))  # Hz: mean, standard deviation

Values = NDArray[np.float32]


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--seed", default=0, show_default=True, help="Of the random weights.")
@click.option("--config", type=click.Choice(list(CONFIGS)), default="sambert_16k", show_default=True)
@click.option("--nsf", is_flag=True, help="A voice with F0 and a harmonic source.")
@click.option("--causal", is_flag=True, help="A vocoder that only looks back.")
def main(folder: Path, seed: int, config: str, nsf: bool, causal: bool) -> None:
    """Writes a model with one voice, "bench", in the ModelScope layout to DIR."""
    sizes = replace(CONFIGS[config], nsf=nsf)
    make_voice(folder, sizes.causal() if causal else sizes, seed, symbol_lines(100, 10))


def make_voice(folder: Path, sizes: VoiceSizes, seed: int, lines: Sequence[str]) -> None:
    """Writes a model with one voice, "bench", in the ModelScope layout.

    Args:
        folder: is made where it is missing; files of an earlier model are overwritten.
        sizes: of the voice.
        seed: equal seeds, sizes and lines give equal weights.
        lines: of symbols, on which the durations are brought to ``SECONDS_A_SYMBOL`` and ``LONGEST_SYMBOL``.
    """
    rng = np.random.default_rng(seed)
    voice = folder / "voices" / NAME
    write_model(folder, sizes.sample_rate, [NAME])
    write_settings(voice, sizes, _audio(sizes), SPEAKERS)
    if sizes.nsf:
        np.save(voice / "am" / "mvn.npy", np.array(_F0))
    weights = acoustic_weights(sizes, rng)
    write_checkpoint(voice / "am", _tensors(weights))
    write_checkpoint(voice / "voc", {"generator": _tensors(vocoder_weights(sizes, rng))})
    for _ in range(_ROUNDS):
        _settle(weights, _spoken(folder, lines), sizes.sample_rate / sizes.vocoder.hop)
        write_checkpoint(voice / "am", _tensors(weights))


def _spoken(folder: Path, lines: Sequence[str]) -> list[AcousticOutput]:
    sambert = Sambert(read_voice(ModelFolder(folder), NAME))
    return [sambert.speak(_hasty(SymbolLine.plain(line))) for line in lines]


def _hasty(line: SymbolLine) -> SymbolLine:
    """The same predictions with next to nothing to decode: only the first symbol keeps its frames."""
    rate = np.full_like(line.rate, _HASTE)
    rate[0] = 1
    return replace(line, rate=rate)


def _settle(weights: Weights, spoken: Sequence[AcousticOutput], frame_rate: float) -> None:
    """Brings what was predicted to where trained predictors have it."""
    for name, values in (
        ("pitch_predictor", [output.pitch.numpy() for output in spoken]),
        ("energy_predictor", [output.energy.numpy() for output in spoken]),
    ):
        _shift(weights, name, np.concatenate(values), 0.0, 1.0)
    durations = [output.log_durations.numpy() for output in spoken]
    _shift(weights, "duration_predictor", np.concatenate(durations), *_pace(durations, frame_rate))


def _shift(weights: Weights, predictor: str, values: Values, mean: float, deviation: float) -> None:
    """Gives a predictor, from what it has predicted, about another mean and standard deviation.

    Gain and offset are rounded, so that they do not depend on how threads round what was predicted.
    """
    layer = f"variance_adaptor.{predictor}.fc"
    gain = np.round(deviation / values.std(), 2)
    offset = np.round(mean - gain * values.mean(), 2)
    weights[f"{layer}.weight"] *= np.float32(gain)
    weights[f"{layer}.bias"] = weights[f"{layer}.bias"] * np.float32(gain) + np.float32(offset)


def _pace(predicted: Sequence[Values], frame_rate: float) -> tuple[float, float]:
    """Gives the mean and the deviation that log durations must have for the wanted durations."""
    together = np.concatenate(predicted)
    mean, deviation = together.mean(), together.std()
    usual = (together - mean) / deviation
    longest = np.array([line.max() - mean for line in predicted]) / deviation
    wanted = np.log1p(SECONDS_A_SYMBOL * frame_rate)

    def level(spread: float) -> float:
        """The mean log duration with which the mean duration is the wanted one."""
        return float(wanted - np.log(np.exp(spread * usual).mean()))

    def error(spread: float) -> float:
        top = np.expm1(level(spread) + spread * longest).mean()
        return float(abs(top - LONGEST_SYMBOL * frame_rate))

    spread = min(np.linspace(0.1, 0.7, 121), key=error)
    return level(spread), float(spread)


def _audio(sizes: VoiceSizes) -> dict[str, Any]:
    hop = sizes.vocoder.hop
    times = {"sampling_rate": sizes.sample_rate, "hop_length": hop, "win_length": 5 * hop, "n_fft": 2048}
    mels = {"n_mels": sizes.acoustic.num_mels, "fmin": 0.0, "fmax": min(8000.0, sizes.sample_rate / 2)}
    return times | mels


def _tensors(weights: Weights) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(values) for name, values in weights.items()}


if __name__ == "__main__":
    main()
