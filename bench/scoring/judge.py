"""All scorers on one recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.scoring.asr import Recogniser
from bench.scoring.dnsmos import Dnsmos, Quality
from bench.scoring.errors import Tally, cer, ser
from bench.scoring.pitch import PitchTracker, Prosody, Track
from bench.scoring.spelling import Speller
from bench.scoring.wave import at_scoring_rate
from service.voice import Samples


@dataclass(frozen=True, slots=True)
class Take:
    """A recording of one text.

    Attributes:
        said: the text in the words that were to be spoken, numbers spelled out.
        syllables: how many syllables these words have.
        samples: mono, shape (n,), at ``sample_rate`` Hz.
    """

    said: str
    syllables: int
    samples: Samples
    sample_rate: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the scorers say of one take; ``heard`` is what the recogniser understood."""

    take: Take
    heard: str
    cer: Tally
    ser: Tally
    quality: Quality
    track: Track


@dataclass(frozen=True, slots=True)
class Score:
    """What the scorers say of many takes: error rates over all text, mean ratings, pooled prosody."""

    cer: float
    ser: float
    quality: Quality
    prosody: Prosody

    @classmethod
    def of(cls, verdicts: Sequence[Verdict]) -> Score:
        """Sums up at least one verdict.

        Raises:
            ValueError: nothing in the takes is voiced.
        """
        overall, p808 = np.mean([verdict.quality for verdict in verdicts], axis=0)
        syllables = sum(verdict.take.syllables for verdict in verdicts)
        return cls(
            cer=Tally.total(verdict.cer for verdict in verdicts).rate,
            ser=Tally.total(verdict.ser for verdict in verdicts).rate,
            quality=Quality(float(overall), float(p808)),
            prosody=Prosody.of([verdict.track for verdict in verdicts], syllables),
        )


class Judge:
    """Listens to takes; the same take gets the same verdict every time."""

    def __init__(self, threads: int = 2) -> None:
        self._recogniser = Recogniser(threads)
        self._dnsmos = Dnsmos(threads)
        self._tracker = PitchTracker(threads)
        self._speller = Speller()

    def judge(self, take: Take) -> Verdict:
        """Scores one take of at most 29 s.

        Raises:
            ValueError: it holds no samples.
        """
        samples = at_scoring_rate(take.samples, take.sample_rate)
        heard = self._recogniser.hear(samples)
        return Verdict(
            take=take,
            heard=heard,
            cer=cer(take.said, heard, self._speller),
            ser=ser(take.said, heard, self._speller),
            quality=self._dnsmos.rate(samples),
            track=self._tracker.track(samples),
        )
