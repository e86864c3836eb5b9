"""Speech that is made ahead of whoever takes it."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator

import numpy as np
import pytest

from service.ahead import Ahead
from service.observability.metrics import Metrics
from service.runtime.gate import Gate
from service.runtime.patience import CancelledError, OutOfTimeError, Patience
from service.speech import Chunk, Synthesizer, Utterance
from service.text.frontend import FrontEnd
from service.voice import UnspeakableError
from tests.waiting import until
from tests.web.sine import SineVoice

LONG = 10.0  # seconds after which a test that hangs fails


@pytest.fixture(scope="module")
def frontend() -> FrontEnd:
    return FrontEnd()


def chunk(number: int, seconds: int = 1, *, last: bool = True) -> Chunk:
    """A chunk of one sample a second; ``number`` tells it from others."""
    return Chunk(np.zeros(seconds, np.float32), 1, (), "", number, 0.0, last)


class Talker:
    """Sentences of one chunk each; a test sees how far it has come."""

    def __init__(self, count: int, seconds: int = 1, error: Exception | None = None) -> None:
        self.made = 0
        self.closed_by: str | None = None
        self._count, self._seconds, self._error = count, seconds, error

    def chunks(self) -> Generator[Chunk, None, None]:
        try:
            for number in range(self._count):
                self.made += 1
                yield chunk(number, self._seconds)
            if self._error:
                raise self._error
        finally:
            self.closed_by = threading.current_thread().name


def threads_ahead() -> int:
    return sum(thread.name == "speak-ahead" for thread in threading.enumerate())


@pytest.fixture(autouse=True)
def no_thread_stays() -> Iterator[None]:
    yield
    until(lambda: threads_ahead() == 0)


def numbers(chunks: Ahead) -> list[int]:
    return [chunk.end_char for chunk in chunks]


class TestGiving:
    def test_all_chunks_come_in_their_order(self) -> None:
        with Ahead(Talker(5).chunks(), Patience()) as ahead:
            assert numbers(ahead) == [0, 1, 2, 3, 4]

    def test_an_error_comes_behind_the_chunks_before_it(self) -> None:
        talker = Talker(2, error=UnspeakableError("no"))
        with Ahead(talker.chunks(), Patience()) as ahead:
            assert [next(ahead).end_char, next(ahead).end_char] == [0, 1]
            with pytest.raises(UnspeakableError, match="no"):
                next(ahead)

    def test_waiting_tells_whether_something_came(self) -> None:
        may_come = threading.Event()

        def chunks() -> Generator[Chunk, None, None]:
            assert may_come.wait(LONG)
            yield chunk(0)

        with Ahead(chunks(), Patience()) as ahead:
            assert not ahead.wait(0.01)
            may_come.set()
            assert ahead.wait(LONG)
            assert next(ahead).end_char == 0
            assert ahead.wait(LONG)  # for the end
            assert list(ahead) == []


class TestBeingAhead:
    def test_a_sentence_is_spoken_to_its_end_though_nobody_takes_it(self, frontend: FrontEnd) -> None:
        voice = SineVoice("sine", piece=0.05)
        synthesizer = Synthesizer(frontend, [voice], Gate(1, 30.0))
        with Ahead(synthesizer.stream(Utterance("今天天气很好。")), Patience()):
            until(lambda: voice.closed == ["今天天气很好。"])

    def test_a_slow_reader_holds_nobody_up(self, frontend: FrontEnd) -> None:
        synthesizer = Synthesizer(frontend, [SineVoice("sine", piece=0.05)], Gate(1, 30.0))
        text = "今天天气很好。" * 60
        with Ahead(synthesizer.stream(Utterance(text)), Patience()) as slow:
            next(slow)
            others = [list(synthesizer.stream(Utterance("你好。"), Patience(LONG))) for _ in range(5)]
            assert all(others)

    def test_it_pauses_between_sentences_while_much_waits(self) -> None:
        talker = Talker(20, seconds=10)
        with Ahead(talker.chunks(), Patience()) as ahead:
            for taken in range(16):
                until(lambda so_far=taken + 4: talker.made == so_far)  # type: ignore[misc]
                assert next(ahead).end_char == taken
            assert numbers(ahead) == [16, 17, 18, 19]

    def test_it_does_not_pause_inside_a_sentence(self) -> None:
        made: list[int] = []

        def sentence() -> Generator[Chunk, None, None]:
            for number in range(50):
                made.append(number)
                yield chunk(number, 10, last=number == 49)

        with Ahead(sentence(), Patience()):
            until(lambda: len(made) == 50)

    def test_the_time_that_is_allowed_stands_still_during_a_pause(self, frontend: FrontEnd) -> None:
        synthesizer = Synthesizer(frontend, [SineVoice("sine")], Gate(1, 30.0))
        patience = Patience(LONG)
        with Ahead(synthesizer.stream(Utterance("今天天气很好。" * 100), patience), patience) as ahead:
            until(lambda: patience.remaining() is None)
            for _ in range(90):
                next(ahead)
            until(lambda: patience.remaining() is not None)

    def test_what_was_spoken_in_time_may_be_taken_later(self) -> None:
        patience = Patience(0.1)
        with Ahead(Talker(3).chunks(), patience) as ahead:
            until(lambda: threads_ahead() == 0 and patience.remaining() == 0)
            assert numbers(ahead) == [0, 1, 2]

    def test_a_reader_is_told_that_its_time_is_over_whatever_is_being_spoken(
        self, frontend: FrontEnd
    ) -> None:
        voice = SineVoice("sine")
        voice.may_speak.clear()
        patience = Patience(0.05)
        synthesizer = Synthesizer(frontend, [voice], Gate(1, 30.0))
        with Ahead(synthesizer.stream(Utterance("你好。"), patience), patience) as ahead:
            with pytest.raises(OutOfTimeError):
                next(ahead)
            voice.may_speak.set()


class TestClosing:
    def test_the_thread_ends_and_closes_the_stream_itself(self) -> None:
        talker, patience = Talker(100, seconds=10), Patience()
        ahead = Ahead(talker.chunks(), patience)
        next(ahead)
        ahead.close()
        until(lambda: threads_ahead() == 0)
        assert talker.closed_by == "speak-ahead"
        assert talker.made < 100
        assert patience.cancelled

    def test_it_does_not_wait_for_what_is_being_spoken(self, frontend: FrontEnd) -> None:
        voice = SineVoice("sine")
        voice.may_speak.clear()
        synthesizer = Synthesizer(frontend, [voice], Gate(1, 30.0))
        Ahead(synthesizer.stream(Utterance("你好。再见。")), Patience()).close()
        assert threads_ahead() == 1
        voice.may_speak.set()
        until(lambda: threads_ahead() == 0)
        assert "再见。" not in voice.spoken

    def test_one_that_waits_in_the_queue_leaves_it(self, frontend: FrontEnd) -> None:
        voice, metrics = SineVoice("sine"), Metrics()
        voice.may_speak.clear()
        gate = Gate(1, 30.0, metrics)
        synthesizer = Synthesizer(frontend, [voice], gate)
        patience, waiting = Patience(), Patience()
        with Ahead(synthesizer.stream(Utterance("你好。"), patience), patience):
            # It has its turn.
            until(lambda: metrics.registry.get_sample_value("tts_queue_wait_seconds_count"))
            with Ahead(synthesizer.stream(Utterance("再见。"), waiting), waiting):
                until(lambda: gate.waiting == 1)
            until(lambda: gate.waiting == 0)
            voice.may_speak.set()
        until(lambda: threads_ahead() == 0)
        assert "再见。" not in voice.spoken

    def test_whoever_waits_for_a_chunk_is_told(self) -> None:
        never = threading.Event()

        def chunks() -> Generator[Chunk, None, None]:
            never.wait(LONG)
            yield chunk(0)

        ahead = Ahead(chunks(), Patience())
        threading.Timer(0.05, ahead.close).start()
        with pytest.raises(CancelledError):
            next(ahead)
        never.set()
