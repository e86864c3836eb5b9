"""Free instructions become an emotion that the voice has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.instructions import mood

SEVEN = ("neutral", "happy", "sad", "angry", "fear", "surprise", "disgust")


@pytest.mark.parametrize(
    ("instructions", "emotion"),
    [
        ("Speak in a cheerful and positive tone.", "happy"),
        ("Tone: upbeat. Pace: quick.", "happy"),
        ("Sound excited!", "happy"),
        ("HAPPY", "happy"),
        ("Read it mournfully", "sad"),
        ("You are heartbroken", "sad"),
        ("in an unhappy voice", "sad"),
        ("Shout furiously", "angry"),
        ("whisper, as if you were terrified", "fear"),
        ("anxious and quick", "fear"),
        ("as though you were astonished", "surprise"),
        ("full of contempt", "disgust"),
        ("用悲伤的语气", "sad"),
        ("请用开心的语气朗读", "happy"),
        ("要欢快、活泼", "happy"),
        ("不高兴的样子", "sad"),
        ("有点不耐烦", "angry"),
        ("害怕地说", "fear"),
        ("紧张的语气", "fear"),
        ("吃惊", "surprise"),
        ("带着厌恶", "disgust"),
        ("用happy的语气", "happy"),
        ("生气勃勃", "happy"),
    ],
)
def test_an_emotion_that_is_named_is_given(instructions: str, emotion: str) -> None:
    assert mood(instructions, SEVEN)[0] == emotion


@pytest.mark.parametrize(
    "instructions",
    [
        "",
        "Speak slowly and clearly.",
        "Speak with a British accent, like a cheerleader",
        "Calm and composed",
        "Sit in the saddle and sound fearless",
        "语速慢一点",
        "用平静的语气",
        "neutral",
        "中性",
    ],
)
def test_nothing_named_is_neutral(instructions: str) -> None:
    assert mood(instructions, SEVEN) == ("neutral", 1.0)


@pytest.mark.parametrize(
    "instructions",
    [
        "Don't sound sad.",
        "Don’t sound sad",
        "Do not be angry or sad",
        "Don't sound sad, angry, or afraid.",
        "never sad, angry or scared",
        "Avoid sounding angry",
        "without any fear",
        "not very happy",
        "less sad",
        "不要悲伤",
        "不要太难过",
        "别生气",
        "不要悲伤、愤怒或害怕",
        "语气没有愤怒",
        "避免愤怒",
        "不需要悲伤",
    ],
)
def test_what_is_negated_is_not_given(instructions: str) -> None:
    assert mood(instructions, SEVEN) == ("neutral", 1.0)


@pytest.mark.parametrize(
    ("instructions", "emotion"),
    [
        ("Not sad but angry", "angry"),
        ("Don't sound sad, be happy or excited", "happy"),
        ("happy, not sad", "happy"),
        ("Cheerful rather than sad", "happy"),
        ("Instead of sad, sound surprised", "surprise"),
        ("Even if the text is sad, sound happy", "happy"),
        ("Don't forget to sound happy", "happy"),
        ("not only sad", "sad"),
        ("不要悲伤，高兴一点", "happy"),
        ("不要悲伤要开心一点", "happy"),
        ("不是生气而是难过", "sad"),
        ("虽然悲伤，但要开心", "happy"),
        ("特别高兴", "happy"),
        ("无比愤怒", "angry"),
        ("不但生气", "angry"),
        ("忍不住笑着说", "happy"),
    ],
)
def test_a_negation_ends_with_its_clause(instructions: str, emotion: str) -> None:
    assert mood(instructions, SEVEN)[0] == emotion


@pytest.mark.parametrize(
    ("instructions", "emotion"),
    [
        ("You speak to an angry customer", "neutral"),
        ("Comfort a sad child, gently", "neutral"),
        ("Speak cheerfully to an angry customer", "happy"),
        ("Speak like an angry customer", "angry"),
        ("你在安抚生气的客户", "neutral"),
        ("As you speak to angry customers, be patient", "neutral"),
        ("Speak as an angry customer", "angry"),
        ("像一个生气的客户", "angry"),
    ],
)
def test_the_emotion_of_somebody_else_is_not_the_speakers(instructions: str, emotion: str) -> None:
    assert mood(instructions, SEVEN)[0] == emotion


@pytest.mark.parametrize(
    ("instructions", "intensity"),
    [
        ("sad", 1.0),
        ("Sound slightly angry", 0.6),
        ("a bit sad", 0.6),
        ("a little bit sad", 0.6),
        ("with a hint of sadness", 0.6),
        ("稍微有点难过", 0.6),
        ("略带一丝悲伤", 0.6),
        ("淡淡的忧伤", 0.6),
        ("very sad", 1.5),
        ("extremely angry", 1.5),
        ("in deep sorrow", 1.5),
        ("very, very sad", 1.5),
        ("非常难过", 1.5),
        ("非常的难过", 1.5),
        ("特别开心", 1.5),
        ("很生气", 1.5),
        ("伤心极了", 1.5),
        ("Very slowly, and sad", 1.0),
        ("非常慢，悲伤", 1.0),
    ],
)
def test_degrees_become_intensities(instructions: str, intensity: float) -> None:
    emotion, given = mood(instructions, SEVEN)
    assert (emotion != "neutral", given) == (True, intensity)


def test_only_what_the_voice_has_is_given() -> None:
    assert mood("angry, a bit sad", ("neutral", "sad")) == ("sad", 0.6)
    assert mood("angry", ("neutral", "sad")) == ("neutral", 1.0)


def test_a_voice_with_more_emotions_gives_the_very_one() -> None:
    assert mood("very excited", ("neutral", "happy", "excited")) == ("excited", 1.5)
    assert mood("用温柔的语气", ("neutral", "gentle")) == ("gentle", 1.0)
    assert mood("calm, never angry", (*SEVEN, "calm")) == ("calm", 1.0)


@given(
    st.text(max_size=300)
    | st.lists(st.sampled_from(("not", "a", ",", "or", "very", "sad", "别", "很")), max_size=80).map(" ".join)
)
def test_any_text_gives_an_emotion_of_the_voice(instructions: str) -> None:
    emotion, intensity = mood(instructions, SEVEN)
    assert emotion in SEVEN
    assert intensity in (0.6, 1.0, 1.5)
