"""Real speech scores better than noise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from service.library.scoring import Listener, has_scorers
from service.text.frontend import FrontEnd
from service.voice import Voice

pytestmark = pytest.mark.slow
TEXT = "早上八点半，我在地铁站门口等你，别忘了带雨伞。"


def test_speech_is_understood_and_sounds_clean_while_noise_does_neither(voices: Sequence[Voice]) -> None:
    assert has_scorers()
    (sentence,) = FrontEnd().read(TEXT)
    speech = np.concatenate([clip.samples for clip in voices[0].speak(sentence)])
    noise = np.random.default_rng(0).normal(0, 0.1, len(speech)).astype(np.float32)
    listener = Listener([TEXT, TEXT])
    good = listener([speech, speech], voices[0].sample_rate)
    bad = listener([noise, noise], voices[0].sample_rate)
    assert good.errors < 0.2 < 0.8 < bad.errors
    assert bad.quality < 2 < 2.5 < good.quality
