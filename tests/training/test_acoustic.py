"""Sambert as it is trained says what Sambert as it is served says, and learns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from service.models.config import AcousticConfig, F0Scale, VocoderConfig
from service.models.line import SymbolLine
from service.models.sambert import Sambert
from service.models.variance import decoder_memory
from service.models.weights import VoiceWeights
from tests.training.toys import UNIT, examples, takes
from training.acoustic.losses import acoustic_losses
from training.acoustic.network import AcousticNetwork, frames_before
from training.acoustic.task import AcousticTask, held_out_losses
from training.batches import collate
from training.loop import CHECKPOINT, train
from training.presets import PRESETS, Acoustic

SMOKE = PRESETS["smoke"]
SIZES = SMOKE.sizes
GROUP = SIZES.acoustic.outputs_per_step
CPU = torch.device("cpu")


def served(network: AcousticNetwork) -> Sambert:
    """The same numbers in the network that voices are read into."""
    a = SIZES.acoustic
    config = AcousticConfig(
        a.encoder_num_heads, a.decoder_num_heads, GROUP, a.predictor_shift, a.postnet_shift, F0Scale(60, 200)
    )
    tensors = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    vocoder = VocoderConfig(SIZES.vocoder.scales, (), False)
    return Sambert(VoiceWeights("toy", 16_000, UNIT, config, tensors, vocoder, {}, None, ""))


def task(settings: Acoustic = SMOKE.acoustic) -> AcousticTask:
    network = AcousticNetwork(SIZES, UNIT, seed=1)
    acoustic = replace(settings, frames=400, steps=30, warmup=3)
    return AcousticTask(network, examples(6), acoustic, 7, group=GROUP, device=CPU)


class TestNetwork:
    def test_it_says_what_the_served_network_says(self) -> None:
        network = AcousticNetwork(SIZES, UNIT, seed=1).eval()
        batch, made = collate(examples(4), GROUP), takes(4)
        with torch.inference_mode():
            found = network.alone(batch)
        speaker = served(network)
        for place, take in enumerate(made):
            n = len(take.durations)
            plain = SymbolLine.plain(take.line)
            line = replace(plain, intensity=np.full(n, take.intensity, np.float32))
            said = speaker.speak(line)
            assert torch.allclose(said.pitch, found.variance.pitch[place, :n], atol=1e-5)
            assert torch.allclose(said.energy, found.variance.energy[place, :n], atol=1e-5)
            frames = self._decoded(
                speaker, line, batch.pitch[place, :n], batch.energy[place, :n], take.durations
            )
            assert torch.allclose(frames, found.frames[place, : take.frames], atol=1e-5)

    def _decoded(
        self,
        speaker: Sambert,
        line: SymbolLine,
        pitch: torch.Tensor,
        energy: torch.Tensor,
        durations: np.ndarray,
    ) -> torch.Tensor:
        """The served network with true pitch, energy and durations."""
        with torch.inference_mode():
            symbols = speaker._symbols(line)
            adaptor = speaker.variance_adaptor
            hidden = symbols.hidden + adaptor.pitch_emb(pitch[None]).T + adaptor.energy_emb(energy[None]).T
            counts = torch.from_numpy(durations)
            memory = decoder_memory(hidden, symbols.speaker, symbols.emotion, counts, GROUP)
            band = int(durations.max() / GROUP + 0.5)
            rough = speaker.mel_decoder(memory, band).reshape(len(memory) * GROUP, -1)[: durations.sum()]
            frames: torch.Tensor = speaker.mel_postnet(rough)
            return frames

    def test_all_steps_at_once_give_what_they_give_one_by_one(self) -> None:
        network = AcousticNetwork(SIZES, UNIT, seed=1).eval()
        batch = collate(examples(4), GROUP)
        with torch.inference_mode():
            alone = network.alone(batch)
            forced = network(batch, lambda _: frames_before(alone.rough, GROUP))
        assert torch.allclose(alone.rough, forced.rough, atol=1e-5)

    def test_log_durations_follow_the_true_ones_before_them(self) -> None:
        network = AcousticNetwork(SIZES, UNIT, seed=1).eval()
        batch = collate(examples(1), GROUP)
        fed = frames_before(batch.frames, GROUP)
        longer = replace(
            batch, durations=batch.durations + torch.eye(1, batch.durations.shape[1])[0].long() * 5
        )
        with torch.inference_mode():
            a, b = (network(one, lambda _: fed).variance.log_durations[0] for one in (batch, longer))
        assert torch.equal(a[0], b[0])
        assert not torch.equal(a[1], b[1])

    def test_intensity_moves_the_emotion_from_neutral_on(self) -> None:
        network = AcousticNetwork(SIZES, UNIT, seed=1).eval()
        felt = [one for one in examples(6) if "happy" in one.name][:1]
        batch = collate(felt, GROUP)

        def given(_: object) -> torch.Tensor:
            return frames_before(batch.frames, GROUP)

        with torch.inference_mode():
            pitches = [
                network(replace(batch, intensity=torch.tensor([k])), given).variance.pitch for k in (0.0, 1.0)
            ]
        ids = batch.ids.clone()
        ids[:, 4][ids[:, 4] == 5] = 1  # happy said as neutral
        with torch.inference_mode():
            neutral = network(replace(batch, ids=ids), given).variance.pitch
        assert torch.allclose(pitches[0], neutral, atol=1e-6)
        assert not torch.allclose(pitches[1], neutral, atol=1e-6)


class TestLosses:
    def test_nothing_is_lost_on_the_truth(self) -> None:
        network = AcousticNetwork(SIZES, UNIT, seed=1).eval()
        batch = collate(examples(3), GROUP)
        with torch.inference_mode():
            predicted = network.alone(batch)
        truth = (batch.durations + 1.0).log()
        variance = predicted.variance._replace(pitch=batch.pitch, energy=batch.energy, log_durations=truth)
        perfect = replace(predicted, variance=variance, rough=batch.frames, frames=batch.frames)
        assert all(loss == 0 for loss in acoustic_losses(perfect, batch).values())

    def test_what_is_padded_does_not_count(self) -> None:
        network = AcousticNetwork(SIZES, UNIT, seed=1).eval()
        shortest, *others = sorted(examples(6), key=lambda one: len(one.frames))
        with torch.inference_mode():
            losses = []
            for chosen in ([shortest], [shortest, others[-1]]):
                batch = collate(chosen, GROUP)
                predicted = network.alone(batch)
                kept = batch.frame_mask[:1, : len(shortest.frames)]
                assert kept.all()
                first = predicted.frames[0, : len(shortest.frames)]
                losses.append((first - batch.frames[0, : len(first)]).abs().mean())
        assert torch.allclose(losses[0], losses[1], atol=1e-5)


class TestTraining:
    def test_losses_go_down(self) -> None:
        learning = task()
        losses = []
        for number in range(30):
            torch.manual_seed(number)
            losses.append(learning.step(number))
        for name in ("rough", "mel", "duration", "energy", "missed"):
            start, end = (np.mean([step[name] for step in steps]) for steps in (losses[:5], losses[-5:]))
            assert end < 0.9 * start, name
        held_out = held_out_losses(learning.averaged, examples(2), GROUP, CPU)
        assert held_out["held_out_mel"] < losses[0]["mel"]

    def test_what_goes_on_keeps_its_variance_adaptor(self) -> None:
        learning = task(SMOKE.onward(30).acoustic)
        before = {name: tensor.clone() for name, tensor in learning.averaged.state_dict().items()}
        for number in range(2):
            learning.step(number)
        after = learning.averaged.state_dict()
        kept = {name for name, tensor in before.items() if torch.equal(tensor, after[name])}
        assert kept == {name for name in before if name.startswith("variance_adaptor")}

    def test_an_interruption_changes_nothing(self, tmp_path: Path) -> None:
        train(task(), 6, tmp_path / "whole", keep_every=100)
        with pytest.raises(KeyboardInterrupt):
            train(task(), 6, tmp_path / "broken", keep_every=2, told=self._interrupt)
        assert train(task(), 6, tmp_path / "broken", keep_every=2) == 2
        whole, broken = (
            torch.load(tmp_path / name / CHECKPOINT, weights_only=True) for name in ("whole", "broken")
        )
        for module in ("network", "averaged", "recogniser"):
            for name, tensor in whole["modules"][module].items():
                assert torch.equal(tensor, broken["modules"][module][name]), name

    @staticmethod
    def _interrupt(number: int, figures: object) -> None:
        if number == 5:  # one step behind the checkpoint of step 4
            raise KeyboardInterrupt

    def test_each_step_has_its_batch_whatever_was_done_before(self) -> None:
        first, second = task(), task()
        straight = [first._chosen(number) for number in range(8)]
        assert [second._chosen(number) for number in (5, 6, 2)] == [straight[n] for n in (5, 6, 2)]
