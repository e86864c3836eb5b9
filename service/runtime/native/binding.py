"""Finds the compiled library and describes its functions to ctypes."""

from __future__ import annotations

import ctypes
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

_KINDS = (np.float32, np.int16, np.uint8)


class DecoderStruct(ctypes.Structure):
    """``Decoder`` of decoder.cpp."""

    _fields_ = (
        ("weights", ctypes.c_void_p),
        *((name, ctypes.c_int32) for name in ("lanes", "exact", "layers", "heads", "units", "inner")),
        *((name, ctypes.c_int32) for name in ("memory", "mels", "frames_per_step")),
        ("prenet", ctypes.c_int32 * 3),
    )


class SequenceStruct(ctypes.Structure):
    """``Sequence`` of decoder.cpp."""

    _fields_ = (
        *((name, ctypes.c_int32) for name in ("steps", "step", "band", "projected")),
        *((name, ctypes.c_void_p) for name in ("memory", "input", "memory_cache", "cache", "frames")),
    )


class DurationStruct(ctypes.Structure):
    """``DurationPredictor`` of decoder.cpp."""

    _fields_ = (
        ("weights", ctypes.c_void_p),
        ("lanes", ctypes.c_int32),
        ("condition", ctypes.c_int32),
        ("prenet", ctypes.c_int32 * 2),
        ("units", ctypes.c_int32),
    )


class ConvolutionStruct(ctypes.Structure):
    """``Convolution`` of vocoder.cpp."""

    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("weight", "unit", "bias")),
        ("levels", ctypes.c_float),
        *((name, ctypes.c_int32) for name in ("inputs", "outputs", "size", "dilation", "ahead")),
    )


class SourceStruct(ctypes.Structure):
    """``Source`` of vocoder.cpp."""

    _fields_ = (
        ("weight", ctypes.c_void_p),
        ("bias", ctypes.c_void_p),
        *((name, ctypes.c_int32) for name in ("size", "stride", "back")),
    )


class StageStruct(ctypes.Structure):
    """``Stage`` of vocoder.cpp."""

    _fields_ = (
        ("up", ConvolutionStruct),
        ("source", SourceStruct),
        ("blocks", ctypes.POINTER(ConvolutionStruct)),
        *((name, ctypes.c_int32) for name in ("channels", "scale")),
    )


class VocoderStruct(ctypes.Structure):
    """``Vocoder`` of vocoder.cpp."""

    _fields_ = (
        ("first", ConvolutionStruct),
        ("stages", ctypes.POINTER(StageStruct)),
        ("turns", ctypes.POINTER(ctypes.c_int32)),
        ("last", ctypes.c_void_p),
        *((name, ctypes.c_int32) for name in ("stage_count", "block_count", "hop")),
        *((name, ctypes.c_int32) for name in ("last_size", "last_ahead")),
    )


def load_library() -> ctypes.CDLL | None:
    """Gives the compiled library, or None where the package was installed without a compiler."""
    spec = find_spec("service.runtime.native._kernels")
    if spec is None or spec.origin is None:
        return None
    library = ctypes.CDLL(spec.origin)
    library.widest_vectors.restype = ctypes.c_int32
    library.widest_vectors.argtypes = ()
    library.decode.restype = None
    library.decode.argtypes = (
        ctypes.POINTER(DecoderStruct),
        ctypes.POINTER(ctypes.POINTER(SequenceStruct)),
        ctypes.c_int32,
        ctypes.c_int32,
    )
    library.predict_durations.restype = None
    library.predict_durations.argtypes = (
        ctypes.POINTER(DurationStruct),
        ctypes.c_void_p,
        ctypes.c_int32,
        ctypes.c_void_p,
    )
    library.vocoder_runs_here.restype = ctypes.c_int32
    library.vocoder_runs_here.argtypes = ()
    library.vocoder_delay.restype = ctypes.c_int32
    library.vocoder_delay.argtypes = (ctypes.POINTER(VocoderStruct),)
    library.begin_vocoding.restype = ctypes.c_void_p
    library.begin_vocoding.argtypes = (ctypes.c_int32,)
    library.end_vocoding.restype = None
    library.end_vocoding.argtypes = (ctypes.c_void_p,)
    library.vocode.restype = None
    library.vocode.argtypes = (
        ctypes.POINTER(VocoderStruct),
        ctypes.c_void_p,
        ctypes.c_void_p,
        ctypes.c_void_p,
        ctypes.c_int32,
        ctypes.c_void_p,
    )
    return library


def address(array: NDArray[Any]) -> int:
    """Where a contiguous array's numbers lie; it must outlive the use of the address.

    Raises:
        ValueError: the array has gaps, or numbers of a kind that compiled code does not take.
    """
    if not array.flags.c_contiguous or array.dtype not in _KINDS:
        raise ValueError("Only contiguous arrays of float32, int16 and bytes can be handed to compiled code.")
    return int(array.ctypes.data)
