"""A voice as plain PyTorch networks speak it, sample by sample what the reference gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from service.models.hifigan import HifiGan
from service.models.line import SymbolLine
from service.models.sambert import AcousticOutput, Sambert
from service.models.weights import VoiceWeights

SEED = 1234
"""Of the generator that phases and noise of an NSF voice are drawn from, anew for each line."""


def speak_plainly(
    weights: VoiceWeights, lines: Iterable[SymbolLine], threads: int
) -> Iterator[Mapping[str, NDArray[Any]]]:
    """Speaks lines on so many threads of PyTorch, and yields what the networks said of each.

    ``dur`` in frames, ``log_dur``, ``pitch`` and ``energy``, shape (n,); ``band``; ``mel`` and ``mel_voc``,
    shape (frames, mels), the second as the vocoder is given it; ``wav``, shape (frames * hop,).

    Raises:
        SymbolError: the voice cannot read a line.
        NothingPredictedError: no symbol of a line has got a frame.
    """
    torch.set_num_threads(threads)
    sambert, vocoder = Sambert(weights), HifiGan(weights)
    for line in lines:
        said = sambert.speak(line)
        yield _arrays(said, vocoder.speak(said.mel_vocoder, _excitation(vocoder, said.mel_vocoder)))


def _excitation(vocoder: HifiGan, mel: Tensor) -> Tensor | None:
    if vocoder.source_module is None:
        return None
    drawn = vocoder.draw(len(mel), torch.Generator().manual_seed(SEED))
    return vocoder.excitation(mel, drawn)


def _arrays(said: AcousticOutput, samples: Tensor) -> Mapping[str, NDArray[Any]]:
    tensors = {
        "dur": said.durations,
        "log_dur": said.log_durations,
        "pitch": said.pitch,
        "energy": said.energy,
        "mel": said.mel,
        "mel_voc": said.mel_vocoder,
        "wav": samples,
    }
    return {name: tensor.numpy() for name, tensor in tensors.items()} | {"band": np.array(said.band)}
