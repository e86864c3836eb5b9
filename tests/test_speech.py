from __future__ import annotations

import threading
from collections.abc import Generator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from service.runtime.gate import BusyError, Gate
from service.runtime.patience import OutOfTimeError, Patience
from service.speech import Chunk, Synthesizer, UnknownEmotionError, UnknownVoiceError, Utterance
from service.text.errors import NothingToSpeakError, SsmlError
from service.text.frontend import FrontEnd
from service.text.sentence import Sentence, Style
from service.voice import Clip, Samples, SyllableTiming, Voice
from tests.web.sine import SineVoice

RATE = 24_000
THREE = "你好。今天天气不错！再见。"


@pytest.fixture(scope="module")
def frontend() -> FrontEnd:
    return FrontEnd()


@pytest.fixture
def voice() -> SineVoice:
    return SineVoice("sine")


@pytest.fixture
def hum() -> SineVoice:
    return SineVoice("hum", pitch=110.0, emotions=("neutral",))


@pytest.fixture
def synthesizer(frontend: FrontEnd, voice: SineVoice, hum: SineVoice) -> Synthesizer:
    return Synthesizer(frontend, [voice, hum], Gate(1, 4))


def spoken(synthesizer: Synthesizer, text: str, style: Style | None = None) -> list[Chunk]:
    return list(synthesizer.stream(Utterance(text, style or Style())))


def occupied(gate: Gate) -> bool:
    """Whether somebody has the only turn at a gate that lets nobody wait."""
    with gate.admit(1, Patience(0.001, refusable=False)) as admission:
        try:
            with admission.turn(1):
                return False
        except OutOfTimeError:
            return True


def whole(chunks: Sequence[Chunk]) -> Samples:
    return np.concatenate([chunk.samples for chunk in chunks])


def gaps(samples: Samples, rate: int = RATE) -> list[float]:
    """Seconds of each silence longer than 20 ms; the sine's own zeros are shorter."""
    sounding = np.flatnonzero(np.abs(samples) > 1e-6)
    borders = np.concatenate([[-1], sounding, [len(samples)]])
    silences = np.diff(borders) / rate
    return [round(float(gap), 2) for gap in silences if gap > 0.02]


def test_a_sentence_in_one_clip_is_one_chunk(synthesizer: Synthesizer) -> None:
    chunks = spoken(synthesizer, THREE)
    assert [chunk.text for chunk in chunks] == ["你好。", "今天天气不错！", "再见。"]
    assert [chunk.end_char for chunk in chunks] == [3, 10, 13]
    assert {chunk.sample_rate for chunk in chunks} == {RATE}


def test_a_sentence_is_spoken_only_when_it_is_asked_for(synthesizer: Synthesizer, voice: SineVoice) -> None:
    chunks = synthesizer.stream(Utterance(THREE))
    assert voice.spoken == []
    next(chunks)
    assert voice.spoken == ["你好。"]


def test_closing_the_stream_stops_the_work(synthesizer: Synthesizer, voice: SineVoice) -> None:
    chunks = synthesizer.stream(Utterance(THREE))
    next(chunks)
    chunks.close()
    assert list(chunks) == []
    assert len(voice.spoken) == 1
    assert spoken(synthesizer, "再见")


def test_sentences_are_parted_by_silence_but_the_last_ends_with_its_sound(synthesizer: Synthesizer) -> None:
    assert gaps(whole(spoken(synthesizer, THREE))) == [0.4, 0.4]


def test_faster_speech_has_shorter_silence(synthesizer: Synthesizer) -> None:
    assert gaps(whole(spoken(synthesizer, THREE, Style(rate=2.0)))) == [0.2, 0.2]


def test_a_sentence_cut_at_a_comma_goes_on_sooner(synthesizer: Synthesizer) -> None:
    text = "，".join(["今天的天气真的非常不错"] * 12) + "。"
    chunks = spoken(synthesizer, text)
    assert len(chunks) > 1
    assert set(gaps(whole(chunks))) == {0.2}


@pytest.mark.parametrize(
    ("ssml", "silences"),
    [
        ('<speak>你好。<break time="1s"/>再见。</speak>', [1.0]),
        ('<speak><break time="500ms"/>你好。</speak>', [0.5]),
        ('<speak>你好。<break time="700ms"/></speak>', [0.7]),
        ("<speak><s>你好</s><s>再见</s></speak>", [0.4]),
    ],
)
def test_breaks_are_as_long_as_asked(synthesizer: Synthesizer, ssml: str, silences: list[float]) -> None:
    assert gaps(whole(spoken(synthesizer, ssml))) == pytest.approx(silences, abs=0.02)


def test_words_are_timed_from_the_start_of_the_utterance(synthesizer: Synthesizer) -> None:
    chunks = spoken(synthesizer, THREE)
    starts = np.cumsum([0, *(len(chunk.samples) for chunk in chunks)]) / RATE
    for chunk, start, end in zip(chunks, starts, starts[1:], strict=False):
        assert chunk.words[0].start == pytest.approx(start)
        assert chunk.words[-1].end <= end + 1e-6
    words = [word for chunk in chunks for word in chunk.words]
    assert "".join(THREE[word.start_char : word.end_char] for word in words) == "你好今天天气不错再见"


