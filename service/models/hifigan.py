"""HiFi-GAN's generator: mel spectrograms to samples (arXiv:2010.05646), in KAN-TTS's variant.

A stage starts with ``x + sin(x)``, and beside its transposed convolution runs a repetition with a plain one.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from service.models.excitation import Excitation, Randomness
from service.models.layers import Layers, filled
from service.models.weights import VoiceWeights

_SLOPE = 0.1
_LAST_SLOPE = 0.01


class HifiGan(nn.Module):
    """A voice's vocoder; one with a ``source_module`` (a neural source filter, NSF) needs an excitation."""

    def __init__(self, weights: VoiceWeights) -> None:
        """Takes the voice's numbers.

        Raises:
            ValueError: a tensor is missing, or the tensors and the settings differ in their stages.
            RuntimeError: a tensor is left over or of a shape that does not fit the others.
        """
        super().__init__()
        layers, config = Layers(weights.vocoder), weights.vocoder_config
        causal = config.causal
        self._hop, self._scales = config.hop, config.scales
        self._blocks_a_stage = len(config.dilations)
        self.conv_pre = _Conv(layers.under("conv_pre"), causal)
        self.transpose_upsamples = nn.ModuleList(
            nn.ModuleDict({"1": _Deconv(stage.under("1"), scale, causal)})
            for stage, scale in zip(
                layers.numbered("transpose_upsamples").values(), config.scales, strict=True
            )
        )
        self.repeat_upsamples = nn.ModuleList(
            nn.ModuleDict({"2": _Conv(stage.under("2"), causal)})
            for stage in layers.numbered("repeat_upsamples").values()
        )
        self.conv_blocks = nn.ModuleList(
            _ResidualBlock(block, config.dilations[index % self._blocks_a_stage], causal)
            for index, block in enumerate(layers.numbered("conv_blocks").values())
        )
        self.conv_post = _Conv(layers.under("conv_post"), causal)
        self.source_module: Excitation | None = None
        if config.excitation_rate is not None:
            self.source_module = Excitation(layers.under("source_module"), config.excitation_rate, self._hop)
            self.source_downs = nn.ModuleList(
                _SourceConv(down, math.prod(config.scales[stage + 1 :]), causal)
                for stage, down in enumerate(layers.numbered("source_downs").values())
            )
        filled(self, weights.vocoder)

    @torch.inference_mode()
    def excitation(self, mel: Tensor, randomness: Randomness) -> Tensor:
        """Gives the excitation of an NSF voice, shape (frames * hop,).

        Args:
            mel: shape (frames, mels), the last two channels being F0 in Hz and voicing.
            randomness: for all samples; see ``draw``.

        Raises:
            ValueError: the voice has no source.
        """
        if self.source_module is None:
            raise ValueError("The vocoder has no source that could be excited.")
        source: Tensor = self.source_module(mel[:, -2], mel[:, -1], randomness)
        return source

    def draw(self, frames: int, generator: torch.Generator) -> Randomness:
        """Draws what is random in an NSF voice's excitation of that many frames.

        Raises:
            ValueError: the voice has no source.
        """
        if self.source_module is None:
            raise ValueError("The vocoder has no source that could be excited.")
        return Randomness.draw(self.source_module.harmonics, frames * self._hop, generator)

    @torch.inference_mode()
    def speak(self, mel: Tensor, excitation: Tensor | None = None) -> Tensor:
        """Gives samples of shape (frames * hop,) in (-1, 1).

        Args:
            mel: shape (frames, mels); F0 and voicing of NSF voices are in the excitation already.
            excitation: of NSF voices, shape (frames * hop,); else None.

        Raises:
            ValueError: there is an excitation without a source to take it, or none where there must be.
        """
        if (excitation is None) is not (self.source_module is None):
            wanted = "needs an excitation" if excitation is None else "takes no excitation"
            raise ValueError(f"The vocoder {wanted}.")
        x = self.conv_pre(mel[:, : self.conv_pre.inputs].T)
        for stage in range(len(self.transpose_upsamples)):
            x = self._upsampled(stage, x + x.sin())
            if excitation is not None:
                x = x + self.source_downs[stage](excitation[None])
            first = stage * self._blocks_a_stage
            blocks = self.conv_blocks[first : first + self._blocks_a_stage]
            x = torch.stack([block(x) for block in blocks]).mean(0)
        samples: Tensor = self.conv_post(functional.leaky_relu(x, _LAST_SLOPE))[0].tanh()
        return samples

    def _upsampled(self, stage: int, x: Tensor) -> Tensor:
        x = functional.leaky_relu(x, _SLOPE)
        repeat = self.repeat_upsamples.get_submodule(f"{stage}.2")
        transpose = self.transpose_upsamples.get_submodule(f"{stage}.1")
        upsampled: Tensor = repeat(x.repeat_interleave(self._scales[stage], dim=1)) + transpose(x)
        return upsampled


class _Conv(nn.Module):
    """A convolution that keeps the length; a causal one sees nothing ahead."""

    def __init__(self, layers: Layers, causal: bool, dilation: int = 1) -> None:
        super().__init__()
        _, self.inputs, kernel = layers.shape("conv1d.weight")
        reach = (kernel - 1) * dilation
        self._padding = (reach, 0) if causal else (reach // 2, reach // 2)
        self.conv1d = layers.conv1d("conv1d", dilation=dilation)

    def forward(self, x: Tensor) -> Tensor:
        output: Tensor = self.conv1d(functional.pad(x, self._padding))
        return output


class _Deconv(nn.Module):
    """A transposed convolution that makes ``scale`` samples of one; a causal one drops what comes before."""

    def __init__(self, layers: Layers, scale: int, causal: bool) -> None:
        super().__init__()
        kernel = layers.shape("deconv.weight")[2]
        self._scale = scale
        self.deconv = layers.deconv1d("deconv", stride=scale, padding=0 if causal else (kernel - scale) // 2)

    def forward(self, x: Tensor) -> Tensor:
        output: Tensor = self.deconv(x)
        return output[:, : x.shape[1] * self._scale]


class _SourceConv(nn.Module):
    """Brings the excitation down to a stage's rate, ``factor`` times lower."""

    def __init__(self, layers: Layers, factor: int, causal: bool) -> None:
        super().__init__()
        kernel = layers.shape("conv1d.weight")[2]
        self._padding = (kernel - 1, 0) if causal else (factor // 2, factor // 2)
        self.conv1d = layers.conv1d("conv1d", stride=factor)

    def forward(self, excitation: Tensor) -> Tensor:
        output: Tensor = self.conv1d(functional.pad(excitation, self._padding))
        return output


class _ResidualBlock(nn.Module):
    """Pairs of convolutions, each added to what went in; the first of a pair is dilated."""

    def __init__(self, layers: Layers, dilations: tuple[int, ...], causal: bool) -> None:
        super().__init__()
        first, second = layers.numbered("convs1").values(), layers.numbered("convs2").values()
        self.convs1 = nn.ModuleList(
            _Conv(conv, causal, dilation) for conv, dilation in zip(first, dilations, strict=True)
        )
        self.convs2 = nn.ModuleList(_Conv(conv, causal) for conv in second)

    def forward(self, x: Tensor) -> Tensor:
        for wide, narrow in zip(self.convs1, self.convs2, strict=True):
            x = x + narrow(functional.leaky_relu(wide(functional.leaky_relu(x, _SLOPE)), _SLOPE))
        return x
