from __future__ import annotations

import numpy as np
import pytest
import torch

from service.models.layers import Layers, filled
from service.models.sambert import Sambert
from tests.models import golden


def tensors() -> dict[str, np.ndarray]:
    return {
        "net.fcs.0.weight": np.ones((3, 2), np.float32),
        "net.fcs.0.bias": np.zeros(3, np.float32),
        "net.fcs.10.weight": np.ones((1, 3), np.float32),
        "net.fcs.3.weight": np.ones((3, 3), np.float32),
    }


def test_sizes_come_from_the_tensors() -> None:
    layer = Layers(tensors()).under("net").linear("fcs.0")
    assert (layer.in_features, layer.out_features) == (2, 3)


def test_a_layer_without_a_bias_tensor_has_none() -> None:
    layers = Layers(tensors(), "net.")
    assert layers.linear("fcs.0").bias is not None
    assert layers.linear("fcs.3").bias is None


def test_numbers_come_in_their_numeric_order_whatever_is_missing_between_them() -> None:
    assert list(Layers(tensors()).numbered("net.fcs")) == ["0", "3", "10"]


def test_a_missing_tensor_is_named() -> None:
    with pytest.raises(ValueError, match=r"no tensor net\.fc\.weight"):
        Layers(tensors()).under("net").linear("fc")


def test_a_tensor_that_is_left_over_is_named() -> None:
    given = {"weight": np.ones((1, 2), np.float32), "scale": np.ones(1, np.float32)}
    with pytest.raises(RuntimeError, match="scale"):
        filled(Layers({"fc.weight": given["weight"]}).linear("fc"), given)


def test_the_numbers_are_a_copy() -> None:
    given = {"weight": np.ones((1, 2), np.float32)}
    layer = filled(Layers({"fc.weight": given["weight"]}).linear("fc"), given)
    given["weight"][:] = 0
    assert torch.equal(layer.weight, torch.ones(1, 2))


def test_a_networks_tensors_have_their_names_in_the_checkpoint() -> None:
    weights = golden.voice("fp_emo")
    assert Sambert(weights).state_dict().keys() == weights.acoustic.keys()
