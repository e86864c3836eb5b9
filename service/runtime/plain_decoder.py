"""The mel decoder in NumPy: what networks.h does, for places where that could not be compiled."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from service.runtime.decoder_weights import DecoderLayer, DecoderWeights, Dense

if TYPE_CHECKING:
    from service.runtime.decoder import Decoding

Floats = NDArray[np.float32]


def advance_plain(weights: DecoderWeights, decoding: Decoding, steps: int) -> None:
    """Takes a sentence ``steps`` steps on, or to its end."""
    if decoding.struct.projected == 0:
        _project(weights, decoding)
    for _ in range(min(steps, decoding.steps - decoding.struct.step)):
        _step(weights, decoding)
        decoding.struct.step += 1


def _project(weights: DecoderWeights, decoding: Decoding) -> None:
    """What depends on the memory alone."""
    decoding.input[:] = _dense(weights.from_memory, decoding.memory)
    for layer, block in enumerate(weights.blocks):
        decoding.memory_cache[layer] = _dense(block.memory_key_value, decoding.memory)
    decoding.struct.projected = decoding.steps


def _step(weights: DecoderWeights, decoding: Decoding) -> None:
    step, group = decoding.struct.step, weights.sizes.frames_per_step
    x = decoding.frames[step * group - 1] if step else np.zeros(weights.sizes.mels, np.float32)
    first, second, third = weights.prenet
    x = _dense(third, np.maximum(_dense(second, np.maximum(_dense(first, x), 0)), 0))
    x = (_dense(weights.from_prenet, x) + decoding.input[step]) * np.float32(math.sqrt(weights.sizes.units))
    for layer, block in enumerate(weights.blocks):
        x = x + _dense(block.merge, _attention(weights, block, decoding, layer, x))
        inner = np.maximum(_dense(block.feed_forward_1, _normal(block.feed_forward_norm, x)), 0)
        x = x + _dense(block.feed_forward_2, inner)
    frames = _dense(weights.output, _normal(weights.output_norm, x))
    decoding.frames[step * group : (step + 1) * group] = frames.reshape(group, -1)


def _attention(
    weights: DecoderWeights, block: DecoderLayer, decoding: Decoding, layer: int, x: Floats
) -> Floats:
    """Both attentions of one step, side by side: to the last steps, and to the memory ahead."""
    query, keys_values = np.split(
        _dense(block.query_key_value, _normal(block.attention_norm, x)), [weights.sizes.units]
    )
    step, band = decoding.struct.step, decoding.band
    decoding.cache[layer, step % (band + 1)] = keys_values
    past = decoding.cache[layer, : step + 1]
    ahead = decoding.memory_cache[layer, step : step + band + 1]
    return np.concatenate([_attend(query, rows, weights.sizes.heads) for rows in (past, ahead)])


def _attend(query: Floats, rows: Floats, heads: int) -> Floats:
    """Softmax attention of a query (units,) to rows (n, 2 * units) of keys and values."""
    keys, values = rows.reshape(len(rows), 2, heads, -1).transpose(1, 2, 0, 3)
    query = query.reshape(heads, -1, 1)
    scores = (keys @ query)[..., 0] / np.float32(math.sqrt(query.shape[1]))
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    heard: Floats = (shares[:, None] @ values).ravel()
    return heard


def _dense(layer: Dense, x: Floats) -> Floats:
    product: Floats = x @ layer[0].T + layer[1]
    return product


def _normal(norm: Dense, x: Floats) -> Floats:
    centred = x - x.mean(dtype=np.float32)
    scale = np.float32(1 / math.sqrt(float((centred * centred).mean()) + 1e-6))
    normal: Floats = centred * scale * norm[0] + norm[1]
    return normal
