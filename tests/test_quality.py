"""What a listener gets: every word understood, clean sound, emotions that differ."""

from __future__ import annotations

from itertools import combinations

import pytest

from bench.scoring.judge import Judge, Score, Verdict
from bench.scoring.pitch import PitchTracker, Prosody
from bench.scoring.wave import at_scoring_rate
from bench.studio import Studio, texts
from service.parts import build_voices
from service.settings import Settings
from service.text.frontend import FrontEnd
from service.text.sentence import Style

pytestmark = pytest.mark.slow

EMOTIONS = ("neutral", "happy", "sad", "angry", "fear", "surprise", "disgust")
SAMPLE = [1, 3, 7, 14, 24, 28]
"""Lines of the list: talk, money, a telephone number, a room, a question, a tale."""


@pytest.fixture(scope="module")
def studio() -> Studio:
    return Studio(FrontEnd(), build_voices(Settings()))


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


def verdicts(studio: Studio, judge: Judge, style: Style) -> list[Verdict]:
    lines = texts("mixed")
    return [judge.judge(studio.record(lines[number], style)) for number in SAMPLE]


def prosody(studio: Studio, tracker: PitchTracker, emotion: str) -> Prosody:
    take = studio.record("您要找的王经理正在开会，我十分钟以后请他给您回电话。", Style(emotion=emotion))
    return Prosody.of([tracker.track(at_scoring_rate(take.samples, take.sample_rate))], take.syllables)


@pytest.mark.parametrize("emotion", ["neutral", "happy"])
def test_the_default_voice_is_understood_and_clean(studio: Studio, judge: Judge, emotion: str) -> None:
    found = verdicts(studio, judge, Style(emotion=emotion))

    score = Score.of(found)
    assert score.ser <= 0.05, [(verdict.take.said, verdict.heard) for verdict in found if verdict.ser.edits]
    assert score.quality.overall >= 3.0


def test_seven_emotions_are_spoken_differently(studio: Studio) -> None:
    tracker = PitchTracker()
    spoken = {emotion: prosody(studio, tracker, emotion) for emotion in EMOTIONS}

    alike = [pair for pair in combinations(EMOTIONS, 2) if not _differ(spoken[pair[0]], spoken[pair[1]])]
    assert not alike, {
        emotion: prosody for pair in alike for emotion, prosody in spoken.items() if emotion in pair
    }


def _differ(one: Prosody, other: Prosody) -> bool:
    """By more than a listener needs to tell two recordings of one text apart, in one respect at least."""
    return (
        abs(one.pitch / other.pitch - 1) > 0.05
        or abs(one.spread - other.spread) > 0.5
        or abs(one.rate / other.rate - 1) > 0.05
        or abs(one.energy - other.energy) > 1.0
    )
