"""How far a line has come: from the decoder through postnet and vocoder to samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from service.models.line import SymbolLine
from service.runtime.guard import UnusableSpeechError, check_mel, is_silent
from service.runtime.networks import Networks

Floats = NDArray[np.float32]

_PIECES = (16, 32, 64, 128, 192)
"""Frames of the first pieces: short, so that the first sound comes soon; the last size holds for the rest."""


class Progress:
    """A planned line, a piece at a time.

    Attributes:
        plan: its durations and more.
        decoding: its way through the decoder.
        spoken: frames that have become samples.
        mel: what the vocoder was given so far, in arrays of shape (m, mels), if it is kept.
    """

    def __init__(self, networks: Networks, line: SymbolLine, *, keep_mel: bool) -> None:
        """Plans the line.

        Raises:
            SymbolError: the voice cannot read it.
            UnusableSpeechError: what is predicted is no speech.
        """
        self.plan = networks.acoustic.plan(line)
        self.decoding = networks.decoder.start(self.plan.memory, self.plan.band)
        self.spoken = 0
        self.mel: list[Floats] = []
        self._keep_mel = keep_mel
        self._postnet = networks.postnet.start(self.plan.frames)
        self._vocoder = networks.vocoder.start(self.plan.frames)
        self._look_ahead = networks.postnet.lag + networks.vocoder.behind
        self._hop = networks.vocoder.hop
        self._taken = 0  # frames that the postnet was given
        self._refined = 0  # frames that it gave
        self._pieces = 0
        self._silent = True

    @property
    def finished(self) -> bool:
        """Whether every frame has been spoken."""
        return self.spoken >= self.plan.frames

    @property
    def undecoded(self) -> bool:
        """Whether the decoder has steps left to do."""
        return self.decoding.step < self.decoding.steps

    @property
    def repaired(self) -> int:
        """Pieces that had to be made again in fp32."""
        return self._vocoder.repaired

    @property
    def missing_steps(self) -> int:
        """How many more decoder steps the next piece needs."""
        needed = min(self.spoken + self._next_piece() + self._look_ahead, self.plan.frames)
        return max(0, -(-needed // self.decoding.group) - self.decoding.step)

    def render(self) -> Floats:
        """Gives the samples of the next piece, whose frames are decoded.

        Raises:
            UnusableSpeechError: the frames are out of range, or nothing in the whole line can be heard.
        """
        size = self._next_piece()
        self._refine()
        samples = self._vocoder.speak(size)
        self.spoken += size
        self._pieces += 1
        self._silent = self._silent and is_silent(samples)
        if self.finished and self._silent:
            raise UnusableSpeechError("The voice gave nothing that can be heard.")
        return samples

    def _next_piece(self) -> int:
        """The frames of the next piece; a rest too short for a piece of its own goes along."""
        size = _PIECES[min(self._pieces, len(_PIECES) - 1)]
        left = self.plan.frames - self.spoken
        return left if left < size * 3 // 2 else size

    def _refine(self) -> None:
        """Takes all that is decoded through the postnet to the vocoder."""
        done = min(self.decoding.done, self.plan.frames)
        mel = self._postnet.push(self.decoding.frames[self._taken : done])
        check_mel(mel)
        self._vocoder.push(mel, self.plan.f0_factor[self._refined : self._refined + len(mel)])
        self._taken = done
        self._refined += len(mel)
        if self._keep_mel:
            self.mel.append(mel)
