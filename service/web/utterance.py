"""An utterance whose text is still coming: it is spoken as soon as there is a sentence."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace

import numpy as np

from service.audio.join import silence
from service.renderer import Renderer
from service.request import SpeechRequest
from service.runtime.patience import Patience
from service.speech import Chunk, sentence_pause
from service.text.errors import NothingToSpeakError
from service.text.incremental import Part, SentenceBuffer
from service.voice import WordTiming

_NOTHING = "The text holds nothing to speak; it needs at least one Chinese or Latin word or a number."


class Utterance:
    """Takes text in pieces, and gives the sound of all of it. One thread may write and another one listen.

    Attributes:
        asked: how it is to be spoken; its text means nothing.
        patience: cancelling it stops the work.
        characters: of the text so far.
        ended: no more text will come.
    """

    def __init__(self, asked: SpeechRequest, renderer: Renderer, seconds: float | None) -> None:
        """``seconds`` is how long each sentence may take; None for ever."""
        self.asked = asked
        self.patience = Patience()
        self.characters = 0
        self.ended = False
        self._renderer, self._seconds = renderer, seconds
        self._buffer = SentenceBuffer()
        self._parts: deque[Part] = deque()
        self._changed = threading.Condition()
        self._heard = 0  # samples so far
        self._pause = 0.0  # seconds that belong between the last sentence and the next one

    def push(self, text: str) -> None:
        """Takes the next piece of the text."""
        self.characters += len(text)
        parts = self._buffer.push(text)
        with self._changed:
            self._parts += parts
            self._changed.notify_all()

    def end(self) -> None:
        """Says that the text is whole."""
        parts = self._buffer.end()
        with self._changed:  # at once, or the listener could find the end and not the last part
            self._parts += parts
            self.ended = True
            self._changed.notify_all()

    def chunks(self) -> Generator[Chunk, None, None]:
        """Speaks the text, waiting for it where needed, until it has ended. Parts without a word are skipped.

        Times and places count from the start of the utterance. A chunk's ``end_char`` is the end of its
        sentence with all marks behind it, from the sentence's first chunk on.

        Raises:
            NothingToSpeakError: there was no word in the whole text.
            SpeechError, FrontEndError, BusyError, PatienceError, VoiceError: as ``Renderer.stream`` says.
        """
        for part in self._coming():
            # What has begun is not refused in the middle: only its first sentence can be.
            patience = Patience(self._seconds, refusable=not self._heard)
            with self.patience.waking(patience.cancel):
                try:
                    asked = self.asked.model_copy(update={"text": part.text})
                    chunks = self._renderer.stream(asked, patience)
                except NothingToSpeakError:
                    continue
                with closing(chunks):
                    yield from self._placed(chunks, part)
        if not self._heard:
            raise NothingToSpeakError(_NOTHING)

    def _coming(self) -> Iterator[Part]:
        with self.patience.waking(self._wake):
            while True:
                with self._changed:
                    self._changed.wait_for(self._has_news)
                    self.patience.check()
                    if not self._parts:
                        return
                    part = self._parts.popleft()
                yield part

    def _has_news(self) -> bool:
        return bool(self._parts) or self.ended or self.patience.cancelled

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _placed(self, chunks: Generator[Chunk, None, None], part: Part) -> Iterator[Chunk]:
        """Moves a part's chunks to their place in the utterance, behind the pause that is due."""
        origin, lead, end = 0.0, None, part.start
        for chunk in chunks:
            if lead is None:
                lead = silence(self._pause, chunk.sample_rate)
                origin = (self._heard + len(lead)) / chunk.sample_rate
                chunk = replace(chunk, samples=np.concatenate([lead, chunk.samples]))
            words = tuple(_moved(word, origin, part.start) for word in chunk.words)
            if chunk.text:
                self._pause = sentence_pause(chunk.text[-1], self.asked.speed)
                reached = max((word.end_char for word in chunk.words), default=len(part.text))
                end = part.start + _with_marks(part.text, reached)
            self._heard += len(chunk.samples)
            yield replace(chunk, words=words, end_char=end)


def _with_marks(text: str, end: int) -> int:
    """Past the punctuation and blanks behind a place of a text; tags of SSML are none."""
    while end < len(text) and not (text[end].isalnum() or text[end] == "<"):
        end += 1
    return end


def _moved(word: WordTiming, seconds: float, characters: int) -> WordTiming:
    start, end = word.start_char + characters, word.end_char + characters
    return replace(word.moved(seconds), start_char=start, end_char=end)
