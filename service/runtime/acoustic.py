"""Everything of Sambert that comes before the mel decoder."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.models.config import TYPICAL_PITCH
from service.models.line import SymbolLine, filled_pause_lines
from service.models.pace import paces
from service.models.unit import SymbolIds
from service.runtime.durations import DurationPredictor, in_frames
from service.runtime.exported import ENCODER, PREDICTOR, ExportedVoice
from service.runtime.filled_pauses import with_filled_pauses
from service.runtime.guard import check_durations
from service.runtime.positions import place_code, position_code
from service.runtime.sessions import session_of
from service.runtime.shelf import Shelf

Floats = NDArray[np.float32]

_USUAL_LINE = 256  # symbols; the table of positions grows with longer lines


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What a line will sound like; the n symbols include the filled pauses put in.

    Attributes:
        durations: frames of each symbol, shape (n,).
        log_durations: logarithm of frames plus one, before the rate is applied, shape (n,).
        owners: the symbol of the line that each belongs to, shape (n,).
        pitch, energy: normalised, as the decoder reads them, shape (n,).
        band: decoder steps that each step sees back and ahead.
        memory: what the decoder reads, shape (steps, memory size).
        f0_factor: on each frame's F0, shape (frames,).
    """

    durations: NDArray[np.int64]
    log_durations: Floats
    owners: NDArray[np.int64]
    pitch: Floats
    energy: Floats
    band: int
    memory: Floats
    f0_factor: Floats

    @property
    def frames(self) -> int:
        """How many mel frames the line has."""
        return int(self.durations.sum())


@dataclass(frozen=True, slots=True, eq=False)
class _Symbols:
    """n symbols and how each is said: vectors of shape (n, units), factors on rate and F0 of shape (n,)."""

    hidden: Floats
    vectors: Floats  # speaker and emotion side by side
    owners: NDArray[np.int64]
    rate: Floats
    pitch: Floats


