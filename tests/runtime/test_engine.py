from __future__ import annotations

import ctypes
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from bench.vocoder import snr
from service.models.errors import SymbolError
from service.models.line import SymbolLine
from service.runtime.decoder import Decoding, MelDecoder
from service.runtime.engine import Engine
from service.runtime.export.voice import export_voice
from service.runtime.guard import UnusableSpeechError
from service.runtime.networks import Networks
from service.runtime.progress import Progress
from service.runtime.vocoder import VocoderStream
from tests.models import golden
from tests.models.golden import said
from tests.runtime.test_vocoder import with_constant
from tests.runtime.voices import LIBRARY, NAMES, Floats, altered, exported, networks, on_every_path

TOLERANCE = 1e-4
PATIENCE = 30.0  # seconds after which a test that hangs fails
UNREADABLE = SymbolLine.plain("{n_c$tone3$s_begin$word_begin$emotion_neutral$nobody}")
LINES = [(voice, "short") for voice in NAMES] + [
    ("plain_emo", "mid"),
    ("plain_emo", "odd"),
    ("plain_emo", "long"),
    ("causal_emo", "mid"),
    ("nsf_emo", "odd"),
    ("fp_emo", "mid"),
]


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine(threads=2) as started:
        yield started


@cache
def alone(voice: str, line: str) -> Floats:
    """What a line sounds like with nobody else around."""
    with Engine(threads=1) as engine:
        return np.concatenate(list(engine.speak(networks(voice), golden.line(line)).samples()))


def spoken(engine: Engine, voice: str, line: str) -> Floats:
    return np.concatenate(list(engine.speak(networks(voice), golden.line(line)).samples()))


def wait_until(condition: Callable[[], bool]) -> None:
    ticker = threading.Event()
    for _ in range(int(100 * PATIENCE)):
        if condition():
            return
        ticker.wait(0.01)
    raise AssertionError("it never came to that")


def failure(call: Callable[[], object]) -> BaseException | None:
    """What a call raises; a call that hangs fails the test, and keeps nothing else from ending."""
    done: Future[object] = Future()

    def run() -> None:
        try:
            done.set_result(call())
        except RuntimeError as error:
            done.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return done.exception(PATIENCE)


def absurd(
    tensor: str, change: Callable[[Floats], Floats], library: ctypes.CDLL | None = LIBRARY
) -> Networks:
    """The plain voice, one tensor of which has been spoilt."""
    return Networks(export_voice(altered("plain_emo", acoustic={tensor: change})), library)


class Held(MelDecoder):
    """A decoder that takes each line some steps, and then waits to be let go."""

    def __init__(self, free: int) -> None:
        super().__init__(exported("plain_emo").tensors, exported("plain_emo").acoustic, LIBRARY)
        self.reached, self.let_go = threading.Event(), threading.Event()
        self._free = free

    def advance(self, decodings: Sequence[Decoding], steps: int) -> None:
        if any(decoding.step + steps > self._free for decoding in decodings):
            self.reached.set()
            assert self.let_go.wait(PATIENCE)
        super().advance(decodings, steps)


class Broken(MelDecoder):
    """A decoder that runs out of memory."""

    def advance(self, decodings: Sequence[Decoding], steps: int) -> None:
        raise MemoryError("no room")


def with_decoder(decoder: MelDecoder) -> Networks:
    """The plain voice with a decoder in the place of its own."""
    loaded = Networks(exported("plain_emo"), LIBRARY, "fp32")
    loaded.decoder = decoder
    return loaded


@pytest.mark.parametrize(("voice", "line"), LINES)
def test_many_lines_at_once_from_many_threads_sound_as_each_does_alone(voice: str, line: str) -> None:
    """All lines three times over; what this one became is looked at here."""
    np.testing.assert_allclose(crowd()[voice, line], [alone(voice, line)] * 3, rtol=0, atol=TOLERANCE)


