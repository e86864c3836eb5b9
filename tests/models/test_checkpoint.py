from __future__ import annotations

import io
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.parametrizations import weight_norm

from service.models.checkpoint import Arrays, read_tensors
from service.models.errors import ModelError
from tests.models.golden_model import VOICES

ACOUSTIC = ("model", "fsnet")
VOCODER = ("model.generator", "generator")
ONES = torch.ones(2, 3)


def saved(folder: Path, document: object, name: str = "checkpoint_1.pth") -> Path:
    path = folder / name
    torch.save(document, path)
    return path


def checkpoint_of(voice: str, network: str) -> Path:
    path = next((VOICES[voice] / "voices" / voice / network / "ckpt").glob("checkpoint_[01]*.pth"))
    assert path.stat().st_size > 10_000
    return path


def generator_of(voice: str) -> dict[str, torch.Tensor]:
    tensors: dict[str, torch.Tensor] = torch.load(checkpoint_of(voice, "voc"), weights_only=True)["model"][
        "generator"
    ]
    return tensors


def equal(one: Arrays, other: Arrays) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


def test_tensors_keep_their_names_and_values() -> None:
    path = checkpoint_of("plain_emo", "am")
    stored = torch.load(path, weights_only=True)["model"]
    tensors = read_tensors(path, *ACOUSTIC)
    name = "mel_decoder.mel_dec.pnca.1.pnca_attn.w_h_kv.weight"
    assert np.array_equal(tensors[name], stored[name].numpy())
    assert {array.dtype for array in tensors.values()} == {np.dtype(np.float32)}


def test_position_tables_are_left_out() -> None:
    stored = torch.load(checkpoint_of("plain_emo", "am"), weights_only=True)["model"]
    tensors = read_tensors(checkpoint_of("plain_emo", "am"), *ACOUSTIC)
    assert stored.keys() - tensors.keys() == {
        "text_encoder.ling_enc.position_enc.position_enc",
        "variance_adaptor.dur_position_encoder.inv_timescales",
    }


def test_what_only_training_needs_is_left_out(tmp_path: Path) -> None:
    model = {"align_attention.attn_proj.weight": ONES, "spk_tokenizer.weight": ONES}
    path = saved(tmp_path, {"model": model, "optimizer": {"state": {}}, "scheduler": {}, "steps": 3})
    assert list(read_tensors(path, *ACOUSTIC)) == ["spk_tokenizer.weight"]


@pytest.mark.parametrize(
    "layer", [nn.Conv1d(3, 5, 7), nn.ConvTranspose1d(3, 5, 4, stride=2)], ids=["conv", "deconv"]
)
def test_weight_norm_is_folded_as_pytorch_does(tmp_path: Path, layer: nn.Module) -> None:
    normed = weight_norm(layer)
    with torch.no_grad():
        normed.parametrizations.weight.original0.mul_(1.7)
    current = {f"conv.{name}": value for name, value in normed.state_dict().items()}
    old = {
        "conv.bias": current["conv.bias"],
        "conv.weight_g": current["conv.parametrizations.weight.original0"],
        "conv.weight_v": current["conv.parametrizations.weight.original1"],
    }
    for number, tensors in enumerate((current, old)):
        read = read_tensors(saved(tmp_path, {"generator": tensors}, f"{number}.pth"), *VOCODER)
        assert read.keys() == {"conv.bias", "conv.weight"}
        np.testing.assert_allclose(read["conv.weight"], normed.weight.detach().numpy(), rtol=1e-6)


def test_half_a_weight_norm_is_named(tmp_path: Path) -> None:
    tensors = {"conv_pre.conv1d.weight_v": ONES}
    with pytest.raises(ModelError, match=r"checkpoint_1\.pth lacks conv_pre\.conv1d\.weight_g"):
        read_tensors(saved(tmp_path, {"generator": tensors}), *VOCODER)


def test_a_weight_norm_without_direction_is_refused(tmp_path: Path) -> None:
    tensors = {"conv.weight_v": torch.zeros(2, 3, 1), "conv.weight_g": torch.ones(2, 1, 1)}
    with pytest.raises(ModelError, match=r"conv\.weight_g and weight_v do not fit"):
        read_tensors(saved(tmp_path, {"generator": tensors}), *VOCODER)


def test_the_oldest_vocoder_names_are_read_as_the_current_ones(tmp_path: Path) -> None:
    def old(name: str) -> str:
        name = name.replace("transpose_upsamples.", "ups.").replace(".1.deconv", ".deconv")
        return name.replace("repeat_upsamples.", "repeat_ups.").replace("conv_blocks.", "resblocks.")

    tensors = {old(name): value for name, value in generator_of("causal_emo").items()}
    assert {"ups.0.deconv.weight_g", "repeat_ups.3.2.conv1d.bias"} < tensors.keys()
    read = read_tensors(saved(tmp_path, {"generator": tensors}, "pytorch_model.bin"), *VOCODER)
    assert equal(read, read_tensors(checkpoint_of("causal_emo", "voc"), *VOCODER))


