"""The whole recipe at toy size, once: from texts to voices that speak."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from rich.console import Console

from service.models.layout import ModelFolder
from service.models.reader import read_voice
from service.runtime.exported import read_exported
from training import data
from training.adopt import adopt
from training.audio import HOP
from training.corpus.corpus import load
from training.folder import read_tensors
from training.kokoro.emotions import EMOTIONS
from training.loop import CHECKPOINT, steps_done
from training.presets import PRESETS
from training.run import Run, RunError
from training.scores import read_scores
from training.start import Start
from training.steps import STEPS, new_acoustic, new_vocoder, ordered, teach
from training.strength import TABLE
from training.takes import Take, load_take, take_path
from training.teacher.orders import orders

INITIALS_WITHOUT_VOICE = {"s_c", "sh_c", "xx_c", "f_c", "q_c", "ch_c", "c_c"}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("training")
    made = Run(
        folder, PRESETS["smoke"], torch.device("cpu"), bf16=False, workers=1, console=Console(quiet=True)
    )
    made.check()
    for step in STEPS.values():
        step(made)
    return made


@pytest.fixture(scope="module")
def takes(run: Run) -> list[Take]:
    return [load_take(run.takes, order.name) for order in ordered(run)]


def symbols(take: Take) -> list[tuple[str, slice]]:
    """Each symbol's phone, and its frames."""
    ends = np.cumsum(take.durations)
    spans = zip(ends - take.durations, ends, strict=True)
    phones = (symbol[1:].split("$")[0] for symbol in take.line.split())
    return [(phone, slice(start, end)) for phone, (start, end) in zip(phones, spans, strict=True)]


class TestTakes:
    def test_each_voice_spoke_in_each_emotion(self, takes: list[Take]) -> None:
        spoken = {(take.voice, take.emotion) for take in takes}
        assert spoken == {(voice, emotion) for voice in ("xiaobei", "yunjian") for emotion in EMOTIONS}

    def test_durations_are_those_of_the_frames(self, takes: list[Take]) -> None:
        for take in takes:
            assert take.durations.sum() == take.frames == len(take.samples) // HOP
            assert all(
                frames.stop > frames.start for phone, frames in symbols(take) if not phone.startswith("#")
            )

    def test_finals_have_voice_and_hissing_initials_have_none(self, takes: list[Take]) -> None:
        finals, hisses = [], []
        for take in takes:
            for phone, frames in symbols(take):
                if phone in INITIALS_WITHOUT_VOICE:
                    hisses.append(take.voiced[frames])
                elif not phone.startswith("#") and phone[0] in "aeiouv":
                    finals.append(take.voiced[frames])
        assert np.concatenate(finals).mean() > 0.75
        assert np.concatenate(hisses).mean() < 0.3

    def test_it_is_quiet_in_breaks_and_loud_in_finals(self, takes: list[Take]) -> None:
        for take in takes:
            energy = 10 * np.log10(np.square(take.samples.reshape(-1, HOP)).mean(axis=1) + 1e-10)
            breaks = np.concatenate([energy[frames] for phone, frames in symbols(take) if phone[0] == "#"])
            finals = np.concatenate(
                [
                    energy[frames]
                    for phone, frames in symbols(take)
                    if phone[0] in "aeiouv" and phone[-2:] == "_c"
                ]
            )
            assert finals.mean() > breaks.mean() + 25

    def test_f0_is_that_of_the_voice_everywhere(self, takes: list[Take]) -> None:
        for take in takes:
            assert take.f0.min() > 50
            assert take.f0.max() < 750
        women, men = (
            np.median(np.concatenate([take.f0[take.voiced] for take in takes if take.voice == voice]))
            for voice in ("xiaobei", "yunjian")
        )
        assert women > 1.4 * men

    def test_a_take_that_was_lost_is_spoken_again_and_is_the_same(self, run: Run, takes: list[Take]) -> None:
        lost = takes[3]
        take_path(run.takes, lost.name).unlink()
        teach(run)
        again = load_take(run.takes, lost.name)
        assert np.array_equal(again.samples, lost.samples)
        assert np.array_equal(again.durations, lost.durations)


