"""The teacher's network: tokens and prosody in; samples, token lengths and the F0 curve out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.folder import write_bytes
from training.kokoro.emotions import Prosody
from training.kokoro.graph import DURATIONS, prepared_model
from training.kokoro.network import MAX_TOKENS, SAMPLE_RATE, inputs_of, load_session

__all__ = ["FRAMES_PER_LENGTH", "MAX_TOKENS", "SAMPLE_RATE", "TeacherNetwork", "Utterance"]

FRAMES_PER_LENGTH = 2
"""F0 values, 12.5 ms apart, in one unit of the token lengths (25 ms)."""

_F0 = "f0_shaped"  # behind the inputs that move it


@dataclass(frozen=True, slots=True, eq=False)
class Utterance:
    """What the teacher said.

    Attributes:
        samples: at ``SAMPLE_RATE``, 300 a frame of F0, shape (frames * 300,).
        lengths: of each token in frames of F0, a pad at either end included, int64, shape (tokens + 2,).
        f0: in Hz, 0 where there is no voice, shape (frames,).
    """

    samples: NDArray[np.float32]
    lengths: NDArray[np.int64]
    f0: NDArray[np.float32]


class TeacherNetwork:
    """Kokoro's network with one more output, the F0 curve."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """Loads the weights; the graph is prepared in ``folder`` the first time.

        Raises:
            ModelFileError: the weights are missing or damaged.
        """
        self._session = load_session(_with_f0(folder), threads)

    def speak(self, tokens: Sequence[int], style: NDArray[np.float32], prosody: Prosody) -> Utterance:
        """Speaks 1 to ``MAX_TOKENS`` tokens in a style of shape (256,); the prosody's gain is left out.

        Raises:
            ValueError: the result is not finite, or its parts do not fit each other.
        """
        inputs = inputs_of(tokens, style, prosody)
        samples, lengths, f0 = self._session.run(["audio", DURATIONS, _F0], inputs)
        frames = lengths.ravel().round().astype(np.int64) * FRAMES_PER_LENGTH
        f0, samples = f0.ravel(), samples.ravel()
        hop = SAMPLE_RATE // 80
        if not np.isfinite(samples).all() or len(f0) != frames.sum() or len(samples) != hop * len(f0):
            raise ValueError(f"{len(samples)} samples and {len(f0)} of F0 are not {frames.sum()} frames.")
        return Utterance(samples, frames, np.where(f0 > 10.0, f0, 0.0).astype(np.float32))


def _with_f0(folder: Path) -> Path:
    import onnx

    source = prepared_model(folder)
    target = folder / f"teacher-{source.stem.rpartition('-')[2]}.onnx"
    if not target.is_file():
        model = onnx.load(str(source))
        value = onnx.helper.make_tensor_value_info(_F0, onnx.TensorProto.FLOAT, None)
        model.graph.output.append(value)
        write_bytes(target, model.SerializeToString())
    return target
