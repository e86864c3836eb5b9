"""The network in memory: tokens and prosody in, samples and token lengths out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from service.voice import Samples, VoiceFailedError
from training.kokoro.emotions import Prosody
from training.kokoro.graph import DURATIONS, prepared_model

SAMPLE_RATE = 24_000
FRAME = 600  # samples a frame of the token lengths stands for
MAX_TOKENS = 510  # rows of a style table, and what the network's positions hold beside two pads

_PAD = 0


@dataclass(frozen=True, slots=True)
class Take:
    """What the network spoke.

    Attributes:
        samples: shape (n,), finite, with silence at both ends.
        starts: where each token begins, in samples, shape (tokens + 2,); behind it, where the last one
            ends, and where the samples end.
    """

    samples: Samples
    starts: NDArray[np.int64]


def load_session(model: Path, threads: int) -> onnxruntime.InferenceSession:
    """Loads a network as it is run here: on threads that do not spin while they wait."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def inputs_of(tokens: Sequence[int], style: Samples, prosody: Prosody) -> dict[str, NDArray[Any]]:
    """Gives what the graph reads, by name: tokens between pads, a style of shape (256,), no gain."""
    return {
        "tokens": np.array([[_PAD, *tokens, _PAD]], np.int64),
        "style": style[np.newaxis],
        "speed": np.array([prosody.speed], np.float32),
        "f0_scale": np.array([prosody.level], np.float32),
        "f0_range": np.array([prosody.range], np.float32),
        "energy_offset": np.array([prosody.energy], np.float32),
    }


class Network:
    """One copy of the weights, shared by all voices. Safe to call from several threads."""

    def __init__(self, cache_dir: Path, threads: int) -> None:
        """Loads the weights.

        Raises:
            ModelFileError: the weights are missing or damaged.
        """
        self._session = load_session(prepared_model(cache_dir), threads)

    def speak(self, tokens: Sequence[int], style: Samples, prosody: Prosody) -> Take:
        """Speaks one piece.

        Args:
            tokens: 1 to ``MAX_TOKENS`` entries of the vocabulary.
            style: shape (256,).
            prosody: everything but its gain is acted on.

        Raises:
            VoiceFailedError: the result is empty or not finite. The network is deterministic, so trying
                again would not help.
        """
        inputs = inputs_of(tokens, style, prosody)
        samples, frames = self._session.run(["audio", DURATIONS], inputs)
        if not len(samples) or not np.isfinite(samples).all():
            raise VoiceFailedError(f"The network gave no usable sound for {len(tokens)} tokens.")
        # One token begins where the one before it ends, the first behind the leading pad.
        return Take(samples, np.cumsum(frames.ravel()).astype(np.int64) * FRAME)
