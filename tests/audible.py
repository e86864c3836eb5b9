"""What is to be heard of voices, whoever speaks."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from service.audio.trim import sound_bounds
from service.text.sentence import Style
from service.voice import Voice
from tests.heard import Heard, assert_sound, assert_words_in_order, heard
from tests.sentences import english, greeting, mandarin, sentence


class Audible:
    """What every voice can, the teacher too. Tests of ``voices``, a fixture of whoever inherits them."""

    @pytest.fixture(scope="class")
    @classmethod
    def voice(cls, voices: Sequence[Voice]) -> Voice:
        return voices[0]

    @pytest.fixture(scope="class")
    @classmethod
    def neutral(cls, voice: Voice) -> Heard:
        return heard(voice, greeting())

    def test_there_is_a_female_and_a_male_voice_and_the_first_is_the_default(
        self, voices: Sequence[Voice]
    ) -> None:
        assert [(voice.name, voice.gender) for voice in voices] == [
            ("xiaobei", "female"),
            ("yunjian", "male"),
        ]
        assert voices[0].emotions == ("neutral", "happy", "sad", "angry", "fear", "surprise", "disgust")

    def test_every_voice_speaks(self, voices: Sequence[Voice]) -> None:
        pitches: dict[str | None, list[float]] = {"female": [], "male": []}
        for voice in voices:
            clip = heard(voice, greeting())
            assert_sound(clip)
            assert_words_in_order(clip, greeting())
            assert 1.2 < clip.seconds < 4.0
            pitches[voice.gender].append(clip.pitch)
        assert max(pitches["male"]) < 0.8 * min(pitches["female"])

    def test_a_clip_has_no_silence_at_its_ends_and_no_click(self, neutral: Heard) -> None:
        """What it begins with is 48 dB below full scale; the service fades that in."""
        start, end = sound_bounds(neutral.samples, neutral.rate)
        assert start == 0
        assert end > len(neutral.samples) - 0.03 * neutral.rate
        assert abs(neutral.samples[0]) < 4e-3
        assert abs(neutral.samples[-1]) < 2e-3

    def test_words_are_heard_where_their_timings_say(self, voice: Voice) -> None:
        """Behind the comma there is a silence, and it lies between the words around it."""
        spoken = sentence(
            mandarin("窗外", "chuang1 wai4"),
            mandarin("下着", "xia4 zhe5"),
            mandarin("小雨", "xiao3 yu3", "，"),
            mandarin("屋子里", "wu1 zi5 li3"),
            mandarin("很", "hen3"),
            mandarin("安静", "an1 jing4", "。"),
        )
        clip = heard(voice, spoken)
        before, after = clip.words[2], clip.words[3]
        pause = after.start - before.end
        assert pause > 0.05
        gap = clip.between(before.end + pause / 4, after.start - pause / 4)
        for word in clip.words:
            assert clip.between(word.start, word.end).std() > 4 * gap.std()

    @pytest.mark.parametrize(("rate", "factor"), [(0.5, 2.0), (1.25, 0.8), (2.0, 0.5)])
    def test_rate_scales_the_length(self, voice: Voice, neutral: Heard, rate: float, factor: float) -> None:
        clip = heard(voice, greeting(Style(rate=rate)))
        assert_sound(clip)
        assert clip.seconds / neutral.seconds == pytest.approx(factor, rel=0.15)

    @pytest.mark.parametrize("semitones", [-12.0, 4.0, 8.0])  # at 12 a tracker often hears the octave below
    def test_pitch_moves_the_voice(self, voice: Voice, neutral: Heard, semitones: float) -> None:
        clip = heard(voice, greeting(Style(pitch=semitones)))
        assert_sound(clip)
        moved = 12 * np.log2(clip.pitch / neutral.pitch)
        assert np.sign(moved) == np.sign(semitones)
        assert abs(moved) > 0.5 * abs(semitones)

    @pytest.mark.parametrize("emotion", ["happy", "sad", "angry", "fear", "surprise", "disgust"])
    def test_emotions_sound_different_from_neutral(self, voice: Voice, neutral: Heard, emotion: str) -> None:
        clip = heard(voice, greeting(Style(emotion)))
        assert_sound(clip)
        steps = (
            abs(12 * np.log2(clip.pitch / neutral.pitch)) / 0.6,
            abs(clip.seconds / neutral.seconds - 1) / 0.05,
            abs(clip.loudness - neutral.loudness) / 0.8,
        )
        assert sum(step > 1 for step in steps) >= 2, steps


class Served(Audible):
    """What is asked besides of voices that are served."""

    def test_threads_do_not_disturb_each_other_and_the_sound_is_always_the_same(
        self, voice: Voice, neutral: Heard
    ) -> None:
        with ThreadPoolExecutor(2) as pool:
            clips = list(pool.map(lambda _: heard(voice, greeting()), range(2)))
        for clip in clips:
            # ONNX Runtime's sums may depend on where in memory it finds its numbers.
            np.testing.assert_allclose(clip.samples, neutral.samples, rtol=0, atol=1e-6)

    def test_volume_is_a_gain_that_never_clips(self, voice: Voice, neutral: Heard) -> None:
        double, mute = (heard(voice, greeting(Style(volume=volume))) for volume in (2.0, 0.0))
        assert double.loudness - neutral.loudness == pytest.approx(6.0, abs=1.0)
        assert_sound(double)
        assert len(mute.samples) == len(neutral.samples)
        assert not mute.samples.any()

    @pytest.mark.parametrize(
        "style",
        [
            Style("angry", 2.0, rate=2.0, pitch=12.0, volume=2.0),
            Style("sad", 2.0, rate=0.5, pitch=-12.0),
        ],
    )
    def test_extremes_are_still_sound(self, voice: Voice, style: Style) -> None:
        spoken = sentence(mandarin("再见", "zai4 jian4", "！", style))
        clip = heard(voice, spoken)
        assert_sound(clip)
        assert_words_in_order(clip, spoken)

    def test_words_of_one_sentence_may_have_their_own_styles(self, voice: Voice) -> None:
        high, low = Style(pitch=8.0), Style(pitch=-8.0)
        spoken = sentence(
            mandarin("你好", "ni2 hao3", style=high),
            mandarin("欢迎光临", "huan1 ying2 guang1 lin2", style=low),
        )
        clip = heard(voice, spoken)
        assert_words_in_order(clip, spoken)
        border = clip.words[1].start
        assert clip.pitch_between(0, border) > 1.4 * clip.pitch_between(border, clip.seconds)

    @pytest.mark.parametrize("pause", [0.0, 0.5])
    def test_a_pause_is_as_long_as_asked(self, voice: Voice, pause: float) -> None:
        spoken = sentence(
            mandarin("你好", "ni2 hao3", pause=pause), mandarin("欢迎光临", "huan1 ying2 guang1 lin2")
        )
        clip = heard(voice, spoken)
        assert_words_in_order(clip, spoken)
        assert clip.digital_silences() == pytest.approx([pause] if pause else [], abs=0.002)

    def test_the_pause_of_the_last_word_is_not_part_of_the_clip(self, voice: Voice) -> None:
        words = greeting().words
        with_pause = sentence(*words[:-1], mandarin("不错", "bu2 cuo4", "。", pause=1.0))
        assert len(heard(voice, with_pause).samples) == len(heard(voice, greeting()).samples)

    @pytest.mark.parametrize("mark", ["？", "…", ""])
    def test_every_ending_can_be_spoken(self, voice: Voice, mark: str) -> None:
        assert_sound(heard(voice, greeting(mark=mark)))

    @pytest.mark.parametrize("text", ["a5", "mu1", "zhi1", "wan2r"])
    def test_a_single_syllable_can_be_spoken(self, voice: Voice, text: str) -> None:
        clip = heard(voice, sentence(mandarin("字", text)))
        assert_sound(clip)
        assert clip.seconds < 1.5

    def test_english_and_mandarin_mix(self, voice: Voice) -> None:
        spoken = sentence(
            mandarin("打开", "da3 kai1"),
            english("hello", "HH AH0", "L OW1"),
            english("world", "W ER1 L D"),
            mandarin("吧", "ba5"),
        )
        clip = heard(voice, spoken)
        assert_sound(clip)
        assert_words_in_order(clip, spoken)
