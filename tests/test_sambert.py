"""Sambert-HifiGan voices as voices of the service: the small golden ones, whose speech is noise."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from service.models.errors import ModelError
from service.models.unit import SPEAKER, LinguisticUnit
from service.models.weights import VoiceWeights
from service.runtime.engine import Engine
from service.runtime.export.voice import export_voice
from service.runtime.exported import VOCODER, VOCODER_INT8, ExportedVoice
from service.runtime.gate import Gate
from service.runtime.native.binding import load_library
from service.runtime.networks import Networks
from service.sambert import SambertVoice, load_sambert_voices
from service.speech import Synthesizer, UnknownEmotionError, Utterance
from service.text.frontend import FrontEnd
from service.text.sentence import Sentence, Style
from service.text.symbols import SymbolRenderer
from service.voice import Clip, Samples, UnspeakableError, Voice, VoiceFailedError, WordTiming
from tests.models import golden
from tests.models.test_text_encoder import byte_voice

RATE = 16_000
HOP = 200
TEXT = "你好，今天天气真不错。"


@cache
def exported(name: str) -> ExportedVoice:
    return export_voice(golden.voice(name))


def loaded(*voices: ExportedVoice, precision: str | None = None) -> list[Voice]:
    return load_sambert_voices(voices, threads=1, precision=precision)


@pytest.fixture(scope="module")
def voice() -> Voice:
    return loaded(exported("plain_emo"))[0]


@pytest.fixture(scope="module")
def read() -> Callable[..., Sentence]:
    frontend = FrontEnd()

    def first(text: str, style: Style | None = None) -> Sentence:
        return next(iter(frontend.read(text, style or Style())))

    return first


def heard(clips: Sequence[Clip]) -> Samples:
    return np.concatenate([clip.samples for clip in clips])


def spoken(voice: Voice, sentence: Sentence) -> tuple[Samples, tuple[WordTiming, ...]]:
    clips = list(voice.speak(sentence))
    return heard(clips), clips[0].words


def absurd() -> VoiceWeights:
    """A voice that would hold every sound for hours."""
    weights = golden.voice("plain_emo")
    bias = {"variance_adaptor.duration_predictor.fc.bias": np.array([50.0], np.float32)}
    return replace(weights, acoustic={**weights.acoustic, **bias})


def with_names(voice: ExportedVoice, feature: str, change: dict[str, str]) -> ExportedVoice:
    """A voice some of whose vocabulary's names are others."""
    names = tuple(change.get(name, name) for name in voice.unit.vocabularies[feature])
    unit = replace(voice.unit, vocabularies={**voice.unit.vocabularies, feature: names})
    return replace(voice, unit=unit)


def with_emotions(*emotions: str) -> ExportedVoice:
    plain = exported("plain_emo")
    return replace(plain, unit=replace(plain.unit, emotions=emotions))


