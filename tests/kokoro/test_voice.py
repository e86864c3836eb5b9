from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from swift_f0 import SwiftF0

from service.audio.trim import sound_bounds
from service.kokoro import load_voices
from service.text.sentence import Sentence, Style
from service.voice import Clip, Samples, Voice
from tests.conftest import MODEL_CACHE
from tests.kokoro.sentences import english, greeting, mandarin, sentence
from tests.waiting import until

RATE = 24_000


@pytest.fixture(scope="session")
def voice(voices: Sequence[Voice]) -> Voice:
    return voices[0]


@pytest.fixture(scope="session")
def neutral(voice: Voice) -> Clip:
    return spoken_by(voice, greeting())


def spoken_by(voice: Voice, spoken: Sentence) -> Clip:
    """These voices speak a sentence in a single clip."""
    (clip,) = voice.speak(spoken)
    assert clip.last
    return clip


def seconds(clip: Clip) -> float:
    return len(clip.samples) / RATE


def loudness(clip: Clip) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(clip.samples**2))))


def pitch(samples: Samples) -> float:
    """Median F0 in Hz."""
    track = SwiftF0(threads=1, spin=False).detect(samples, RATE, fmin=50.0, fmax=800.0)
    return float(np.median(track.pitch_hz[track.confidence >= 0.5]))


def digital_silences(clip: Clip) -> list[float]:
    """Seconds of each stretch of zeros; the network's own pauses are never quite zero."""
    lengths = np.diff(np.flatnonzero(clip.samples), prepend=-1, append=len(clip.samples)) - 1
    return [float(length) / RATE for length in lengths if length > 0.02 * RATE]


def assert_sound(clip: Clip) -> None:
    assert clip.samples.dtype == np.float32
    assert clip.samples.ndim == 1
    assert np.isfinite(clip.samples).all()
    assert np.abs(clip.samples).max() <= 1.0
    assert len(clip.samples) > 0.1 * RATE


