"""The teacher at work: an order in, a take with all its labels out."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray
from swift_f0 import FRAME_PERIOD, SwiftF0

from service.text.frontend import FrontEnd
from service.text.sentence import Sentence, Style
from service.text.symbols import SymbolRenderer
from training.audio import HOP, RATE
from training.kokoro.tokens import pieces
from training.kokoro.voice import SPEAKERS, load_styles, load_vocabulary
from training.takes import Take
from training.teacher.alignment import align
from training.teacher.network import MAX_TOKENS, SAMPLE_RATE, TeacherNetwork
from training.teacher.orders import Order
from training.teacher.pitch import LOWEST, continuous, heard

_HIGHEST = 750.0  # Hz
_VOICED = 0.5  # the tracker's own threshold
_PEAK = 0.98  # full scale that louder takes are brought to
_HOP = SAMPLE_RATE * HOP // RATE


class Teacher:
    """Speaks orders. The same order gives the same take every time."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """Loads the network, which takes some seconds; its graph is prepared in ``folder`` the first time.

        Raises:
            ModelFileError: the weights are missing or damaged.
        """
        self._network = TeacherNetwork(folder, threads)
        self._frontend, self._renderer = FrontEnd(), SymbolRenderer()
        self._vocabulary = load_vocabulary()
        self._styles = {speaker.name: load_styles(speaker) for speaker in SPEAKERS}
        self._tracker = SwiftF0(threads=threads, spin=False)

    def speak(self, order: Order) -> Take:
        """Speaks an order.

        Raises:
            FrontEndError, UnknownPhonemeError: the text cannot be spoken.
            ValueError: it is not one sentence that is spoken at once, or what was said is no usable take.
        """
        sentence = self._sentence(order)
        (piece,) = pieces(sentence.words, range(len(sentence.words)), self._vocabulary, MAX_TOKENS)
        prosody = order.prosody()
        said = self._network.speak(piece.tokens, self._styles[order.voice][len(piece.tokens) - 1], prosody)
        whole = _amplified(said.samples, prosody.gain_db)
        placed = align(sentence, piece.spans, said.lengths, _energy(whole))
        frames = slice(placed.start, placed.end)
        samples = soxr.resample(whole, SAMPLE_RATE, RATE)
        samples = np.pad(samples, (0, max(0, HOP * len(said.f0) - len(samples))))
        samples = samples[HOP * placed.start : HOP * placed.end].astype(np.float32)
        told = said.f0[frames]
        voiced = self._voiced(samples, told)
        return Take(
            name=order.name,
            said=sentence.text,
            line=self._renderer.render(sentence, order.voice),
            voice=order.voice,
            emotion=order.emotion,
            intensity=order.intensity,
            held_out=order.held_out,
            syllables=sum(len(word.syllables) + len(word.phones) for word in sentence.words),
            samples=samples,
            durations=placed.durations,
            f0=heard(samples, continuous(told), voiced),
            voiced=voiced,
        )

    def _sentence(self, order: Order) -> Sentence:
        style = Style(emotion=order.emotion)
        sentences = list(islice(self._frontend.read(order.text, style), 2))
        if len(sentences) != 1:
            raise ValueError(f"{order.text} is more than one sentence.")
        return sentences[0]

    def _voiced(self, samples: NDArray[np.float32], f0: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Voice is where a tracker hears it; the teacher's own curve runs on through most consonants."""
        found = self._tracker.detect(samples, RATE, fmin=LOWEST, fmax=_HIGHEST)
        times = np.arange(len(found.confidence)) * FRAME_PERIOD
        middles = (np.arange(len(f0)) + 0.5) * HOP / RATE
        confident = np.interp(middles, times, found.confidence) >= _VOICED
        return np.asarray(confident & (f0 > LOWEST), np.bool_)


def _amplified(samples: NDArray[np.float32], gain_db: float) -> NDArray[np.float32]:
    louder = samples * np.float32(10 ** (gain_db / 20))
    return np.asarray(louder * min(1.0, _PEAK / max(float(np.abs(louder).max()), 1e-9)), np.float32)


def _energy(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """Of each frame, in dB of full scale."""
    power = np.square(samples, dtype=np.float64).reshape(-1, _HOP).mean(axis=1)
    return np.asarray(10 * np.log10(power + 1e-10), np.float64)
