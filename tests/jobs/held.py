"""A voice that stays in the middle of every sentence until a test lets it go on."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Generator
from pathlib import Path

from service.text.sentence import Sentence
from service.voice import Clip, UnspeakableError
from tests.waiting import until
from tests.web.sine import SineVoice

DEADLY = "杀"
FAULTY = "坏"
UNSPEAKABLE = "哑"


class HeldVoice(SineVoice):
    """Tells in the file ``begun`` of a folder who speaks what, and goes on when the file ``go`` is there.

    Where the file ``slow`` is there, every clip takes a moment. A sentence with DEADLY in it kills the
    process, FAULTY is a fault inside, UNSPEAKABLE cannot be said.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__("held", piece=0.05)
        self._folder = folder

    def speak(self, sentence: Sentence) -> Generator[Clip, None, None]:
        with (self._folder / "begun").open("a", encoding="utf-8") as file:
            file.write(f"{os.getpid()} {sentence.text}\n")
        if DEADLY in sentence.text:
            os.kill(os.getpid(), signal.SIGKILL)
        if FAULTY in sentence.text:
            raise RuntimeError("a fault inside")
        if UNSPEAKABLE in sentence.text:
            raise UnspeakableError("This voice cannot say that.")
        for number, clip in enumerate(super().speak(sentence)):
            while number == 1 and not (self._folder / "go").exists():
                yield Clip(clip.samples[:0], (), last=False)
                time.sleep(0.01)
            if (self._folder / "slow").exists():
                time.sleep(0.05)
            yield clip


class Stage:
    """A folder that a held voice plays in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "begun").touch()

    def begun(self) -> list[tuple[int, str]]:
        """Who began to speak what: process ids and sentences, in their order."""
        lines = (self.folder / "begun").read_text(encoding="utf-8").splitlines()
        return [(int(pid), text) for pid, text in (line.split(" ", 1) for line in lines)]

    def wait_for(self, sentences: int) -> tuple[int, str]:
        """Waits until that many have been begun; gives the last of them."""
        until(lambda: len(self.begun()) >= sentences)
        return self.begun()[sentences - 1]

    def slow(self) -> None:
        (self.folder / "slow").touch()

    def go(self) -> None:
        (self.folder / "go").touch()