class SyllableVoice(SineVoice):
    """A voice that times each word's syllables as one."""

    def speak(self, sentence: Sentence) -> Generator[Clip, None, None]:
        for clip in super().speak(sentence):
            words = (replace(w, syllables=(SyllableTiming(w.text, w.start, w.end),)) for w in clip.words)
            yield replace(clip, words=tuple(words))


def test_syllables_are_timed_from_the_start_of_the_utterance(frontend: FrontEnd) -> None:
    chunks = spoken(Synthesizer(frontend, [SyllableVoice("sine")], Gate(1, 4)), THREE)
    words = [word for chunk in chunks for word in chunk.words]
    assert words[-1].start > words[0].end
    for word in words:
        (syllable,) = word.syllables
        assert (syllable.text, syllable.start, syllable.end) == (word.text, word.start, word.end)


def test_silence_before_the_first_sentence_moves_its_words(synthesizer: Synthesizer) -> None:
    (chunk,) = spoken(synthesizer, '<speak><break time="500ms"/>你好。</speak>')
    assert chunk.words[0].start == pytest.approx(0.5, abs=0.01)


def test_joins_have_no_click(synthesizer: Synthesizer) -> None:
    steps = np.abs(np.diff(whole(spoken(synthesizer, THREE)), prepend=0.0, append=0.0))
    slope = 2 * np.pi * 220 / RATE * 0.1
    assert steps.max() < 1.5 * slope


class TestInPieces:
    """A voice that gives 30 ms of sound at a time."""

    @pytest.fixture
    def voice(self) -> SineVoice:
        return SineVoice("sine", piece=0.03)

    @pytest.mark.parametrize("style", [Style(), Style(voice="low"), Style(rate=2.0)])
    def test_the_sound_is_that_of_whole_sentences(
        self, frontend: FrontEnd, voice: SineVoice, style: Style
    ) -> None:
        low = SineVoice("low", sample_rate=16_000, piece=0.03)
        voices = [voice, low], [replace(voice, piece=None), replace(low, piece=None)]
        pieces, sentences = (spoken(Synthesizer(frontend, pair, Gate(1, 1)), THREE, style) for pair in voices)
        assert len(pieces) > 3 * len(sentences)
        np.testing.assert_allclose(whole(pieces), whole(sentences), rtol=0, atol=2e-5)
        words = [word for chunk in sentences for word in chunk.words]
        assert [word for chunk in pieces for word in chunk.words] == words

    def test_a_sentences_text_and_words_come_with_its_first_chunk(self, synthesizer: Synthesizer) -> None:
        chunks = spoken(synthesizer, THREE)
        assert [chunk.text for chunk in chunks if chunk.text] == ["你好。", "今天天气不错！", "再见。"]
        assert all(bool(chunk.words) == bool(chunk.text) for chunk in chunks)
        assert chunks[0].text == "你好。"

    def test_the_end_in_the_source_moves_on_word_by_word(self, synthesizer: Synthesizer) -> None:
        chunks = spoken(synthesizer, THREE)
        ends = [chunk.end_char for chunk in chunks]
        assert ends == sorted(ends)
        assert set(ends) == {0, 3, 7, 10, 13}
        words = [word for chunk in chunks for word in chunk.words]
        heard = np.cumsum([len(chunk.samples) for chunk in chunks]) / RATE
        for end, seconds in zip(ends, heard, strict=True):
            assert all(word.end <= seconds + 1e-6 for word in words if word.end_char <= end)

    def test_only_the_first_sentence_of_a_text_begins_with_its_lead(self, synthesizer: Synthesizer) -> None:
        chunks = spoken(synthesizer, '<speak><break time="500ms"/>你好。再见。</speak>')
        assert chunks[0].words[0].start == pytest.approx(0.5, abs=0.01)
        assert gaps(whole(chunks)) == pytest.approx([0.5, 0.4], abs=0.02)

    def test_closing_the_stream_inside_a_sentence_closes_the_voice_and_ends_the_turn(
        self, frontend: FrontEnd, voice: SineVoice
    ) -> None:
        gate = Gate(1, 0)
        chunks = Synthesizer(frontend, [voice], gate).stream(Utterance(THREE))
        next(chunks)
        assert voice.closed == []
        assert occupied(gate)
        chunks.close()
        assert voice.closed == ["你好。"]
        assert not occupied(gate)
        assert voice.spoken == ["你好。"]

    def test_the_turn_ends_with_the_work_not_when_the_last_chunk_is_taken(
        self, frontend: FrontEnd, voice: SineVoice
    ) -> None:
        gate = Gate(1, 0)
        for chunk in Synthesizer(frontend, [voice], gate).stream(Utterance("你好。")):
            if chunk.end_char == 3:
                assert not occupied(gate)
                assert voice.closed == ["你好。"]

    def test_joins_have_no_click(self, synthesizer: Synthesizer) -> None:
        steps = np.abs(np.diff(whole(spoken(synthesizer, THREE)), prepend=0.0, append=0.0))
        assert steps.max() < 1.5 * 2 * np.pi * 220 / RATE * 0.1