def test_the_format_from_before_pytorch_1_6_is_read(tmp_path: Path) -> None:
    document = torch.load(checkpoint_of("plain_emo", "am"), weights_only=True)
    path = tmp_path / "checkpoint_1.pth"
    torch.save(document, path, _use_new_zipfile_serialization=False)
    assert equal(read_tensors(path, *ACOUSTIC), read_tensors(checkpoint_of("plain_emo", "am"), *ACOUSTIC))


@pytest.mark.parametrize("protocol", [2, 4, 5])
@pytest.mark.parametrize("top", [True, False])
def test_a_plain_pickle_of_arrays_is_read(tmp_path: Path, protocol: int, top: bool) -> None:
    arrays = {"spk_tokenizer.weight": np.arange(6, dtype=np.float64).reshape(2, 3)}
    path = tmp_path / "pytorch_model.bin"
    path.write_bytes(pickle.dumps({"fsnet": arrays} if top else arrays, protocol))
    assert np.array_equal(read_tensors(path, *ACOUSTIC)["spk_tokenizer.weight"], [[0, 1, 2], [3, 4, 5]])


def test_half_precision_becomes_single(tmp_path: Path) -> None:
    path = saved(tmp_path, {"model": {"a": ONES.to(torch.bfloat16), "b": ONES.half()}})
    assert {array.dtype for array in read_tensors(path, *ACOUSTIC).values()} == {np.dtype(np.float32)}


class _Command:
    """Pickles as a call that leaves a mark."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self._mark,)


@pytest.mark.parametrize("plain", [True, False])
def test_code_in_a_checkpoint_is_not_run(tmp_path: Path, plain: bool) -> None:
    path, document = tmp_path / "checkpoint_1.pth", {"model": {"a": _Command(tmp_path / "mark")}}
    if plain:
        path.write_bytes(pickle.dumps(document))
    else:
        torch.save(document, path)
    with pytest.raises(ModelError, match=r"checkpoint_1\.pth cannot be read as a checkpoint"):
        read_tensors(path, *ACOUSTIC)
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize("voice", ["plain_emo", "legacy_emo"])
@pytest.mark.parametrize("part", [0.02, 0.5, 0.999])
def test_a_half_downloaded_file_is_named(tmp_path: Path, voice: str, part: float) -> None:
    whole = checkpoint_of(voice, "am").read_bytes()
    path = tmp_path / "checkpoint_7.pth"
    path.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(ModelError, match=r"checkpoint_7\.pth cannot be read as a checkpoint: it is damaged"):
        read_tensors(path, *ACOUSTIC)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 50\n",
            "is a pointer of Git LFS",
        ),
        (b"<!DOCTYPE html><html></html>", "cannot be read as a checkpoint"),
        (b"PK\x03\x04" + bytes(1000), "cannot be read as a checkpoint"),
        (pickle.dumps([1, 2]), "holds no tensors under model or fsnet"),
    ],
    ids=["empty", "pointer", "page", "archive", "pickle"],
)
def test_what_is_no_checkpoint_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "checkpoint_7.pth"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=rf"checkpoint_7\.pth {message}"):
        read_tensors(path, *ACOUSTIC)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"checkpoint_7\.pth cannot be read: No such file"):
        read_tensors(tmp_path / "checkpoint_7.pth", *ACOUSTIC)


@pytest.mark.parametrize(
    "document", [{"steps": 3}, {"model": {}}, {"model": 3}, {"model": {"discriminator": {}}}, []]
)
def test_a_checkpoint_of_something_else_is_refused_with_the_keys(tmp_path: Path, document: object) -> None:
    with pytest.raises(ModelError, match=r"holds no tensors under model\.generator or generator"):
        read_tensors(saved(tmp_path, document), *VOCODER)


@pytest.mark.parametrize(
    ("value", "message"),
    [("text", "a is no tensor of numbers"), (ONES * float("nan"), "a holds .* not finite")],
)
def test_odd_values_are_named(tmp_path: Path, value: object, message: str) -> None:
    with pytest.raises(ModelError, match=rf"checkpoint_1\.pth: {message}"):
        read_tensors(saved(tmp_path, {"model": {"a": value}}), *ACOUSTIC)


def test_reading_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    stream = io.BytesIO()
    torch.save({"model": {"a": ONES}}, stream)
    path = tmp_path / "checkpoint_1.pth"
    path.write_bytes(stream.getvalue())
    read_tensors(path, *ACOUSTIC)["a"][:] = 7
    assert path.read_bytes() == stream.getvalue()
