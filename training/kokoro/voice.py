"""Kokoro's Mandarin speakers as voices of the service."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from itertools import groupby
from pathlib import Path

import numpy as np

from service.audio.pcm import amplify
from service.audio.trim import sound_bounds
from service.text.sentence import Sentence, Style, Word
from service.voice import Clip, Samples, Voice, WordTiming
from training.kokoro.emotions import EMOTIONS, prosody_of
from training.kokoro.graph import MODEL_SHA256, SPLICE_VERSION
from training.kokoro.join import join
from training.kokoro.network import SAMPLE_RATE, Network
from training.kokoro.tempo import at_tempo
from training.kokoro.tokens import Piece, pieces

_CODE_VERSION = 1  # raise it when this package's code makes the same sentence sound different
_STYLE_SIZE = 256
_PIECE_TOKENS = 320  # some 60 syllables or 20 s; the network's memory grows by 25 MB a second of speech
_NETWORK_SPEED = 1.1  # faster, its tokens shrink to one frame each and blur; the rest is done behind it
_EARLY = 1000  # samples by which sounds come before their tokens, measured at pauses: 10 to 80 ms
_PAUSES = {1: 0.0, 2: 0.04, 3: 0.2, 4: 0.2}  # seconds between pieces, by the break level between them


@dataclass(frozen=True, slots=True)
class Speaker:
    """A voice of the network, and what its settings are in neutral speech."""

    name: str
    gender: str
    gain_db: float  # brings all speakers to -23 dB of full scale, with headroom for emotions
    level: float = 1.0  # factor on F0: what sounds cleanest at a speaker's own height
    speed: float = 1.0  # factor on the rate: brings all speakers to about 4.5 syllables a second


SPEAKERS = (
    Speaker("xiaobei", "female", -3.5, level=0.95),
    Speaker("yunjian", "male", -3.0, speed=0.88),
)


@dataclass(frozen=True, slots=True)
class _Part:
    """A spoken piece, without silence around it; spans are word indexes with seconds."""

    samples: Samples
    spans: list[tuple[int, float, float]]
    pause: float


class KokoroVoice:
    """A speaker of the shared network. See ``service.voice.Voice``."""

    def __init__(
        self, speaker: Speaker, styles: Samples, network: Network, vocabulary: Mapping[str, int]
    ) -> None:
        """Takes a table of styles of shape (510, 256), one row for each number of tokens."""
        self._speaker = speaker
        self._styles = styles
        self._network = network
        self._vocabulary = vocabulary
        self._version = _version(speaker, styles, vocabulary)

    @property
    def name(self) -> str:
        """How requests choose it."""
        return self._speaker.name

    @property
    def gender(self) -> str:
        """``"female"`` or ``"male"``."""
        return self._speaker.gender

    @property
    def sample_rate(self) -> int:
        """Of the clips, in Hz."""
        return SAMPLE_RATE

    @property
    def emotions(self) -> tuple[str, ...]:
        """The names that it can express, neutral first."""
        return tuple(EMOTIONS)

    @property
    def version(self) -> str:
        """A hash over all that shapes the sound."""
        return self._version

    def close(self) -> None:
        """Nothing runs in the background."""

    def speak(self, sentence: Sentence) -> Generator[Clip, None, None]:
        """Speaks one sentence, each word in its own style, as a single clip; see ``Voice.speak``.

        Raises:
            KeyError: a word's emotion is not one of ``emotions``.
            UnknownPhonemeError: a word's pinyin or ARPAbet is none.
            VoiceFailedError: the network gave no usable sound.
        """
        words = sentence.words
        parts = [self._part(piece, words) for run in _runs(words) for piece in self._pieces(words, run)]
        pauses = [part.pause for part in parts[:-1]]
        samples = join([part.samples for part in parts], pauses, SAMPLE_RATE)
        yield Clip(samples, tuple(_timings(words, parts)))

    def _pieces(self, words: tuple[Word, ...], run: range) -> Iterator[Piece]:
        """Slow speech is cut into shorter pieces, so that the memory for one stays the same."""
        slowness = min(prosody_of(words[run[0]].style).speed, 1.0)
        return pieces(words, run, self._vocabulary, int(_PIECE_TOKENS * slowness))

    def _part(self, piece: Piece, words: tuple[Word, ...]) -> _Part:
        last = words[piece.last]
        prosody = prosody_of(last.style, self._speaker.level)
        speed = prosody.speed * self._speaker.speed
        tempo = max(1.0, speed / _NETWORK_SPEED)
        prosody = replace(prosody, speed=speed / tempo)
        take = self._network.speak(piece.tokens, self._styles[len(piece.tokens) - 1], prosody)
        start, end = sound_bounds(take.samples, SAMPLE_RATE)
        samples = at_tempo(take.samples[start:end], SAMPLE_RATE, tempo)
        borders = np.clip((take.starts - start - _EARLY) / tempo, 0, len(samples)).astype(int).tolist()
        spans = [(index, *_heard(samples, borders[a], borders[b])) for index, a, b in piece.spans]
        gain = last.style.volume * 10 ** ((prosody.gain_db + self._speaker.gain_db) / 20)
        return _Part(amplify(samples, gain), spans, 0.0 if piece.cut else _pause(last))


def load_voices(cache_dir: Path, threads: int) -> list[Voice]:
    """Loads the voices, the default first.

    Args:
        cache_dir: where the prepared network is kept between starts; made when missing.
        threads: for one call of the network.

    Raises:
        ModelFileError: the weights are missing or damaged.
        OSError: ``cache_dir`` cannot be written.
    """
    network = Network(cache_dir, threads)
    vocabulary = load_vocabulary()
    return [KokoroVoice(speaker, load_styles(speaker), network, vocabulary) for speaker in SPEAKERS]


def load_vocabulary() -> Mapping[str, int]:
    """Gives the token of each character that the network knows."""
    vocabulary: dict[str, int] = json.loads(_data("vocab.json"))
    return vocabulary


def load_styles(speaker: Speaker) -> Samples:
    """Gives a speaker's table of styles, shape (510, 256), one row for each number of tokens."""
    return np.frombuffer(_data(f"{speaker.name}.bin"), "<f4").astype(np.float32).reshape(-1, _STYLE_SIZE)


