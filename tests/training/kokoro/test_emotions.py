from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.text.sentence import Style
from training.kokoro.emotions import EMOTIONS, Prosody, prosody_of

NAMES = ("neutral", "happy", "sad", "angry", "fear", "surprise", "disgust")
STYLES = st.builds(
    Style,
    emotion=st.sampled_from(NAMES),
    intensity=st.floats(0, 2),
    rate=st.floats(0.5, 2),
    pitch=st.floats(-12, 12),
    volume=st.floats(0, 2),
)


def test_there_are_seven_with_neutral_first() -> None:
    assert tuple(EMOTIONS) == NAMES


@pytest.mark.parametrize("emotion", NAMES)
def test_no_intensity_is_neutral(emotion: str) -> None:
    assert prosody_of(Style(emotion, intensity=0)) == Prosody()


@pytest.mark.parametrize("emotion", NAMES)
def test_intensity_1_is_the_emotion_itself(emotion: str) -> None:
    assert prosody_of(Style(emotion)) == EMOTIONS[emotion]


@pytest.mark.parametrize("emotion", NAMES[1:])
def test_intensity_moves_further_from_neutral(emotion: str) -> None:
    mild, full, strong = (prosody_of(Style(emotion, intensity=value)) for value in (0.5, 1, 2))
    for name in ("level", "range", "speed"):
        values = [1.0, *(getattr(prosody, name) for prosody in (mild, full, strong))]
        assert values in (sorted(values), sorted(values, reverse=True))


@pytest.mark.parametrize(("one", "other"), list(combinations(NAMES, 2)))
def test_emotions_differ_audibly_from_each_other(one: str, other: str) -> None:
    """In two ways at least: a semitone of level, 15 % of the range, 10 % of the speed, 1.5 dB."""
    first, second = EMOTIONS[one], EMOTIONS[other]
    steps = (
        abs(first.level / second.level - 1) / 0.06,
        abs(first.range / second.range - 1) / 0.15,
        abs(first.speed / second.speed - 1) / 0.1,
        abs(first.gain_db - second.gain_db) / 1.5,
    )
    assert sum(step >= 1 for step in steps) >= 2


def test_pitch_is_in_semitones_and_rate_a_factor() -> None:
    assert prosody_of(Style(pitch=12)).level == pytest.approx(2.0)
    assert prosody_of(Style(pitch=-12)).level == pytest.approx(0.5)
    assert prosody_of(Style(rate=1.5)).speed == pytest.approx(1.5)


@given(STYLES)
def test_every_style_stays_within_what_is_intelligible(style: Style) -> None:
    prosody = prosody_of(style)
    assert 0.4 <= prosody.level <= 2.5
    assert 0.4 <= prosody.range <= 1.7
    assert 0.4 <= prosody.speed <= 2.5
    assert -3 <= prosody.energy <= 3
    assert -10 <= prosody.gain_db <= 10
