from __future__ import annotations

from collections import Counter

from training.corpus.corpus import Text
from training.kokoro.emotions import EMOTIONS
from training.teacher.orders import MOST_SPEED, orders

TEXTS = [Text(f"第{number}句话。", held_out=number % 20 == 0) for number in range(60)]
CARRIER = Text("<speak>字</speak>", carrier=True)


def test_every_voice_speaks_every_emotion_equally_often() -> None:
    counts = Counter((order.voice, order.emotion) for order in orders(TEXTS, 10, seed=1))
    assert len(counts) == 2 * len(EMOTIONS)
    assert set(counts.values()) == {10}


def test_texts_that_carry_sounds_come_in_neutral_from_every_voice() -> None:
    carried = [order for order in orders([*TEXTS, CARRIER], 2, seed=1) if order.text == CARRIER.text]
    assert {(order.voice, order.emotion) for order in carried} == {
        ("xiaobei", "neutral"),
        ("yunjian", "neutral"),
    }
    assert all(order.carrier for order in carried)


def test_texts_of_the_project_come_in_neutral_from_every_voice_but_once() -> None:
    own = [Text(text.text, text.held_out, own=True) for text in TEXTS]
    made = list(orders(own, 10, seed=1))
    said = Counter((order.voice, order.text) for order in made if order.emotion == "neutral")
    assert said == {(voice, text.text): 1 for voice in ("xiaobei", "yunjian") for text in own}
    assert len({order.name for order in made}) == len(made)
    assert made[: 20 * len(EMOTIONS)] == list(orders(TEXTS, 10, seed=1))


def test_a_third_of_what_an_emotion_says_is_the_projects_own() -> None:
    own = [Text(f"App{number}。", own=True) for number in range(9)]
    said = Counter(order.emotion for order in orders([*TEXTS, *own], 12, seed=1) if order.text[0] == "A")
    assert said["sad"] == said["fear"] == 2 * 12 // 3


def test_takes_with_english_or_without_meaning_are_not_left_to_a_recogniser() -> None:
    made = orders([Text("打开 Wi-Fi。"), Text("你好。"), CARRIER], 2, seed=1)
    assert {order.text for order in made if order.recognisable} == {"你好。"}


def test_a_larger_plan_holds_the_smaller_one() -> None:
    small = {order.name for order in orders(TEXTS, 10, seed=1)}
    assert small <= {order.name for order in orders(TEXTS, len(TEXTS), seed=1)}


def test_equal_orders_are_spoken_alike_and_others_with_some_spread() -> None:
    first, again = (list(orders(TEXTS, 60, seed=1)) for _ in range(2))
    assert [order.prosody() for order in first] == [order.prosody() for order in again]
    levels = [o.prosody().level for o in first if o.emotion == "sad" and o.voice == "yunjian"]
    assert len(set(levels)) == len(levels)
    assert 0.8 < sum(levels) / len(levels) < 0.96


def test_some_takes_have_more_or_less_of_their_emotion() -> None:
    made = list(orders(TEXTS, 60, seed=1))
    felt = [order.intensity for order in made if order.emotion != "neutral" and not order.held_out]
    assert 0.5 < sum(intensity == 1 for intensity in felt) / len(felt) < 0.7
    assert 0.3 <= min(felt) < 0.5
    assert 1.4 < max(felt) <= 1.6
    assert all(order.intensity == 1 for order in made if order.emotion == "neutral" or order.held_out)


def test_no_one_is_hurried_beyond_what_the_teacher_can_say() -> None:
    assert max(order.prosody().speed for order in orders(TEXTS, 60, seed=1)) == MOST_SPEED
