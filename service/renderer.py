"""What requests become: recordings, through the cache, or streams of chunks."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import astuple

from service.cache import AudioCache, cache_key
from service.observability.metrics import Metrics, length_class
from service.recording import Recording, record
from service.request import SpeechRequest
from service.runtime.patience import Patience
from service.speech import Chunk, Synthesizer, Utterance

AUDIO_VERSION = 2
"""Raise it when the code reads the same text differently, or makes other bytes of the same samples."""


class Renderer:
    """Speaks requests for the web and for jobs. Safe to share between threads."""

    def __init__(self, synthesizer: Callable[[], Synthesizer], cache: AudioCache, metrics: Metrics) -> None:
        """``synthesizer`` gives the synthesizer, or raises what says that there is none yet."""
        self._synthesizer = synthesizer
        self._cache = cache
        self._metrics = metrics

    @property
    def synthesizer(self) -> Synthesizer:
        """Who speaks.

        Raises:
            NotReadyError: the voice is not loaded.
        """
        return self._synthesizer()

    def check(self, asked: SpeechRequest) -> None:
        """Raises what ``recording`` would say of the request itself, without speaking.

        Raises:
            SpeechError, FrontEndError: as ``Synthesizer.stream`` says.
        """
        self.synthesizer.check(_utterance(asked))

    def key(self, asked: SpeechRequest) -> str:
        """The name of the audio in the cache, a SHA-256 in hexadecimal digits.

        SSML may change to any voice on the way, so the version of all of them is part of it.
        """
        synthesizer = self.synthesizer
        return cache_key(
            {
                "audio_version": AUDIO_VERSION,
                "text": asked.text,
                "style": astuple(asked.style)[:-1],
                "format": (asked.format, asked.sample_rate),
                "voice": asked.voice or synthesizer.default_voice.name,
                "version": synthesizer.version,
            }
        )

    def recording(
        self,
        asked: SpeechRequest,
        patience: Patience | None = None,
        heard: Callable[[Chunk], None] = lambda _: None,
    ) -> tuple[Recording, bool]:
        """The whole request as audio, and whether it was there already.

        ``heard`` is called with each chunk as it is made, so not at all for what was there.

        Raises:
            SpeechError, FrontEndError, BusyError, PatienceError, VoiceError: as ``Synthesizer.stream`` says.
        """
        patience = patience or Patience()

        def make() -> Recording:
            with closing(self.stream(asked, patience)) as chunks:
                made = record(chunks, asked.format, asked.sample_rate, heard)
            self._metrics.stage_seconds.labels("encode").observe(made.encode_seconds)
            return made

        return self._cache.get_or_make(self.key(asked), make, patience)

    def stream(self, asked: SpeechRequest, patience: Patience | None = None) -> Generator[Chunk, None, None]:
        """The request as chunks, each as soon as it is made. Closing the generator stops the work.

        Raises:
            SpeechError, FrontEndError, BusyError, PatienceError, VoiceError: as ``Synthesizer.stream`` says.
        """
        patience = patience or Patience()
        started = time.perf_counter()
        chunks = self.synthesizer.stream(_utterance(asked), patience)
        self._metrics.stage_seconds.labels("text").observe(time.perf_counter() - started)
        return self._measured(chunks, asked, patience)

    def _measured(
        self, chunks: Generator[Chunk, None, None], asked: SpeechRequest, patience: Patience
    ) -> Generator[Chunk, None, None]:
        work = queued = audio = 0.0
        try:
            while True:
                started = time.perf_counter()
                chunk = next(chunks, None)
                work += time.perf_counter() - started
                if chunk is None:
                    break
                seconds = len(chunk.samples) / chunk.sample_rate
                if seconds and not audio:
                    self._first_audio(asked, patience)
                queued += chunk.queued
                audio += seconds
                yield chunk
        finally:
            chunks.close()
            if audio:
                self._count(work - queued, queued, audio)

    def _count(self, synthesis: float, queued: float, audio: float) -> None:
        """Counts a request that has been spoken, all of it or a part; times in seconds."""
        self._metrics.audio_seconds.inc(audio)
        self._metrics.stage_seconds.labels("queue").observe(queued)
        self._metrics.stage_seconds.labels("synthesis").observe(synthesis)
        self._metrics.realtime_factor.observe(synthesis / audio)

    def _first_audio(self, asked: SpeechRequest, patience: Patience) -> None:
        labels = length_class(len(asked.text)), self._metrics.known_emotion(asked.emotion)
        self._metrics.first_audio_seconds.labels(*labels).observe(patience.elapsed())


def _utterance(asked: SpeechRequest) -> Utterance:
    return Utterance(asked.text, asked.style)
