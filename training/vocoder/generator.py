"""HiFi-GAN's generator for batches; see ``service.models.hifigan``.

Its convolutions over time are two-dimensional with a height of 1: channels-last, in bfloat16, these are
nearly twice as fast on CPUs. There is no weight norm while it is trained, which would cost a sixth more;
names are those of a checkpoint, and ``checkpoint_tensors`` gives the shapes of one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.voice_sizes import VoiceSizes
from service.models.excitation import summed

HARMONICS = 8  # the fundamental and its overtones
_SLOPE, _LAST_SLOPE = 0.1, 0.01
_AMPLITUDE, _NOISE = 0.1, 0.003
_UNVOICED = _AMPLITUDE / (3 * _NOISE)


class _Conv(nn.Module):
    """A convolution over time that keeps the length, or divides it by ``stride``."""

    def __init__(self, inputs: int, outputs: int, kernel: int, dilation: int = 1) -> None:
        super().__init__()
        padding = (0, (kernel - 1) * dilation // 2)
        self.conv1d = nn.Conv2d(inputs, outputs, (1, kernel), padding=padding, dilation=(1, dilation))

    def forward(self, x: Tensor) -> Tensor:
        output: Tensor = self.conv1d(x)
        return output


class _SourceConv(nn.Module):
    """Brings the excitation down to a stage's rate, ``factor`` times lower."""

    def __init__(self, outputs: int, factor: int) -> None:
        super().__init__()
        kernel = 2 * factor if factor > 1 else 1
        padding = (0, factor // 2)
        self.conv1d = nn.Conv2d(1, outputs, (1, kernel), stride=(1, factor), padding=padding)

    def forward(self, x: Tensor) -> Tensor:
        output: Tensor = self.conv1d(x)
        return output


class _Deconv(nn.Module):
    """A transposed convolution that makes ``scale`` samples of one."""

    def __init__(self, inputs: int, outputs: int, kernel: int, scale: int) -> None:
        super().__init__()
        self.scale = scale
        padding = (0, (kernel - scale) // 2)
        self.deconv = nn.ConvTranspose2d(inputs, outputs, (1, kernel), stride=(1, scale), padding=padding)

    def forward(self, x: Tensor) -> Tensor:
        output: Tensor = self.deconv(x)
        return output[..., : x.shape[-1] * self.scale]


class _ResidualBlock(nn.Module):
    def __init__(self, channels: int, kernel: int, dilations: tuple[int, ...]) -> None:
        super().__init__()
        self.convs1 = nn.ModuleList(_Conv(channels, channels, kernel, dilation) for dilation in dilations)
        self.convs2 = nn.ModuleList(_Conv(channels, channels, kernel) for _ in dilations)

    def forward(self, x: Tensor) -> Tensor:
        for wide, narrow in zip(self.convs1, self.convs2, strict=True):
            x = x + narrow(functional.leaky_relu(wide(functional.leaky_relu(x, _SLOPE)), _SLOPE))
        return x


class _Source(nn.Module):
    def __init__(self, rate: int, hop: int) -> None:
        super().__init__()
        self.rate, self.hop = rate, hop
        self.ffn = nn.ModuleList([nn.Conv1d(HARMONICS, 1, 1)])

    def forward(self, f0: Tensor, voiced: Tensor, phases: Tensor, noise: Tensor) -> Tensor:
        f0 = f0.repeat_interleave(self.hop, dim=1)[:, None]
        voiced = voiced.repeat_interleave(self.hop, dim=1)[:, None]
        orders = torch.arange(1, HARMONICS + 1, device=f0.device)[:, None]
        turns = summed(f0 * orders / self.rate) % 1
        voice = _AMPLITUDE * (2 * math.pi * turns + phases[..., None]).sin() + noise
        mixed: Tensor = self.ffn[0](torch.where(voiced > 0.5, voice, noise * _UNVOICED)).tanh()
        return mixed


class Generator(nn.Module):
    """The non-causal NSF generator, without weight norm."""

    def __init__(self, sizes: VoiceSizes, seed: int = 0) -> None:
        """Takes the voice's sizes; equal seeds give equal numbers."""
        super().__init__()
        v = sizes.vocoder
        widths = [v.channels >> stage for stage in range(len(v.scales) + 1)]
        stages = range(len(v.scales))
        self.scales, self.blocks_a_stage = v.scales, len(v.block_kernels)
        self.conv_pre = _Conv(sizes.acoustic.num_mels, widths[0], 7)
        self.transpose_upsamples = nn.ModuleList(
            nn.ModuleDict({"1": _Deconv(widths[i], widths[i + 1], v.kernels[i], v.scales[i])}) for i in stages
        )
        self.repeat_upsamples = nn.ModuleList(
            nn.ModuleDict({"2": _Conv(widths[i], widths[i + 1], 7)}) for i in stages
        )
        self.conv_blocks = nn.ModuleList(
            _ResidualBlock(widths[i + 1], kernel, v.dilations) for i in stages for kernel in v.block_kernels
        )
        self.source_downs = nn.ModuleList(
            _SourceConv(widths[i + 1], math.prod(v.scales[i + 1 :])) for i in stages
        )
        self.conv_post = _Conv(widths[-1], 1, 7)
        self.source_module = _Source(sizes.sample_rate, v.hop)
        _initialise(self, seed)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, mel: Tensor, f0: Tensor, voiced: Tensor, starts: Tensor) -> Tensor:
        """Gives samples of shape (B, frames * hop), noise drawn anew.

        Harmonics start together, as in the runtime, so that the waveform of a period can be learned.

        Args:
            mel: normalised, shape (B, bands, frames).
            f0: in Hz, also where there is no voice, shape (B, frames).
            voiced: 1 or 0, shape (B, frames).
            starts: turns of the fundamental before the first sample, shape (B,).
        """
        samples = mel.shape[2] * self.source_module.hop
        orders = torch.arange(1, HARMONICS + 1, device=mel.device)
        phases = 2 * math.pi * starts[:, None] * orders
        noise = torch.randn(len(mel), HARMONICS, samples, device=mel.device) * _NOISE
        with torch.autocast(mel.device.type, enabled=False):
            excitation = self.source_module(f0, voiced, phases, noise)
        return self.shaped(mel, excitation)

    def shaped(self, mel: Tensor, excitation: Tensor) -> Tensor:
        """Gives samples from mel and an excitation of shape (B, 1, samples)."""
        excitation = excitation[:, :, None].to(memory_format=torch.channels_last)
        x = self.conv_pre(mel[:, :, None].to(memory_format=torch.channels_last))
        for stage, scale in enumerate(self.scales):
            x = functional.leaky_relu(x + x.sin(), _SLOPE)
            repeat = self.repeat_upsamples.get_submodule(f"{stage}.2")
            transpose = self.transpose_upsamples.get_submodule(f"{stage}.1")
            x = repeat(x.repeat_interleave(scale, dim=3)) + transpose(x)
            x = x + self.source_downs[stage](excitation)
            first = stage * self.blocks_a_stage
            blocks = self.conv_blocks[first : first + self.blocks_a_stage]
            x = torch.stack([block(x) for block in blocks]).mean(0)
        samples: Tensor = self.conv_post(functional.leaky_relu(x, _LAST_SLOPE))
        return samples[:, 0, 0].float().tanh()


def checkpoint_tensors(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Gives a generator's numbers as a checkpoint has them: one-dimensional, in weight-normed parts."""
    tensors: dict[str, Tensor] = {}
    for name, value in state.items():
        value = value.detach().float().cpu()
        if value.dim() == 4:
            value = value[:, :, 0]
        if name.endswith(".weight"):
            norm = value.flatten(1).norm(dim=1).view(-1, 1, 1).clamp(min=1e-12)
            tensors[f"{name}_g"], tensors[f"{name}_v"] = norm, value.contiguous().clone()
        else:
            tensors[name] = value.clone()
    return tensors


def _initialise(network: nn.Module, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    for name, tensor in network.named_parameters():
        if tensor.dim() == 1:
            nn.init.zeros_(tensor)
            continue
        inputs = tensor[0].numel() if "deconv" not in name else tensor.shape[0] * 2
        gain = 0.4 if "convs2" in name or "conv_post" in name else 1.0
        nn.init.normal_(tensor, 0.0, gain * inputs**-0.5, generator=generator)
