"""The autoregressive mel decoder, several sentences at a time.

The decoder is bound by reading its weights, so a step of eight sentences costs far less than eight steps, and
weights of 16 bits are read in half the time. What one sentence gets does not depend on the others: each of
its sums is taken in the same order.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from service.models.config import AcousticConfig
from service.runtime.decoder_weights import PREFIX, DecoderSizes, DecoderWeights
from service.runtime.native.binding import DecoderStruct, SequenceStruct, address
from service.runtime.native.packing import Bytes, in_bytes, joined, packed
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
        self,
        tensors: Mapping[str, Floats],
        config: AcousticConfig,
        library: ctypes.CDLL | None,
        *,
        exact: bool = True,
        lanes: int | None = None,
    ) -> None:
        """Takes what it is made of.

        Args:
            tensors: Sambert's.
            config: the voice's.
            library: the compiled one; without it NumPy computes, some times slower.
            exact: keep the weights in fp32; else they are rounded to 16 bits where compiled code computes.
            lanes: floats that vectors hold, 4, 8 or 16; None is the most that this CPU can.
        """
        weights = DecoderWeights(tensors, config)
        self._sizes = weights.sizes
        self._library = library
        if library is None:
            self._plain = weights
            return
        self._packed = joined(_parts(weights, exact))
        lanes = lanes or library.widest_vectors()
        self._struct = _struct(self._packed, weights.sizes, lanes, exact)

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
    tensors: Mapping[str, Floats],
    config: AcousticConfig,
    library: ctypes.CDLL | None,
    shelf: Shelf,
    *,
    exact: bool,
) -> MelDecoder:
    """Gives a voice's decoder: that of another voice where their numbers are the same."""
    own = [tensors[name].tobytes() for name in sorted(tensors) if name.startswith(PREFIX)]
    kind = "decoder", config.decoder_heads, config.frames_per_step, exact
    return shelf.get(lambda: MelDecoder(tensors, config, library, exact=exact), kind, *own)


def _struct(weights: Bytes, sizes: DecoderSizes, lanes: int, exact: bool) -> DecoderStruct:
    return DecoderStruct(
        address(weights),
        lanes,
        exact,
        sizes.layers,
        sizes.heads,
        sizes.units,
        sizes.inner,
        sizes.memory,
        sizes.mels,
        sizes.frames_per_step,
        (ctypes.c_int32 * 3)(*sizes.prenet),
    )


def _parts(weights: DecoderWeights, exact: bool) -> Iterator[Bytes]:
    """All layers in the order in which networks.h reads them."""
    first = *weights.prenet, weights.from_memory, weights.from_prenet
    yield from (packed(*layer, exact=exact) for layer in first)
    for block in weights.blocks:
        yield from map(in_bytes, block.attention_norm)
        yield packed(*block.query_key_value, exact=exact)
        yield packed(*block.memory_key_value, exact=exact)
        yield packed(*block.merge, exact=exact)
        yield from map(in_bytes, block.feed_forward_norm)
        yield packed(*block.feed_forward_1, exact=exact)
        yield packed(*block.feed_forward_2, exact=exact)
    yield from map(in_bytes, weights.output_norm)
    yield packed(*weights.output, exact=exact)