@cache
def crowd() -> dict[tuple[str, str], list[Floats]]:
    """What each of the lines became, three times over, from 16 threads in one engine."""
    with Engine(threads=2) as engine, ThreadPoolExecutor(16) as pool:
        futures = [(key, pool.submit(spoken, engine, *key)) for key in LINES * 3]
        given: dict[tuple[str, str], list[Floats]] = {key: [] for key in LINES}
        for key, future in futures:
            given[key].append(future.result(PATIENCE))
        assert engine.counts["spoken"] == 3 * len(LINES)
    return given


def test_lines_may_be_asked_for_before_any_is_listened_to(engine: Engine) -> None:
    speaking = [engine.speak(networks(voice), golden.line(line)) for voice, line in LINES]
    for (voice, line), one in reversed(list(zip(LINES, speaking, strict=True))):
        given = np.concatenate(list(one.samples()))
        np.testing.assert_allclose(given, alone(voice, line), rtol=0, atol=TOLERANCE)


def test_the_plan_tells_durations_before_anything_is_listened_to(engine: Engine) -> None:
    speaking = engine.speak(networks("fp_emo"), golden.line("mid"))
    plan = speaking.plan()
    np.testing.assert_array_equal(plan.durations, golden.values("fp_emo__mid")["dur"])
    assert len(np.concatenate(list(speaking.samples()))) == 200 * plan.frames


