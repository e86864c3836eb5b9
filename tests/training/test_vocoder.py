"""HiFi-GAN as it is trained says what HiFi-GAN as it is served says, and learns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from service.models.checkpoint import inference_tensors
from service.models.config import AcousticConfig, VocoderConfig
from service.models.hifigan import HifiGan
from service.models.weights import VoiceWeights
from service.runtime.excitation import ExcitationSource
from tests.training.toys import UNIT, takes
from tests.training.voiced import gliding, spoken
from training.audio import HOP
from training.data import clip, own_mel
from training.loop import CHECKPOINT, train
from training.presets import PRESETS
from training.recogniser import Recogniser
from training.vocoder.adversary import Adversary, features_apart, taken_for_true, told_apart
from training.vocoder.generator import Generator, checkpoint_tensors
from training.vocoder.losses import spectral_losses
from training.vocoder.task import Clip, VocoderTask

SMOKE = PRESETS["smoke"]
CPU = torch.device("cpu")


def clips() -> list[Clip]:
    return [clip(take, own_mel(take), UNIT) for take in takes(4)]


def task(adversary_from: int = 100) -> VocoderTask:
    settings = replace(SMOKE.vocoder, steps=40, adversary_from=adversary_from, frames=12, pieces=2)
    adversary = Adversary(SMOKE.vocoder.adversary, seed=7)
    hears = Recogniser(UNIT.rows("sy"), seed=7, units=16)
    return VocoderTask(Generator(SMOKE.sizes, seed=1), adversary, hears, clips(), settings, 7, device=CPU)


def served(generator: Generator) -> HifiGan:
    """The same numbers in the network that voices are read into."""
    v = SMOKE.sizes.vocoder
    config = VocoderConfig(v.scales, (v.dilations,) * len(v.block_kernels), False, 16_000)
    tensors = inference_tensors(checkpoint_tensors(generator.state_dict()), Path("checkpoint"))
    return HifiGan(
        VoiceWeights("toy", 16_000, UNIT, AcousticConfig(1, 1, 3, 0, 0), {}, config, tensors, None, "")
    )


class TestGenerator:
    def test_it_says_what_the_served_network_says(self) -> None:
        generator = Generator(SMOKE.sizes, seed=1).eval()
        vocoder, clip = served(generator), clips()[0]
        mel = torch.from_numpy(clip.mel.astype(np.float32))
        f0, voiced = torch.from_numpy(clip.f0), torch.from_numpy(clip.voiced).float()
        drawn = vocoder.draw(len(mel), torch.Generator().manual_seed(3))
        whole = torch.cat([mel, f0[:, None], voiced[:, None]], 1)
        excitation = vocoder.excitation(whole, drawn)
        phases = torch.cat([torch.zeros(1), drawn.phases[1:]])
        with torch.inference_mode():
            source = generator.source_module(f0[None], voiced[None], phases[None], drawn.noise[None])
            samples = generator.shaped(mel.T[None], source)
        assert torch.allclose(source[0, 0], excitation, atol=1e-6)
        assert torch.allclose(samples[0], vocoder.speak(whole, excitation), atol=2e-5)

    def test_voiced_speech_is_excited_as_the_runtime_excites_it(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        generator = Generator(SMOKE.sizes, seed=1)
        excited: list[torch.Tensor] = []
        monkeypatch.setattr(generator, "shaped", lambda mel, excitation: excited.append(excitation))
        f0, voiced = np.linspace(200, 300, 9, dtype=np.float32), np.ones(9, np.float32)
        told, spoken = (torch.from_numpy(track).expand(2, 9) for track in (f0, voiced))
        generator.forward(torch.zeros(2, 80, 9), told, spoken, torch.zeros(2))
        weight = generator.source_module.state_dict()["ffn.0.weight"].numpy()
        wanted = ExcitationSource((weight, np.zeros(1, np.float32)), 16_000, HOP)(f0, voiced)
        for example in excited[0].detach().numpy():
            assert np.corrcoef(example[0], wanted)[0, 1] > 0.99

    def test_a_frame_becomes_a_hop_of_samples(self) -> None:
        generator = Generator(SMOKE.sizes, seed=1)
        made = generator(torch.zeros(2, 80, 9), torch.full((2, 9), 200.0), torch.ones(2, 9), torch.zeros(2))
        assert made.shape == (2, 9 * HOP)
        assert made.abs().max() < 1


class TestLosses:
    def test_nothing_is_lost_on_the_truth(self) -> None:
        speech = torch.from_numpy(takes(1)[0].samples)[None]
        assert all(loss == pytest.approx(0, abs=0.02) for loss in spectral_losses(speech, speech).values())

    def test_a_pulse_at_the_wrong_place_is_heard_in_the_wave_alone(self) -> None:
        speech, _ = spoken(gliding(80))
        true = torch.from_numpy(speech)[None]
        near, opposite = (spectral_losses(made, true) for made in (0.9 * true, -true))
        assert opposite["wave"] > 1.9 * 6
        assert near["wave"] < 0.1
        assert opposite["spectrum"] + opposite["mel"] < near["spectrum"] + near["mel"]

    def test_noise_is_further_away_than_what_is_nearly_right(self) -> None:
        speech = torch.from_numpy(takes(1)[0].samples)[None]
        drawn = torch.Generator().manual_seed(1)
        noise = 0.1 * torch.randn(speech.shape, generator=drawn)
        near, far = (
            sum(float(loss) for loss in spectral_losses(made, speech).values())
            for made in (speech + 0.01 * noise, noise)
        )
        assert near < 0.5 * far


class TestAdversary:
    def test_it_learns_to_tell_speech_from_noise(self) -> None:
        adversary = Adversary(0.125, seed=1)
        speech = torch.from_numpy(np.stack([take.samples[:4000] for take in takes(4)]))
        drawn = torch.Generator().manual_seed(1)
        noise = 0.1 * torch.randn(speech.shape, generator=drawn)
        optimiser = torch.optim.AdamW(adversary.parameters(), 1e-3)
        losses = []
        for _ in range(8):
            loss = told_apart(adversary(speech), adversary(noise))
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            losses.append(float(loss.detach()))
        assert losses[-1] < 0.7 * losses[0]
        with torch.inference_mode():
            assert taken_for_true(adversary(speech)) < taken_for_true(adversary(noise))

    def test_equal_speech_has_equal_features(self) -> None:
        adversary = Adversary(0.125, seed=1)
        speech = torch.from_numpy(takes(1)[0].samples[:4000])[None]
        with torch.inference_mode():
            judged = adversary(speech)
            assert features_apart(judged, judged) == 0
            assert features_apart(judged, adversary(0.5 * speech)) > 0


class TestTraining:
    def test_losses_go_down(self) -> None:
        learning = task()
        losses = []
        for number in range(24):
            torch.manual_seed(number)
            figures = learning.step(number)
            losses.append(figures["spectrum"] + figures["mel"])
        assert np.mean(losses[-4:]) < 0.6 * np.mean(losses[:2])

    def test_the_adversary_joins_when_it_is_told_to(self) -> None:
        learning = task(adversary_from=1)
        before = [tensor.clone() for tensor in learning.adversary.parameters()]
        spectral = set(learning.step(0))
        assert spectral == {"spectrum", "mel", "wave", "heard", "adversary", "missed"}
        assert all(map(torch.equal, before, learning.adversary.parameters()))
        assert set(learning.step(1)) - spectral == {"taken", "features"}
        assert not any(map(torch.equal, before[::2], list(learning.adversary.parameters())[::2]))

    def test_an_interruption_changes_nothing(self, tmp_path: Path) -> None:
        train(task(2), 4, tmp_path / "whole", keep_every=100)
        train(task(2), 3, tmp_path / "broken", keep_every=100)
        train(task(2), 4, tmp_path / "broken", keep_every=100)
        whole, broken = (
            torch.load(tmp_path / name / CHECKPOINT, weights_only=True) for name in ("whole", "broken")
        )
        for module in ("generator", "averaged", "adversary", "recogniser"):
            for name, tensor in whole["modules"][module].items():
                assert torch.equal(tensor, broken["modules"][module][name]), name

    def test_takes_that_are_too_short_are_refused(self) -> None:
        with pytest.raises(ValueError, match="frames of a piece"):
            VocoderTask(
                Generator(SMOKE.sizes),
                Adversary(0.125),
                Recogniser(UNIT.rows("sy")),
                clips(),
                replace(SMOKE.vocoder, frames=10_000),
                7,
                device=CPU,
            )
