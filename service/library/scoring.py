"""What a recogniser and DNSMOS say of speech, where the benchmarks' scorers are installed.

They are part of a checkout with its extra ``bench``, not of the package.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from service.runtime.export.verdict import Score

_LONGEST = 29.0  # seconds that the recogniser hears


class Listener:
    """Scores takes of given texts: see ``service.runtime.export.verdict.Scorer``."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Loads the scorers, which takes some seconds.

        Raises:
            ImportError: they are not installed.
        """
        from bench.scoring.asr import Recogniser
        from bench.scoring.dnsmos import Dnsmos
        from bench.scoring.spelling import Speller

        self._texts = texts
        self._recogniser, self._dnsmos, self._speller = Recogniser(), Dnsmos(), Speller()

    def __call__(self, takes: Sequence[NDArray[np.float32]], sample_rate: int) -> Score:
        """Gives the syllable error rate over all takes and their mean OVRL."""
        from bench.scoring.errors import Tally, ser
        from bench.scoring.wave import at_scoring_rate

        heard = [at_scoring_rate(take[: int(_LONGEST * sample_rate)], sample_rate) for take in takes]
        tallies = [
            ser(said, self._recogniser.hear(samples), self._speller)
            for said, samples in zip(self._texts, heard, strict=True)
        ]
        quality = float(np.mean([self._dnsmos.rate(samples).overall for samples in heard]))
        return Score(Tally.total(tallies).rate, quality)


def has_scorers() -> bool:
    """Whether ``Listener`` can be made here."""
    try:
        import bench.scoring.asr
        import bench.scoring.dnsmos
        import bench.scoring.errors  # noqa: F401
    except ImportError:
        return False
    return True