class TestClips:
    def test_the_first_has_all_words_and_the_final_one_is_the_last(
        self, voice: Voice, read: Callable[..., Sentence]
    ) -> None:
        clips = list(voice.speak(read(TEXT)))
        assert len(clips) > 2
        assert [word.text for word in clips[0].words] == [word.text for word in read(TEXT).words]
        assert not any(clip.words for clip in clips[1:])
        assert [clip.last for clip in clips] == [False] * (len(clips) - 1) + [True]

    def test_they_are_what_the_engine_gives(self, voice: Voice, read: Callable[..., Sentence]) -> None:
        """The golden voices have no silence to take off."""
        networks = Networks(exported("plain_emo"), load_library())
        with Engine(1) as engine:
            mine = SambertVoice(exported("plain_emo"), networks, engine, SymbolRenderer())
            clips = list(mine.speak(read(TEXT)))
        np.testing.assert_array_equal(heard(clips), heard(list(voice.speak(read(TEXT)))))
        assert len(heard(clips)) % HOP == 0
        assert all(clip.samples.dtype == np.float32 for clip in clips)

    @pytest.mark.parametrize("name", ["plain_emo", "causal_emo", "nsf_emo", "se_emo", "fp_emo", "legacy_emo"])
    def test_every_kind_of_voice_speaks(self, name: str, read: Callable[..., Sentence]) -> None:
        samples, words = spoken(loaded(exported(name))[0], read("欢迎光临，hello！"))
        assert 0 < np.abs(samples).max() <= 1
        times = [time for word in words for time in (word.start, word.end)]
        assert times == sorted(times)
        assert 0 <= times[0] <= times[-1] <= len(samples) / RATE + 1e-6

    def test_a_voice_of_bytes_times_words_without_syllables(self, read: Callable[..., Sentence]) -> None:
        samples, words = spoken(loaded(export_voice(byte_voice()))[0], read("你好，hello."))
        assert [word.text for word in words] == ["你好", "hello"]
        assert words[0].end < words[1].start < words[1].end <= len(samples) / RATE
        assert not any(word.syllables for word in words)

    def test_closing_them_cancels_the_rest(self, read: Callable[..., Sentence]) -> None:
        with Engine(1) as engine:
            networks = Networks(exported("plain_emo"), load_library())
            voice = SambertVoice(exported("plain_emo"), networks, engine, SymbolRenderer())
            clips = voice.speak(read("今天天气真的很不错，" * 6))
            assert not next(clips).last
            clips.close()
            list(voice.speak(read("好。")))
            assert engine.counts["cancelled"] == 1
            assert engine.counts["spoken"] == 1

    def test_threads_share_a_voice(self, voice: Voice, read: Callable[..., Sentence]) -> None:
        alone = [spoken(voice, read(text))[0] for text in ("你好。", TEXT)]
        together: dict[int, Samples] = {}

        def speak(index: int) -> None:
            together[index] = spoken(voice, read(("你好。", TEXT)[index]))[0]

        threads = [threading.Thread(target=speak, args=(index,)) for index in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30.0)
        for index, samples in enumerate(alone):
            np.testing.assert_allclose(together[index], samples, rtol=0, atol=1e-4)


class TestTimings:
    def test_words_and_syllables_follow_the_frames(self, voice: Voice, read: Callable[..., Sentence]) -> None:
        samples, words = spoken(voice, read(TEXT))
        assert words[0].start == 0
        assert [syllable.text for syllable in words[0].syllables] == ["ni2", "hao3"]
        for word in words:
            assert (word.start, word.end) == (word.syllables[0].start, word.syllables[-1].end)
            assert word.end * RATE / HOP == pytest.approx(round(word.end * RATE / HOP), abs=1e-6)
        assert 0 < len(samples) / RATE - words[-1].end < 0.5

    def test_filled_pauses_belong_to_no_word(self, read: Callable[..., Sentence]) -> None:
        filled = spoken(loaded(exported("fp_emo"))[0], read("hello world！"))
        longest = max(syllable.end - syllable.start for word in filled[1] for syllable in word.syllables)
        breaks = [b.start - a.end for a, b in zip(filled[1], filled[1][1:], strict=False)]
        assert max(breaks) > longest / 4
        assert filled[1][0].start > 0  # this voice says 呃 before its first word


