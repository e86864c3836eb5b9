"""How clean speech sounds: the DNSMOS networks, which predict a listener's rating from 1 to 5.

The networks are run here directly: the package that carries them asks for 400 MB of other
packages only to compute one spectrogram.
"""

from __future__ import annotations

from importlib.resources import files
from typing import NamedTuple

import numpy as np
import onnxruntime
from faster_whisper.feature_extractor import FeatureExtractor
from numpy.typing import NDArray

from bench.scoring.wave import RATE
from service.voice import Samples

_SECONDS = 9.01  # what the networks take at once
_WINDOW, _HOP, _BANDS = 321, 160, 120
_OVERALL = np.polynomial.Polynomial([0.04602535, 1.11546468, -0.06766283])  # raw output to MOS, per P.835


class Quality(NamedTuple):
    """Predicted ratings from 1 (bad) to 5 (excellent).

    Attributes:
        overall: DNSMOS OVRL, overall quality after ITU-T P.835.
        p808: DNSMOS P808, overall quality after ITU-T P.808.
    """

    overall: float
    p808: float


class Dnsmos:
    """Rates noise and distortion; it does not notice wrong words."""

    def __init__(self, threads: int = 2) -> None:
        self._overall = _session("sig_bak_ovr.onnx", threads)
        self._p808 = _session("model_v8.onnx", threads)
        self._mel = FeatureExtractor.get_mel_filters(RATE, _WINDOW, n_mels=_BANDS)

    def rate(self, samples: Samples) -> Quality:
        """Rates speech, shape (n,) at 16 kHz: the mean over windows of 9 s, one each second.

        Speech shorter than a window is repeated to fill one. (The reference implementation goes on
        sliding over the repeats, for four times the work and the same ratings within 0.02 on average.)

        Raises:
            ValueError: there are no samples.
        """
        windows = [self._window(window) for window in _windows(samples)]
        overall, p808 = np.mean(windows, axis=0)
        return Quality(float(overall), float(p808))

    def _window(self, window: Samples) -> tuple[float, float]:
        _, _, overall = self._overall.run(None, {"input_1": window[None]})[0][0]
        spectrogram = self._spectrogram(window[:-_HOP])[None]
        p808 = self._p808.run(None, {"input_1": spectrogram})[0][0][0]
        return float(_OVERALL(overall)), float(p808)

    def _spectrogram(self, samples: Samples) -> NDArray[np.float32]:
        """Mel power in dB below the loudest, scaled to [-1, 1]; shape (frames, 120)."""
        padded = np.pad(samples, _WINDOW // 2)
        frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
        power = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW + 1)[:-1])) ** 2
        decibels = 10 * np.log10(np.maximum(power @ self._mel.T, 1e-10))
        relative = np.maximum(decibels - decibels.max(), -80)
        return np.asarray((relative + 40) / 40, dtype=np.float32)


def _windows(samples: Samples) -> list[Samples]:
    if samples.size == 0:
        raise ValueError("there are no samples to rate")
    length = int(_SECONDS * RATE)
    if samples.size <= length:
        return [np.resize(samples, length)]
    return [samples[start : start + length] for start in range(0, samples.size - length + 1, RATE)]


def _session(name: str, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    model = (files("speechmos") / "dnsmos_models" / name).read_bytes()
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