def test_the_first_voice_is_the_default(synthesizer: Synthesizer, voice: SineVoice, hum: SineVoice) -> None:
    assert synthesizer.default_voice is voice
    assert list(synthesizer.voices) == ["sine", "hum"]
    spoken(synthesizer, "你好", Style(voice="hum"))
    assert (voice.spoken, hum.spoken) == ([], ["你好"])


def test_a_voice_in_the_text_speaks_its_part(
    synthesizer: Synthesizer, voice: SineVoice, hum: SineVoice
) -> None:
    spoken(synthesizer, '<speak>你好。<voice name="hum">再见。</voice></speak>')
    assert (voice.spoken, hum.spoken) == (["你好。"], ["再见。"])


def test_a_voice_of_another_rate_is_brought_to_the_default_one(frontend: FrontEnd, voice: SineVoice) -> None:
    low = SineVoice("low", sample_rate=16_000)
    synthesizer = Synthesizer(frontend, [voice, low], Gate(1, 1))
    (chunk,) = spoken(synthesizer, "你好", Style(voice="low"))
    assert chunk.sample_rate == RATE
    assert len(chunk.samples) == pytest.approx(0.2 * RATE, abs=1)


@pytest.mark.parametrize(
    ("text", "style", "error", "message"),
    [
        ("你好", Style(voice="nobody"), UnknownVoiceError, "'nobody'; the voices are sine, hum"),
        ("你好", Style("bored"), UnknownEmotionError, "'bored'; it has neutral, happy, sad"),
        ("你好", Style("happy", voice="hum"), UnknownEmotionError, "voice hum has no emotion 'happy'"),
        ("你好", Style(voice="x" * 1000), UnknownVoiceError, "'xxx"),
        ('<speak>你好。<voice name="nobody">再见</voice></speak>', Style(), UnknownVoiceError, "nobody"),
        ("。。。", Style(), NothingToSpeakError, "nothing"),
        ("<speak>你好", Style(), SsmlError, "line 1"),
    ],
)
def test_a_clients_mistake_is_told_before_anything_is_spoken(
    synthesizer: Synthesizer,
    voice: SineVoice,
    text: str,
    style: Style,
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message) as raised:
        synthesizer.stream(Utterance(text, style))
    assert len(str(raised.value)) < 300
    assert voice.spoken == []


def test_a_full_queue_refuses_the_first_sentence_but_no_later_one(
    frontend: FrontEnd, voice: SineVoice
) -> None:
    gate = Gate(1, 0)
    synthesizer = Synthesizer(frontend, [voice], gate)
    begun = synthesizer.stream(Utterance(THREE))
    next(begun)
    with gate.admit(1, Patience(refusable=False)) as other, other.turn(1):
        with pytest.raises(BusyError):
            next(synthesizer.stream(Utterance("你好")))
        rest: list[Chunk] = []
        thread = threading.Thread(target=lambda: rest.extend(begun))
        thread.start()
        while not gate.waiting:
            thread.join(0.01)
    thread.join(10.0)
    assert len(rest) == 2


def test_two_requests_take_turns_sentence_by_sentence(frontend: FrontEnd, voice: SineVoice) -> None:
    gate = Gate(1, 4)
    synthesizer = Synthesizer(frontend, [voice], gate)
    first, second = (synthesizer.stream(Utterance(text)) for text in ("一。二。三。", "四。五。六。"))
    voice.may_speak.clear()
    threads = [threading.Thread(target=list, args=(stream,)) for stream in (first, second)]
    threads[0].start()
    threads[1].start()
    while not gate.waiting:
        threads[0].join(0.01)
    voice.may_speak.set()
    for thread in threads:
        thread.join(10.0)
    assert voice.spoken[0:2] in (["一。", "四。"], ["四。", "一。"])
    assert sorted(voice.spoken) == sorted(["一。", "二。", "三。", "四。", "五。", "六。"])


def test_warming_up_speaks_with_every_voice(
    synthesizer: Synthesizer, voice: SineVoice, hum: SineVoice
) -> None:
    synthesizer.warm()
    assert voice.spoken
    assert hum.spoken


def test_without_a_voice_there_is_no_synthesizer(frontend: FrontEnd) -> None:
    with pytest.raises(ValueError, match="at least one voice"):
        Synthesizer(frontend, [], Gate(1, 1))


def test_the_embedded_voice_speaks_a_text(frontend: FrontEnd, voices: Sequence[Voice]) -> None:
    chunks = spoken(Synthesizer(frontend, voices, Gate(1, 1)), "你好。再见！", Style("happy"))
    samples = whole(chunks)
    assert [chunk.text for chunk in chunks if chunk.text] == ["你好。", "再见！"]
    assert all(word.syllables for chunk in chunks for word in chunk.words)
    assert np.isfinite(samples).all()
    assert 0.1 < np.abs(samples).max() <= 1.0
    assert 1.0 < len(samples) / chunks[0].sample_rate < 5.0