class TestStyle:
    def test_rate_divides_the_length(self, voice: Voice, read: Callable[..., Sentence]) -> None:
        lengths = [len(spoken(voice, read(TEXT, Style(rate=rate)))[0]) for rate in (0.5, 1.0, 2.0)]
        assert lengths[0] / lengths[1] == pytest.approx(2, rel=0.1)
        assert lengths[2] / lengths[1] == pytest.approx(0.5, rel=0.15)

    @pytest.mark.parametrize(
        "style", [Style(pitch=6.0), Style("happy"), Style("happy", intensity=0.5), Style("happy", 2.0)]
    )
    def test_pitch_emotion_and_intensity_change_the_sound(
        self, voice: Voice, read: Callable[..., Sentence], style: Style
    ) -> None:
        neutral, changed = (spoken(voice, read(TEXT, asked))[0] for asked in (Style(), style))
        length = min(len(neutral), len(changed))
        assert np.abs(neutral[:length] - changed[:length]).max() > 0.01

    def test_an_emotion_without_intensity_is_neutral(
        self, voice: Voice, read: Callable[..., Sentence]
    ) -> None:
        neutral, none = (spoken(voice, read(TEXT, asked))[0] for asked in (Style(), Style("sad", 0.0)))
        np.testing.assert_allclose(none, neutral, rtol=0, atol=1e-4)

    def test_volume_is_gain(self, voice: Voice, read: Callable[..., Sentence]) -> None:
        usual, soft, mute = (spoken(voice, read(TEXT, Style(volume=volume)))[0] for volume in (1, 0.5, 0))
        np.testing.assert_allclose(soft, usual / 2, rtol=0, atol=1e-6)
        assert mute.shape == usual.shape
        assert not mute.any()

    def test_twice_the_volume_stays_within_full_scale(
        self, voice: Voice, read: Callable[..., Sentence]
    ) -> None:
        usual, loud = (spoken(voice, read(TEXT, Style(volume=volume)))[0] for volume in (1.0, 2.0))
        assert np.abs(loud).max() <= 1
        assert loud.std() > 1.3 * usual.std()

    def test_a_words_own_volume_ends_with_the_word(self, voice: Voice, read: Callable[..., Sentence]) -> None:
        usual, words = spoken(voice, read("你好，世界。"))
        mixed, _ = spoken(voice, read('<speak>你好，<prosody volume="0.5">世界</prosody>。</speak>'))
        border = round((words[0].end + words[1].start) / 2 * RATE)
        ramp = round(0.005 * RATE)
        np.testing.assert_array_equal(mixed[: border - ramp], usual[: border - ramp])
        np.testing.assert_allclose(mixed[border + ramp :], usual[border + ramp :] / 2, rtol=0, atol=1e-6)


def paused(sentence: Sentence, seconds: float) -> Sentence:
    """The sentence with a pause behind its first word."""
    first, *others = sentence.words
    return replace(sentence, words=(replace(first, pause=seconds), *others))


class TestPauses:
    @pytest.mark.parametrize("rate", [1.0, 2.0])
    @pytest.mark.parametrize("pause", [0.0, 0.02, 0.5])
    def test_a_pause_lasts_as_long_as_asked_at_any_rate(
        self, voice: Voice, read: Callable[..., Sentence], pause: float, rate: float
    ) -> None:
        plain = read("你好，世界。", Style(rate=rate))
        usual, before = spoken(voice, plain)
        samples, words = spoken(voice, paused(plain, pause))
        assert words[0] == before[0]
        assert words[1].start - words[0].end == pytest.approx(pause, abs=1e-6)
        growth = pause - (before[1].start - before[0].end)
        assert len(samples) - len(usual) == round(growth * RATE)

    def test_what_is_put_in_is_silence_between_fades(
        self, voice: Voice, read: Callable[..., Sentence]
    ) -> None:
        usual, before = spoken(voice, read("你好，世界。"))
        samples, _ = spoken(voice, paused(read("你好，世界。"), 0.5))
        middle = round((before[0].end + before[1].start) / 2 * RATE)
        added, fade = len(samples) - len(usual), round(0.005 * RATE)
        assert not samples[middle : middle + added].any()
        np.testing.assert_array_equal(samples[: middle - fade], usual[: middle - fade])
        np.testing.assert_array_equal(samples[middle + added + fade :], usual[middle + fade :])
        assert abs(samples[middle - 1]) < 0.02

    def test_what_is_taken_out_is_the_middle_of_the_break(
        self, voice: Voice, read: Callable[..., Sentence]
    ) -> None:
        usual, before = spoken(voice, read("你好，世界。"))
        samples, words = spoken(voice, paused(read("你好，世界。"), 0.02))
        fade = round(0.005 * RATE)
        end, start = round(before[0].end * RATE) + fade, round(before[1].start * RATE) - fade
        assert len(samples) < len(usual)
        np.testing.assert_array_equal(samples[:end], usual[:end])
        np.testing.assert_array_equal(samples[round(words[1].start * RATE) - fade :], usual[start:])

    def test_a_voice_of_bytes_pauses_between_words_without_a_break(
        self, read: Callable[..., Sentence]
    ) -> None:
        (voice,) = loaded(export_voice(byte_voice()))
        plain = read("今天天气真不错")
        usual, before = spoken(voice, plain)
        samples, words = spoken(voice, paused(plain, 0.5))
        assert before[1].start == before[0].end
        assert words[1].start - words[0].end == pytest.approx(0.5)
        assert len(samples) - len(usual) == 0.5 * RATE

    def test_ssml_asks_for_a_pause(self, voice: Voice, read: Callable[..., Sentence]) -> None:
        asked = read('<speak>你好<break time="700ms"/>世界</speak>')
        _, words = spoken(voice, asked)
        assert words[1].start - words[0].end == pytest.approx(0.7)

    def test_the_pause_of_the_last_word_is_no_part_of_the_clips(
        self, voice: Voice, read: Callable[..., Sentence]
    ) -> None:
        with_pause = read('<speak>你好。<break time="1s"/></speak>')
        assert with_pause.words[-1].pause == 1.0
        assert len(spoken(voice, with_pause)[0]) == len(spoken(voice, read("你好。"))[0])