def assert_words_in_order(clip: Clip, spoken: Sentence) -> None:
    assert [word.text for word in clip.words] == [word.text for word in spoken.words]
    assert [(word.start_char, word.end_char) for word in clip.words] == [
        (word.start, word.end) for word in spoken.words
    ]
    times = [time for word in clip.words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert times[0] >= 0.0
    assert times[-1] <= seconds(clip) + 1e-6
    assert all(word.end > word.start for word in clip.words)


def test_there_is_a_female_and_a_male_voice_and_the_first_is_the_default(voices: Sequence[Voice]) -> None:
    assert [(voice.name, voice.gender) for voice in voices] == [
        ("xiaobei", "female"),
        ("yunjian", "male"),
    ]
    assert {voice.sample_rate for voice in voices} == {RATE}
    assert voices[0].emotions == ("neutral", "happy", "sad", "angry", "fear", "surprise", "disgust")


def test_versions_are_stable_and_differ_between_voices(voices: Sequence[Voice]) -> None:
    versions = [voice.version for voice in voices]
    assert len(set(versions)) == len(voices)
    assert [voice.version for voice in load_voices(MODEL_CACHE, threads=1)] == versions


def test_every_voice_speaks(voices: Sequence[Voice]) -> None:
    pitches: dict[str | None, list[float]] = {"female": [], "male": []}
    for voice in voices:
        clip = spoken_by(voice, greeting())
        assert_sound(clip)
        assert_words_in_order(clip, greeting())
        assert 1.2 < seconds(clip) < 4.0
        pitches[voice.gender].append(pitch(clip.samples))
    assert max(pitches["male"]) < 0.8 * min(pitches["female"])


def test_a_clip_has_no_silence_at_its_ends_and_no_click(neutral: Clip) -> None:
    start, end = sound_bounds(neutral.samples, RATE)
    assert start == 0
    assert end > len(neutral.samples) - 0.03 * RATE
    assert abs(neutral.samples[0]) < 1e-3
    assert abs(neutral.samples[-1]) < 1e-3


def test_threads_do_not_disturb_each_other_and_the_sound_is_always_the_same(
    voice: Voice, neutral: Clip
) -> None:
    with ThreadPoolExecutor(2) as pool:
        clips = list(pool.map(lambda _: spoken_by(voice, greeting()), range(2)))
    for clip in clips:
        np.testing.assert_array_equal(clip.samples, neutral.samples)


def test_words_are_heard_where_their_timings_say(neutral: Clip) -> None:
    """Behind the comma there is a silence, and it lies between the words around it."""
    before, after = neutral.words[0], neutral.words[1]
    assert after.start - before.end > 0.05
    gap = neutral.samples[round(before.end * RATE) : round(after.start * RATE)]
    for word in (before, after):
        spoken = neutral.samples[round(word.start * RATE) : round(word.end * RATE)]
        assert spoken.std() > 4 * gap.std()


@pytest.mark.parametrize(("rate", "factor"), [(0.5, 2.0), (1.25, 0.8), (2.0, 0.5)])
def test_rate_scales_the_length(voice: Voice, neutral: Clip, rate: float, factor: float) -> None:
    clip = spoken_by(voice, greeting(Style(rate=rate)))
    assert_sound(clip)
    assert seconds(clip) / seconds(neutral) == pytest.approx(factor, rel=0.15)


@pytest.mark.parametrize("semitones", [-12.0, 4.0, 12.0])
def test_pitch_moves_the_voice(voice: Voice, neutral: Clip, semitones: float) -> None:
    clip = spoken_by(voice, greeting(Style(pitch=semitones)))
    assert_sound(clip)
    moved = 12 * np.log2(pitch(clip.samples) / pitch(neutral.samples))
    assert np.sign(moved) == np.sign(semitones)
    assert abs(moved) > 0.5 * abs(semitones)


def test_volume_is_a_gain_that_never_clips(voice: Voice, neutral: Clip) -> None:
    double, mute = (spoken_by(voice, greeting(Style(volume=volume))) for volume in (2.0, 0.0))
    assert loudness(double) - loudness(neutral) == pytest.approx(6.0, abs=1.0)
    assert_sound(double)
    assert len(mute.samples) == len(neutral.samples)
    assert not mute.samples.any()


@pytest.mark.parametrize("emotion", ["happy", "sad", "angry", "fear", "surprise", "disgust"])
def test_emotions_sound_different_from_neutral(voice: Voice, neutral: Clip, emotion: str) -> None:
    clip = spoken_by(voice, greeting(Style(emotion)))
    assert_sound(clip)
    steps = (
        abs(12 * np.log2(pitch(clip.samples) / pitch(neutral.samples))) / 0.6,
        abs(seconds(clip) / seconds(neutral) - 1) / 0.05,
        abs(loudness(clip) - loudness(neutral)) / 0.8,
    )
    assert sum(step > 1 for step in steps) >= 2, steps


@pytest.mark.parametrize(
    "style",
    [
        Style("angry", 2.0, rate=2.0, pitch=12.0, volume=2.0),
        Style("sad", 2.0, rate=0.5, pitch=-12.0),
    ],
)
def test_extremes_are_still_sound(voice: Voice, style: Style) -> None:
    spoken = sentence(mandarin("再见", "zai4 jian4", "！", style))
    clip = spoken_by(voice, spoken)
    assert_sound(clip)
    assert_words_in_order(clip, spoken)


def test_words_of_one_sentence_may_have_their_own_styles(voice: Voice) -> None:
    high, low = Style(pitch=8.0), Style(pitch=-8.0)
    spoken = sentence(
        mandarin("你好", "ni2 hao3", style=high), mandarin("欢迎光临", "huan1 ying2 guang1 lin2", style=low)
    )
    clip = spoken_by(voice, spoken)
    assert_words_in_order(clip, spoken)
    border = round(clip.words[1].start * RATE)
    assert pitch(clip.samples[:border]) > 1.4 * pitch(clip.samples[border:])


@pytest.mark.parametrize("pause", [0.0, 0.5])
def test_a_pause_is_as_long_as_asked(voice: Voice, pause: float) -> None:
    spoken = sentence(
        mandarin("你好", "ni2 hao3", pause=pause), mandarin("欢迎光临", "huan1 ying2 guang1 lin2")
    )
    clip = spoken_by(voice, spoken)
    assert_words_in_order(clip, spoken)
    assert digital_silences(clip) == pytest.approx([pause] if pause else [], abs=0.002)


def test_the_pause_of_the_last_word_is_not_part_of_the_clip(voice: Voice) -> None:
    words = greeting().words
    with_pause = sentence(*words[:-1], mandarin("不错", "bu2 cuo4", "。", pause=1.0))
    assert len(spoken_by(voice, with_pause).samples) == len(spoken_by(voice, greeting()).samples)


@pytest.mark.parametrize("mark", ["？", "…", ""])
def test_every_ending_can_be_spoken(voice: Voice, mark: str) -> None:
    assert_sound(spoken_by(voice, greeting(mark=mark)))


@pytest.mark.parametrize("text", ["a5", "m1", "zhi1", "wan2r"])
def test_a_single_syllable_can_be_spoken(voice: Voice, text: str) -> None:
    clip = spoken_by(voice, sentence(mandarin("字", text)))
    assert_sound(clip)
    assert seconds(clip) < 1.5


def test_english_and_mandarin_mix(voice: Voice) -> None:
    spoken = sentence(
        mandarin("打开", "da3 kai1"),
        english("hello", "HH AH0", "L OW1"),
        english("world", "W ER1 L D"),
        mandarin("吧", "ba5"),
    )
    clip = spoken_by(voice, spoken)
    assert_sound(clip)
    assert_words_in_order(clip, spoken)


def test_a_sentence_too_long_for_one_piece_is_cut_behind_a_comma(
    voice: Voice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pause there is the one between pieces: 0.2 s."""
    monkeypatch.setattr("service.kokoro.voice._PIECE_TOKENS", 40)
    four = ("一二三四", "yi1 er4 san1 si4")
    spoken = sentence(mandarin(*four), mandarin(*four, "，"), mandarin(*four), mandarin(*four))
    clip = spoken_by(voice, spoken)
    assert_sound(clip)
    assert_words_in_order(clip, spoken)
    assert digital_silences(clip) == pytest.approx([0.2], abs=0.002)


def test_closing_breaks_off_what_is_being_spoken() -> None:
    """A thread inside the network at the end of the process would abort it."""
    voice, sibling = load_voices(MODEL_CACHE, threads=1)
    spoken = sentence(*[mandarin("一二三四", "yi1 er4 san1 si4") for _ in range(15)])
    with ThreadPoolExecutor(1) as pool:
        speaking = pool.submit(spoken_by, voice, spoken)
        until(lambda: speaking.running() or speaking.done())
        voice.close()
        with pytest.raises(RuntimeError, match="closed"):
            speaking.result()
    with pytest.raises(RuntimeError, match="closed"):
        spoken_by(sibling, greeting())
