"""Sentences that have been spoken before: what tells them apart, and where they are kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple, replace
from typing import Protocol

from service.text.sentence import Sentence, Word
from service.voice import Clip, Voice

_VERSION = 1  # raise it when a sentence's key no longer says all that its sound depends on


class ClipStore(Protocol):
    """Keeps sentences as they were spoken, as long as it likes to. Safe to share between threads."""

    def get(self, key: str) -> tuple[Clip, ...] | None:
        """The clips of a sentence, their words' spans counted from its start; None if they are not kept."""
        ...

    def put(self, key: str, clips: Sequence[Clip]) -> None:
        """Keeps the clips of a whole sentence; their samples lie on the 16 bit grid of ``quantized``."""
        ...


def clip_key(voice: Voice, sentence: Sentence) -> str:
    """The SHA-256 of all that a sentence's clips depend on."""
    words = [_facts(word, sentence.start) for word in sentence.words]
    facts = json.dumps([_VERSION, voice.name, voice.version, words], ensure_ascii=True)
    return hashlib.sha256(facts.encode("ascii")).hexdigest()


def _facts(word: Word, origin: int) -> object:
    place = word.start - origin, word.end - origin
    sound = [str(syllable) for syllable in word.syllables], word.phones
    return word.text, place, sound, word.break_after, word.pause, word.mark, astuple(word.style)


def shifted(clip: Clip, characters: int) -> Clip:
    """Moves the spans of a clip's words in their source text."""
    words = (
        replace(word, start_char=word.start_char + characters, end_char=word.end_char + characters)
        for word in clip.words
    )
    return replace(clip, words=tuple(words))