class TestFacts:
    def test_a_voice_is_named_after_its_files_and_its_gender_is_not_known(self, voice: Voice) -> None:
        assert (voice.name, voice.gender, voice.sample_rate) == ("plain_emo", None, RATE)

    def test_neutral_is_the_first_emotion(self) -> None:
        (voice,) = loaded(with_emotions("happy", "neutral", "sad"))
        assert voice.emotions == ("neutral", "happy", "sad")

    def test_a_voice_without_neutral_is_refused(self) -> None:
        with pytest.raises(ModelError, match="plain_emo lacks the emotion neutral"):
            loaded(with_emotions("happy"))

    def test_versions_differ_by_voice_and_precision(self) -> None:
        plain = exported("plain_emo")
        both = replace(plain, files={**plain.files, VOCODER_INT8: plain.files[VOCODER]})
        voices = [
            *loaded(plain, exported("nsf_emo"), both, precision="fp32"),
            *loaded(plain, both, precision="int8"),
        ]
        fp32, other, both_fp32, without_int8, int8 = (voice.version for voice in voices)
        assert fp32 == both_fp32 == without_int8
        assert len({fp32, other, int8}) == 3

    @pytest.mark.parametrize("speakers", [{}, {"F7": "F1"}, {"F7": "F1", "M7": "F7"}])
    def test_any_list_of_speakers_will_do(
        self, speakers: dict[str, str], read: Callable[..., Sentence]
    ) -> None:
        (voice,) = loaded(with_names(exported("plain_emo"), SPEAKER, speakers))
        assert len(spoken(voice, read("你好"))[0])


class TestErrors:
    def test_a_sound_that_the_voice_lacks_is_told_with_its_word(self, read: Callable[..., Sentence]) -> None:
        (voice,) = loaded(with_names(exported("plain_emo"), "sy", {"sh_c": "xx"}))
        with pytest.raises(UnspeakableError, match=r"plain_emo cannot say '世界'.*phoneme 'sh_c'"):
            list(voice.speak(read("你好，世界。")))

    def test_a_dialects_voice_says_what_it_cannot_read(self, read: Callable[..., Sentence]) -> None:
        features = exported("plain_emo").unit.features
        unit = LinguisticUnit.build(features, ["F7"], "ZhHK")
        (voice,) = loaded(replace(exported("plain_emo"), unit=unit))
        with pytest.raises(UnspeakableError, match="cannot say '你好'"):
            list(voice.speak(read("你好")))

    def test_absurd_speech_is_no_speech(self, read: Callable[..., Sentence]) -> None:
        (voice,) = loaded(export_voice(absurd()))
        with pytest.raises(VoiceFailedError, match="for one symbol"):
            list(voice.speak(read("你好")))

    def test_an_emotion_that_the_voice_lacks_is_refused_with_its_list(self) -> None:
        synthesizer = Synthesizer(FrontEnd(), loaded(with_emotions("neutral", "sad")), Gate(1, 1))
        with pytest.raises(
            UnknownEmotionError, match="plain_emo has no emotion 'happy'; it has neutral, sad"
        ):
            synthesizer.stream(Utterance("你好", Style("happy")))