def _data(name: str) -> bytes:
    return (resources.files(__package__) / "data" / name).read_bytes()


def _version(speaker: Speaker, styles: Samples, vocabulary: Mapping[str, int]) -> str:
    digest = hashlib.sha256(styles.tobytes())
    tables = (MODEL_SHA256, SPLICE_VERSION, _CODE_VERSION, speaker, dict(EMOTIONS), _PAUSES, dict(vocabulary))
    digest.update(repr(tables).encode())
    return digest.hexdigest()[:16]


def _heard(samples: Samples, start: int, end: int) -> tuple[float, float]:
    """Gives the seconds between which a word sounds; its tokens may hold a pause behind it, too."""
    first, last = sound_bounds(samples[start:end], SAMPLE_RATE, margin=0.0)
    if first < last:
        start, end = start + first, start + last
    return start / SAMPLE_RATE, end / SAMPLE_RATE


def _runs(words: tuple[Word, ...]) -> Iterator[range]:
    """Yields stretches of words in one style, ended by any explicit pause."""
    number = 0
    keys: list[tuple[int, Style]] = []
    for word in words:
        keys.append((number, word.style))
        number += word.pause is not None
    for _, group in groupby(range(len(words)), key=keys.__getitem__):
        indexes = list(group)
        yield range(indexes[0], indexes[-1] + 1)


def _pause(word: Word) -> float:
    """Seconds of silence behind a piece that ends in this word."""
    return _PAUSES[word.break_after] / word.style.rate if word.pause is None else word.pause


def _timings(words: tuple[Word, ...], parts: list[_Part]) -> Iterator[WordTiming]:
    spans: dict[int, tuple[float, float]] = {}
    offset = 0.0
    for part in parts:
        for index, start, end in part.spans:
            first = spans.get(index, (offset + start, 0.0))[0]
            spans[index] = (first, offset + end)
        offset += len(part.samples) / SAMPLE_RATE + part.pause
    for index, (start, end) in spans.items():
        word = words[index]
        yield WordTiming(word.text, start, end, word.start, word.end)
