"""What the teacher is asked to speak: texts in voices and emotions, each take with a little of its own."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from training.corpus.corpus import Text
from training.kokoro.emotions import EMOTIONS, Prosody
from training.kokoro.voice import SPEAKERS, Speaker

MOST_SPEED = 1.1
"""Faster, the teacher's tokens shrink to one frame and blur."""

_NEUTRAL = next(iter(EMOTIONS))
_ENGLISH = re.compile("[A-Za-z]")
_OWN_EVERY = 3  # of a lot: one text in so many is the project's own, so that each emotion has their English
_PLAIN_SHARE = 0.6  # of takes that have their emotion as it is; the others have more or less of it
_INTENSITIES = 0.3, 1.6
# Standard deviations: of logarithms of factors, of the energy's offset, and of the gain in dB.
_LEVEL, _RANGE, _SPEED, _ENERGY, _GAIN = 0.03, 0.08, 0.04, 0.2, 0.7


@dataclass(frozen=True, slots=True)
class Order:
    """One take that is asked for.

    Attributes:
        text: plain or SSML.
        voice: the speaker's name.
        emotion: its name.
        intensity: how much of the emotion, as in the service: 0 is neutral, 1 the emotion itself.
        seed: of all that is drawn for the take.
        held_out: nothing is trained on it.
        carrier: it says nothing.
    """

    text: str
    voice: str
    emotion: str
    intensity: float
    seed: int
    held_out: bool
    carrier: bool = False

    @property
    def name(self) -> str:
        """Names the take: equal orders have equal names, in every plan that they are part of."""
        content = f"{self.seed}|{self.voice}|{self.emotion}|{self.text}"
        return f"{self.voice}-{self.emotion}-{hashlib.sha256(content.encode('utf-8')).hexdigest()[:12]}"

    @property
    def recognisable(self) -> bool:
        """Whether a recogniser of Mandarin can tell if it was said well; it writes English at random."""
        return not (self.carrier or _ENGLISH.search(self.text))

    @property
    def speaker(self) -> Speaker:
        """Who is to speak."""
        return next(speaker for speaker in SPEAKERS if speaker.name == self.voice)

    def prosody(self) -> Prosody:
        """The emotion as this take has it, the speaker's own settings included."""
        drawn = random.Random(self.name)  # noqa: S311  no secret
        emotion, speaker = EMOTIONS[self.emotion].scaled(self.intensity), self.speaker
        return Prosody(
            level=speaker.level * emotion.level * drawn.lognormvariate(0, _LEVEL),
            range=emotion.range * drawn.lognormvariate(0, _RANGE),
            speed=min(MOST_SPEED, speaker.speed * emotion.speed * drawn.lognormvariate(0, _SPEED)),
            energy=emotion.energy + drawn.gauss(0, _ENERGY),
            gain_db=speaker.gain_db + emotion.gain_db + drawn.gauss(0, _GAIN),
        )


def orders(texts: Sequence[Text], takes: int, seed: int, voices: Sequence[str] = ()) -> Iterator[Order]:
    """Yields what to speak, voices and emotions by turns, so that any beginning of it is balanced.

    Each voice in each emotion gets its own lot of the texts, a third of them the project's own; these, and
    texts that carry sounds, come in neutral, all of them. A text that is held out is so in all takes.

    Args:
        texts: the corpus.
        takes: of each voice in each emotion, besides those.
        seed: of all that is drawn.
        voices: none for all.
    """
    wanted: dict[str, Order] = {}
    for order in (*_lots(texts, takes, seed, voices or _names()), *_neutral(texts, seed, voices or _names())):
        wanted.setdefault(order.name, order)
    yield from wanted.values()


def _lots(texts: Sequence[Text], takes: int, seed: int, voices: Sequence[str]) -> Iterator[Order]:
    spoken = [text for text in texts if not text.carrier]
    conditions = [(voice, emotion) for emotion in EMOTIONS for voice in voices]
    lots = [_lot(spoken, takes, f"{seed}|{condition}") for condition in conditions]
    for texts_of_all in zip(*lots, strict=True):
        for (voice, emotion), text in zip(conditions, texts_of_all, strict=True):
            yield _order(text, voice, emotion, seed)


def _neutral(texts: Sequence[Text], seed: int, voices: Sequence[str]) -> Iterator[Order]:
    wanted = (text for text in texts if text.carrier or text.own)
    yield from (_order(text, voice, _NEUTRAL, seed) for text in wanted for voice in voices)


def _names() -> list[str]:
    return [speaker.name for speaker in SPEAKERS]


def _lot(texts: Sequence[Text], count: int, seed: str) -> list[Text]:
    drawn = random.Random(seed)  # noqa: S311  no secret
    kinds = [text for text in texts if text.own], [text for text in texts if not text.own]
    own, others = (drawn.sample(kind, len(kind)) for kind in kinds)
    lot: list[Text] = []
    while len(lot) < min(count, len(texts)):
        first, second = (others, own) if (len(lot) + 1) % _OWN_EVERY else (own, others)
        lot.append((first or second).pop())
    return lot


def _order(text: Text, voice: str, emotion: str, seed: int) -> Order:
    order = Order(text.text, voice, emotion, 1.0, seed, text.held_out, text.carrier)
    drawn = random.Random(f"intensity|{order.name}")  # noqa: S311  no secret
    if emotion == _NEUTRAL or text.held_out or drawn.random() < _PLAIN_SHARE:
        return order
    return replace(order, intensity=round(drawn.uniform(*_INTENSITIES), 3))
