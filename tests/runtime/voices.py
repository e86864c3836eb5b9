"""The small voices of the golden vectors, exported and loaded."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from service.models.hifigan import HifiGan
from service.models.sambert import Sambert
from service.models.weights import VoiceWeights
from service.runtime.export.voice import export_voice, with_int16
from service.runtime.exported import ExportedVoice
from service.runtime.int16_vocoder import runs_here
from service.runtime.native.binding import load_library
from service.runtime.networks import Networks
from tests.models import golden

Floats = NDArray[np.float32]

NAMES = ("plain_emo", "causal_emo", "nsf_emo", "se_emo", "fp_emo", "legacy_emo")
WITH_SOURCE = ("nsf_emo", "se_emo")
LIBRARY = load_library()

needs_library = pytest.mark.skipif(LIBRARY is None, reason="the package was installed without a compiler")
needs_int16 = pytest.mark.skipif(not runs_here(LIBRARY), reason="this CPU lacks the instructions for int16")
on_every_width = pytest.mark.parametrize(
    "lanes",
    [
        pytest.param(
            lanes,
            marks=pytest.mark.skipif(
                LIBRARY is None or LIBRARY.widest_vectors() < lanes, reason="this CPU's vectors hold fewer"
            ),
        )
        for lanes in (4, 8, 16)
    ],
)
on_every_path = pytest.mark.parametrize(
    "library",
    [pytest.param(None, id="numpy"), pytest.param(LIBRARY, id="compiled", marks=needs_library)],
)


@cache
def exported(name: str) -> ExportedVoice:
    """A voice in fp32, by its name or by that of a vector."""
    return export_voice(golden.voice(name.split("__")[0]))


@cache
def in_int16(name: str) -> ExportedVoice:
    """A voice with a vocoder in int16 as well."""
    return with_int16(exported(name), golden.voice(name), [golden.line("short")])


@cache
def networks(name: str, library: ctypes.CDLL | None = LIBRARY) -> Networks:
    """A voice's networks in fp32, by its name or by that of a vector."""
    return Networks(exported(name), library, "fp32")


@cache
def sambert(voice: str) -> Sambert:
    return Sambert(golden.voice(voice))


@cache
def hifigan(voice: str) -> HifiGan:
    return HifiGan(golden.voice(voice))


def altered(voice: str, *, acoustic: dict[str, Callable[[Floats], Floats]] | None = None) -> VoiceWeights:
    """A voice some of whose acoustic tensors are put through functions."""
    weights = golden.voice(voice)
    changed = {name: change(weights.acoustic[name]) for name, change in (acoustic or {}).items()}
    return replace(weights, acoustic={**weights.acoustic, **changed})


def spectrogram(frames: int, channels: int = 80, seed: int = 0) -> Floats:
    """A mel of noise, shape (frames, channels), as wide as those that voices give."""
    return np.random.default_rng(seed).standard_normal((frames, channels), np.float32)


def pieces(sizes: list[int]) -> list[slice]:
    """Where pieces of these sizes lie one behind the other."""
    ends = np.cumsum(sizes).tolist()
    return [slice(end - size, end) for size, end in zip(sizes, ends, strict=True)]