class TestVoice:
    @pytest.mark.parametrize("name", ["xiaobei", "yunjian"])
    def test_it_is_read_as_an_official_voice_is(self, run: Run, name: str) -> None:
        model = ModelFolder(run.folder / "voice")
        weights = read_voice(model, name)
        assert weights.unit.speakers == (name,)
        assert weights.unit.emotions == tuple(EMOTIONS)
        assert weights.sample_rate == 16_000
        scale, f0 = data.scale(run), weights.acoustic_config.f0
        assert f0 is not None
        assert (f0.offset, f0.scale) == pytest.approx((scale.f0_mean, scale.f0_deviation))

    def test_both_voices_differ_in_their_speaker_alone(self, run: Run) -> None:
        model = ModelFolder(run.folder / "voice")
        first, second = (read_voice(model, name).acoustic for name in model.voices)
        differing = [name for name in first if not np.array_equal(first[name], second[name])]
        assert differing == ["spk_tokenizer.weight"]

    def test_it_speaks_from_the_command_line(self, run: Run, tmp_path: Path) -> None:
        out = tmp_path / "hello.wav"
        program = [
            sys.executable,
            "-m",
            "service",
            "say",
            "你好，世界。",
            "-o",
            str(out),
            "--emotion",
            "happy",
        ]
        environment = os.environ | {"TTS_MODEL": str(run.folder / "served"), "TTS_CACHE_DIR": str(tmp_path)}
        subprocess.run(program, env=environment, check=True, capture_output=True)
        samples, rate = soundfile.read(out)
        assert rate == 16_000
        assert 0.3 < len(samples) / rate < 20
        assert np.abs(samples).max() > 1e-3

    def test_its_card_says_what_was_done(self, run: Run) -> None:
        card = (run.folder / "voice" / "voices" / "CARD.md").read_text("utf-8")
        spoken = ordered(run)
        learnt = [order for order in spoken if not order.held_out]
        for said in (
            "toy",
            "24 texts",
            f"{len(spoken)} takes",
            f"{len(learnt)} learned from",
            "| fp32, xiaobei, neutral |",
            "yunjian 0.85 (happy 0.93, fear 0.95, surprise 0.96, angry 0.95)",
            "surprise 0.65",
            "CC-BY-SA",
        ):
            assert said in card

    def test_it_has_scores(self, run: Run) -> None:
        assert set(read_scores(run.folder)) == {"fp32, xiaobei, neutral", "fp32, yunjian, neutral"}


class TestAgain:
    def test_what_is_done_is_not_done_again(self, run: Run) -> None:
        before = {path: path.stat().st_mtime_ns for path in run.folder.rglob("*") if path.suffix != ".json"}
        for name in ("corpus", "screen", "acoustic", "vocoder", "tune", "export"):
            STEPS[name](run)
        after = {path: path.stat().st_mtime_ns for path in run.folder.rglob("*") if path.suffix != ".json"}
        assert {path for path in before if path.is_file() and before[path] != after.get(path)} == set()
        assert steps_done(run.folder / "tuning") == 20

    def test_another_preset_needs_another_folder(self, run: Run) -> None:
        other = Run(run.folder, PRESETS["small"], run.device, False, 1, run.console)
        with pytest.raises(RunError, match="choose another"):
            other.check()


class TestGoingOn:
    def test_networks_go_on_from_a_model_that_was_made(self, run: Run, tmp_path: Path) -> None:
        model = run.folder / "voice"
        onward = Run(tmp_path, run.preset.onward(30), run.device, False, 1, run.console, Start(model))
        made = read_tensors(run.folder / "acoustic" / CHECKPOINT)["modules"]["averaged"]
        for name, tensor in new_acoustic(onward).state_dict().items():
            if name == TABLE:  # which is served with other strengths of emotions than it has learned
                assert torch.allclose(tensor, made[name], rtol=2e-3, atol=1e-3), name
            else:
                assert torch.equal(tensor, made[name].half().float()), name
        generator, adversary = new_vocoder(onward)
        tuned = read_tensors(run.folder / "tuning" / CHECKPOINT)["modules"]
        for name, tensor in generator.state_dict().items():
            assert torch.allclose(tensor, tuned["averaged"][name], rtol=2e-3, atol=1e-6), name
        for name, tensor in adversary.state_dict().items():
            assert torch.equal(tensor, tuned["adversary"][name].half().float()), name
        assert data.scale(onward) == data.scale(run)
        assert Start(model).steps == (run.preset.acoustic.steps, 20)

    def test_a_model_with_other_mels_cannot_go_on(self, run: Run, tmp_path: Path) -> None:
        onward = partial(Run, tmp_path, run.preset.onward(30), run.device, False, 1, run.console)
        onward(Start(run.folder / "voice")).check()
        model = shutil.copytree(run.folder / "voice", tmp_path / "model")
        said = model / "voices" / "xiaobei" / "voc" / "config.yaml"
        said.write_text(said.read_text("utf-8").replace("win_length: 512", "win_length: 1000"), "utf-8")
        with pytest.raises(RunError, match=r"'win_length': 1000.*can only go on with.*'win_length': 512"):
            onward(Start(model)).check()

    def test_other_takes_are_spoken_then(self, run: Run) -> None:
        texts = load(run.folder / "corpus.json")
        again = orders(texts, run.preset.takes, run.preset.onward(30).seed)
        assert not {order.name for order in ordered(run)} & {order.name for order in again}


class TestAdopting:
    def test_voices_become_the_embedded_ones_with_their_card(self, run: Run, tmp_path: Path) -> None:
        for _ in range(2):  # the second replaces the first
            (tmp_path / "served" / "old").mkdir(parents=True)
            adopt(run, tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == {"model", "served", "CARD.md"}
        assert [voice.name for voice in read_exported(tmp_path / "served")] == ["xiaobei", "yunjian"]
        assert not (tmp_path / "served" / "old").exists()
        assert list(ModelFolder(tmp_path / "model").voices) == ["xiaobei", "yunjian"]
        assert len(list(tmp_path.rglob("CARD.md"))) == 1

    def test_without_voices_there_is_nothing_to_adopt(self, run: Run, tmp_path: Path) -> None:
        empty = Run(tmp_path, run.preset, run.device, False, 1, run.console)
        with pytest.raises(RunError, match="no voices yet"):
            adopt(empty, tmp_path / "voices")