class AcousticModel:
    """A voice's text encoder and predictors. Safe to share between threads."""

    def __init__(self, voice: ExportedVoice, library: ctypes.CDLL | None, shelf: Shelf) -> None:
        """Loads the graphs, or finds them on the shelf; ``library`` is the compiled one, if there is any."""
        tensors = voice.tensors
        self._unit, self._config = voice.unit, voice.acoustic
        self._encoder = session_of(voice.files[ENCODER], shelf)
        self._predictor = session_of(voice.files[PREDICTOR], shelf)
        self._durations = DurationPredictor(tensors, library)
        self._emotions = tensors["emo_tokenizer.weight"]
        self._speakers = tensors.get("spk_tokenizer.weight")
        self._speaker_vector = tensors.get("speaker_vector", np.zeros(0, np.float32))
        self._frame_seconds = voice.vocoder.hop / voice.sample_rate
        self._contours = [
            (tensors[f"variance_adaptor.{name}_emb.weight"], tensors[f"variance_adaptor.{name}_emb.bias"])
            for name in ("pitch", "energy")
        ]
        self._positions = position_code(_USUAL_LINE, int(self._encoder.shapes["positions"][1]))
        fillers = filled_pause_lines(self._unit.speakers[0]) if self._config.filled_pauses else []
        self._fillers = [self._encoded(self._unit.encode(text).linguistic)["hidden"] for text in fillers]

    def plan(self, line: SymbolLine) -> Plan:
        """Gives the durations, the pitch and the energy of a line, and what the decoder reads.

        Raises:
            SymbolError: the voice cannot read the line.
            UnusableSpeechError: the predicted durations are absurd.
        """
        symbols, f0 = self._symbols(line), self._config.f0
        conditions = np.concatenate([symbols.hidden, symbols.vectors], axis=1)
        predicted = self._predictor(conditions=conditions)
        pitch = predicted["pitch"] if f0 else raised(predicted["pitch"], symbols.pitch)
        hidden = symbols.hidden + self._contour(0, pitch) + self._contour(1, predicted["energy"])
        log_durations = self._durations(np.concatenate([hidden, symbols.vectors], axis=1))
        group = self._config.frames_per_step
        check_durations(log_durations, symbols.rate, self._frame_seconds)
        durations, band = in_frames(log_durations, symbols.rate, group)
        return Plan(
            durations=durations,
            log_durations=log_durations,
            owners=symbols.owners,
            pitch=pitch,
            energy=predicted["energy"],
            band=band,
            memory=decoder_memory(hidden, symbols.vectors, durations, group),
            f0_factor=np.repeat(symbols.pitch, durations),
        )

    def _symbols(self, line: SymbolLine) -> _Symbols:
        ids = self._unit.encode(line.text)
        encoded = self._encoded(ids.linguistic)
        hidden, owners = encoded["hidden"], np.arange(len(ids.symbols))
        if self._config.filled_pauses:
            hidden, owners = with_filled_pauses(hidden, encoded["pauses"].argmax(axis=1), self._fillers)
        # The reference does not move speakers and emotions along with their symbols when it puts filled
        # pauses in: at their end it starts over. Rates and pitches are ours; they do move along.
        cycled = np.arange(len(hidden)) % len(ids.symbols)
        vectors = np.concatenate([self._spoken_by(ids), self._felt(ids, line.intensity)], axis=1)
        rate = line.rate * paces(self._config, self._unit, ids.emotion, line.intensity)
        return _Symbols(hidden, vectors[cycled], owners, rate[owners], np.exp2(line.pitch / 12)[owners])

    def _encoded(self, ids: NDArray[np.int64]) -> dict[str, Floats]:
        count, positions = ids.shape[1], self._positions
        if count > len(positions):
            positions = self._positions = position_code(2 * count, positions.shape[1])
        return self._encoder(ids=ids, positions=positions[:count])

    def _spoken_by(self, ids: SymbolIds) -> Floats:
        if self._speakers is not None:
            return self._speakers[ids.speaker]
        return np.tile(self._speaker_vector, (len(ids.symbols), 1))

    def _felt(self, ids: SymbolIds, intensity: Floats) -> Floats:
        """Each symbol's emotion, on the line from neutral through what was learned; none stays none."""
        learned = self._emotions[ids.emotion]
        neutral = self._emotions[self._unit.emotion_id("neutral")]
        moved = neutral + intensity[:, None] * (learned - neutral)
        as_learned = (intensity == 1) | (ids.emotion == self._unit.emotion_id("none"))
        return np.where(as_learned[:, None], learned, moved).astype(np.float32)

    def _contour(self, index: int, values: Floats) -> Floats:
        """What a contour of one value a symbol adds to the hidden vectors: a convolution."""
        weight, bias = self._contours[index]
        size = weight.shape[2]
        windows = np.lib.stride_tricks.sliding_window_view(np.pad(values, size // 2), size)
        added: Floats = windows @ weight[:, 0].T + bias
        return added


def raised(pitch: Floats, factor: Floats) -> Floats:
    """Gives normalised pitch whose F0 is multiplied by a factor: 1 leaves it as it is."""
    shifted: Floats = pitch * factor + (factor - 1) * np.float32(TYPICAL_PITCH)
    return shifted


def decoder_memory(hidden: Floats, vectors: Floats, durations: NDArray[np.int64], group: int) -> Floats:
    """Gives what the decoder reads, ``group`` frames a row.

    A row holds the text of all its frames, with their places in their symbols, and the speaker and the
    emotion of the first. Frames that the last row lacks have no text and the place 0.

    Args:
        hidden: text of each of the n symbols, shape (n, text units).
        vectors: speaker and emotion of each, shape (n, ·).
        durations: whole frames of each, shape (n,), at least one of them positive.
        group: frames a decoder step.
    """
    symbols = np.repeat(np.arange(len(durations)), durations)
    places = np.arange(len(symbols)) - (np.cumsum(durations) - durations)[symbols] + 1
    lacking = -len(symbols) % group
    text = np.pad(hidden[symbols], ((0, lacking), (0, 0)))
    text = text + place_code(np.pad(places, (0, lacking)), hidden.shape[1])
    first = symbols[::group]
    return np.concatenate([text.reshape(len(first), -1), vectors[first]], axis=1)
