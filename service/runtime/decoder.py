"""The autoregressive mel decoder, several sentences at a time.

The decoder is bound by reading its weights, so a step of eight sentences costs far less than eight steps.
What one sentence gets does not depend on the others: each of its sums is taken in the same order.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from service.models.config import AcousticConfig
from service.runtime.decoder_weights import PREFIX, DecoderSizes, DecoderWeights
from service.runtime.native.binding import DecoderStruct, SequenceStruct, address, packed
from service.runtime.plain_decoder import advance_plain
from service.runtime.shelf import Shelf

Floats = NDArray[np.float32]


class Decoding:
    """A sentence on its way through the decoder.

    Attributes:
        frames: mel frames before the postnet, shape (steps * frames per step, mels).
        memory: what the decoder reads, shape (steps, memory size).
        band: steps that each step sees back and ahead.
        step: how many steps are done.
        group: frames of a step.
    """

    def __init__(self, sizes: DecoderSizes, memory: Floats, band: int) -> None:
        steps, units, layers = len(memory), sizes.units, sizes.layers
        group, mels = sizes.frames_per_step, sizes.mels
        self.memory, self.band = np.ascontiguousarray(memory, np.float32), band
        self.frames = np.zeros((steps * group, mels), np.float32)
        self.input = np.empty((steps, units), np.float32)
        self.memory_cache = np.empty((layers, steps, 2 * units), np.float32)
        self.cache = np.zeros((layers, band + 1, 2 * units), np.float32)
        arrays = self.memory, self.input, self.memory_cache, self.cache, self.frames
        self.struct = SequenceStruct(steps, 0, band, 0, *map(address, arrays))
        self.step = 0
        self.group = group

    @property
    def steps(self) -> int:
        """How many steps there are."""
        return len(self.memory)

    @property
    def done(self) -> int:
        """How many of ``frames`` are decoded."""
        return self.step * self.group


class MelDecoder:
    """Sambert's decoder: PNCA attention over a band of a few steps (Li et al. 2020, "RobuTrans")."""

    def __init__(
        self, tensors: Mapping[str, Floats], config: AcousticConfig, library: ctypes.CDLL | None
    ) -> None:
        """Takes Sambert's tensors; without the compiled library NumPy computes, some times slower."""
        weights = DecoderWeights(tensors, config)
        self._sizes = weights.sizes
        self._library = library
        if library is None:
            self._plain = weights
            return
        self._packed = np.concatenate(list(_parts(weights)))
        self._struct = _struct(self._packed, weights.sizes)

    def start(self, memory: Floats, band: int) -> Decoding:
        """Gives a sentence at its first step; memory has shape (steps, memory size)."""
        return Decoding(self._sizes, memory, band)

    def advance(self, decodings: Sequence[Decoding], steps: int) -> None:
        """Takes each sentence ``steps`` steps on, or to its end."""
        if self._library is None:
            for decoding in decodings:
                advance_plain(self._plain, decoding, steps)
        else:
            pointers = [ctypes.pointer(decoding.struct) for decoding in decodings]
            batch = (ctypes.POINTER(SequenceStruct) * len(pointers))(*pointers)
            self._library.decode(self._struct, batch, len(pointers), steps)
        for decoding in decodings:
            decoding.step = decoding.struct.step  # only now may others read these frames


def decoder_of(
    tensors: Mapping[str, Floats], config: AcousticConfig, library: ctypes.CDLL | None, shelf: Shelf
) -> MelDecoder:
    """Gives a voice's decoder: that of another voice where their numbers are the same."""
    own = [tensors[name].tobytes() for name in sorted(tensors) if name.startswith(PREFIX)]
    return shelf.get(lambda: MelDecoder(tensors, config, library), ("decoder", config), *own)


def _struct(weights: Floats, sizes: DecoderSizes) -> DecoderStruct:
    return DecoderStruct(
        address(weights),
        sizes.layers,
        sizes.heads,
        sizes.units,
        sizes.inner,
        sizes.memory,
        sizes.mels,
        sizes.frames_per_step,
        (ctypes.c_int32 * 3)(*sizes.prenet),
    )


def _parts(weights: DecoderWeights) -> Iterator[Floats]:
    """All layers in the order in which decoder.cpp reads them."""
    yield from (packed(*layer) for layer in weights.prenet)
    yield packed(*weights.from_memory)
    yield packed(*weights.from_prenet)
    for block in weights.blocks:
        yield np.concatenate(block.attention_norm)
        yield packed(*block.query_key_value)
        yield packed(*block.memory_key_value)
        yield packed(*block.merge)
        yield np.concatenate(block.feed_forward_norm)
        yield packed(*block.feed_forward_1)
        yield packed(*block.feed_forward_2)
    yield np.concatenate(weights.output_norm)
    yield packed(*weights.output)