@on_every_path
def test_first_samples_are_there_before_the_line_is_decoded(library: ctypes.CDLL | None) -> None:
    loaded = Networks(exported("plain_emo"), library)
    advance, start = loaded.decoder.advance, loaded.vocoder.start
    line: list[Decoding] = []
    heard: list[int] = []  # steps that were decoded by then

    def advanced(decodings: Sequence[Decoding], steps: int) -> None:
        advance(decodings, steps)
        line[:] = decodings

    def started(total: int) -> VocoderStream:
        stream = start(total)
        speak = stream.speak

        def spoken(frames: int) -> Floats:
            heard.append(line[0].step)
            return speak(frames)

        stream.speak = spoken  # type: ignore[method-assign]
        return stream

    loaded.decoder.advance = advanced  # type: ignore[method-assign]
    loaded.vocoder.start = started  # type: ignore[method-assign,assignment]
    with Engine(threads=1) as engine:
        speaking = engine.speak(loaded, golden.line("long"))
        given = list(speaking.samples())
    total = -(-speaking.plan().frames // 3)
    assert len(heard) == len(given) > 3
    look_ahead = loaded.postnet.lag + loaded.vocoder.behind
    assert heard[0] <= (len(given[0]) // 200 + look_ahead) // 3 + 16 < total
    assert heard == sorted(heard)
    assert heard[-1] == total
    assert len(given[0]) < len(given[-1])


def test_a_piece_needs_no_more_steps_than_it_and_the_look_ahead_have() -> None:
    loaded = networks("plain_emo")
    progress = Progress(loaded, golden.line("long"), keep_mel=False)
    while not progress.finished:
        steps = progress.missing_steps
        loaded.decoder.advance([progress.decoding], steps)
        assert progress.missing_steps == 0
        before = progress.spoken
        samples = progress.render()
        assert len(samples) == 200 * (progress.spoken - before) > 0
        needed = progress.spoken + loaded.postnet.lag + loaded.vocoder.behind
        assert progress.decoding.done < min(needed, progress.plan.frames) + 3
    assert progress.spoken == progress.plan.frames


@pytest.mark.parametrize("voice", ["plain_emo", "causal_emo", "nsf_emo"])
@pytest.mark.parametrize("frames", [1, 2, 4])
def test_a_line_of_a_frame_or_a_few_is_a_line(engine: Engine, voice: str, frames: int) -> None:
    own = np.expm1(networks(voice).acoustic.plan(golden.line("short")).log_durations[0])
    speaking = engine.speak(networks(voice), said("short", rate=[float(own) / frames, *[1e4] * 9]))
    samples = np.concatenate(list(speaking.samples()))
    assert speaking.plan().frames == frames
    assert len(samples) == 200 * frames
    assert np.isfinite(samples).all()


def test_who_stops_listening_frees_the_line_and_the_others_go_on(engine: Engine) -> None:
    decoder = Held(free=60)
    loaded = with_decoder(decoder)
    leaver = engine.speak(loaded, said("long", rate=0.5))  # 300 steps
    samples = leaver.samples()
    next(samples)
    assert decoder.reached.wait(PATIENCE)
    others = [engine.speak(loaded, golden.line("short")) for _ in range(3)]
    samples.close()  # type: ignore[attr-defined]
    assert leaver.cancelled
    decoder.let_go.set()
    for other in others:
        given = np.concatenate(list(other.samples()))
        np.testing.assert_allclose(given, alone("plain_emo", "short"), rtol=0, atol=TOLERANCE)
    assert not leaver.finished
    assert engine.counts == Counter(cancelled=1, spoken=3)


def test_newcomers_do_not_keep_a_line_from_its_end() -> None:
    """Three of them are there at any time, and each has heard less than the line that came first."""
    voice = networks("plain_emo")
    newcomer = golden.line("mid")
    long = SymbolLine.plain(" ".join([newcomer.text] * 8))
    with Engine(threads=1) as engine:
        first = engine.speak(voice, long)
        others = [engine.speak(voice, newcomer) for _ in range(3)]
        for _ in range(100):
            if first.finished:
                break
            list(others.pop(0).samples())
            others.append(engine.speak(voice, newcomer))
        assert first.finished


def test_a_line_that_is_cancelled_before_its_plan_is_there_keeps_nobody_waiting() -> None:
    decoder = Held(free=0)
    with Engine(threads=1) as engine:
        first = engine.speak(with_decoder(decoder), golden.line("short"))
        assert decoder.reached.wait(PATIENCE)
        second = engine.speak(networks("plain_emo"), golden.line("short"))
        second.cancelled = True
        decoder.let_go.set()
        assert "cancelled" in str(failure(second.plan))
        assert "cancelled" in str(failure(lambda: list(second.samples())))
        assert len(list(first.samples())) > 0


def test_an_unreadable_line_is_an_error_for_who_asked_and_for_nobody_else(engine: Engine) -> None:
    before = engine.speak(networks("plain_emo"), golden.line("mid"))
    unreadable = engine.speak(networks("plain_emo"), UNREADABLE)
    after = engine.speak(networks("plain_emo"), golden.line("short"))
    with pytest.raises(SymbolError, match="nobody"):
        unreadable.plan()
    with pytest.raises(SymbolError, match="nobody"):
        list(unreadable.samples())
    for speaking, line in ((before, "mid"), (after, "short")):
        given = np.concatenate(list(speaking.samples()))
        np.testing.assert_allclose(given, alone("plain_emo", line), rtol=0, atol=TOLERANCE)
    assert engine.counts["unusable"] == 0
    assert engine.counts["spoken"] == 2


@pytest.mark.parametrize(
    ("tensor", "change", "complaint"),
    [
        ("variance_adaptor.duration_predictor.fc.bias", lambda bias: bias + 10, "s for one symbol"),
        ("variance_adaptor.duration_predictor.fc.bias", lambda bias: bias - 100, "no duration"),
        ("mel_decoder.mel_dec.dec_out_proj.bias", lambda bias: bias * np.float32(np.nan), "out of range"),
        ("mel_decoder.mel_dec.dec_out_proj.bias", lambda bias: bias + 1000, "out of range"),
    ],
)
@on_every_path
def test_what_is_no_speech_is_an_error_and_counted(
    engine: Engine,
    tensor: str,
    change: Callable[[Floats], Floats],
    complaint: str,
    library: ctypes.CDLL | None,
) -> None:
    spoilt = engine.speak(absurd(tensor, change, library), golden.line("short"))
    sound = engine.speak(networks("plain_emo"), golden.line("short"))
    with pytest.raises(UnusableSpeechError, match=complaint):
        list(spoilt.samples())
    given = np.concatenate(list(sound.samples()))
    np.testing.assert_allclose(given, alone("plain_emo", "short"), rtol=0, atol=TOLERANCE)
    assert engine.counts["unusable"] == 1
    assert engine.counts["spoken"] == 1


@pytest.mark.parametrize("factor", [1e4, np.nan])
def test_what_the_postnet_makes_unusable_is_never_heard(engine: Engine, factor: float) -> None:
    loaded = absurd("mel_postnet.fc.weight", lambda weight: weight * np.float32(factor))
    speaking = engine.speak(loaded, golden.line("short"))
    with pytest.raises(UnusableSpeechError, match="out of range"):
        list(speaking.samples())


def test_a_vocoder_that_gives_no_numbers_is_never_heard(engine: Engine) -> None:
    weights = golden.voice("plain_emo")
    name = "conv_post.conv1d.bias"
    spoilt = replace(weights, vocoder={**weights.vocoder, name: weights.vocoder[name] * np.float32(np.nan)})
    speaking = engine.speak(Networks(export_voice(spoilt), LIBRARY), golden.line("short"))
    with pytest.raises(UnusableSpeechError):
        list(speaking.samples())


def test_a_line_in_which_nothing_can_be_heard_is_no_speech(engine: Engine) -> None:
    weights = golden.voice("plain_emo")
    silent = {
        name: weights.vocoder[name] * 0 for name in ("conv_post.conv1d.weight", "conv_post.conv1d.bias")
    }
    voice = export_voice(replace(weights, vocoder={**weights.vocoder, **silent}))
    with pytest.raises(UnusableSpeechError, match="nothing that can be heard"):
        list(engine.speak(Networks(voice, LIBRARY), golden.line("short")).samples())
    assert engine.counts["unusable"] == 1


def test_pieces_that_int8_spoils_are_made_again_and_counted(engine: Engine) -> None:
    speaking = engine.speak(Networks(with_constant(0), LIBRARY), golden.line("long"))
    pieces = list(speaking.samples())
    assert snr(alone("plain_emo", "long"), np.concatenate(pieces)) > 40  # the decoder's weights have 16 bits
    assert engine.counts["repaired"] == len(pieces) > 1
    assert engine.counts["spoken"] == 1


def test_closing_ends_those_who_wait_with_an_error() -> None:
    engine, decoder = Engine(threads=1), Held(free=0)
    first = engine.speak(with_decoder(decoder), golden.line("long"))
    assert decoder.reached.wait(PATIENCE)
    second = engine.speak(networks("plain_emo"), golden.line("long"))  # the only thread is busy
    waits: list[Callable[[], object]] = [
        second.plan,
        lambda: list(first.samples()),
        lambda: list(second.samples()),
    ]
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(wait) for wait in waits]
        closing = pool.submit(engine.close)
        wait_until(lambda: not engine._open)
        decoder.let_go.set()
        closing.result(PATIENCE)
        for future in waiting:
            assert isinstance(future.exception(PATIENCE), RuntimeError)
            assert "shutting down" in str(future.exception())
    assert len(first.plan().durations) == 71


def test_a_closed_engine_takes_no_lines() -> None:
    engine = Engine(threads=1)
    engine.close()
    engine.close()
    with pytest.raises(RuntimeError, match="closed"):
        engine.speak(networks("plain_emo"), golden.line("short"))


def test_closing_ends_the_threads() -> None:
    before = set(threading.enumerate())
    with Engine(threads=3):
        assert len(set(threading.enumerate()) - before) == 3
    assert set(threading.enumerate()) <= before


def test_a_decoder_that_fails_ends_its_lines_with_its_error(engine: Engine) -> None:
    loaded = with_decoder(Broken(exported("plain_emo").tensors, exported("plain_emo").acoustic, LIBRARY))
    speaking = [engine.speak(loaded, golden.line("short")) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        failed = [pool.submit(list, one.samples()) for one in speaking]
        try:
            assert all(isinstance(future.exception(PATIENCE), MemoryError) for future in failed)
        finally:
            engine.close()
