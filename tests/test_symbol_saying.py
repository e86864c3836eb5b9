"""``say --symbols`` gives what the reference gives, whichever backend computes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from bench.vocoder import snr
from service.models.errors import ModelError
from service.runtime.exported import write_exported
from service.runtime.int16_vocoder import runs_here
from service.settings import Settings
from service.symbol_saying import (
    Backend,
    Precision,
    SayingError,
    Speech,
    int16,
    read_lines,
    say_symbols,
    write_speech,
)
from tests.models import golden
from tests.models.golden_model import VOICES
from tests.runtime.voices import LIBRARY, NAMES, exported, in_int16, needs_int16

BACKENDS: tuple[Backend, ...] = ("onnx", "torch")
EXACT = {"dur", "band"}
F0_TOLERANCE = 2e-3  # Hz
TOLERANCE = 1e-4
KEYS = {"dur", "band", "log_dur", "pitch", "energy", "mel", "mel_voc", "wav"}
DUMPED = {"dur", "log_dur", "pitch", "energy", "band", "mel", "mel_voc", "wav"}


@pytest.fixture(scope="module", autouse=True)
def _threads() -> Iterator[None]:
    """The torch backend sets PyTorch's threads."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All golden voices, exported."""
    folder = tmp_path_factory.mktemp("exported")
    write_exported([exported(name) for name in NAMES], folder)
    return folder


def settings(model: Path, voice: str) -> Settings:
    return Settings(model=str(model), voices=(voice,))


@cache
def spoken(name: str, backend: Backend, folder: Path) -> Speech:
    voice = name.split("__")[0]
    model = folder if backend == "onnx" else VOICES[voice]
    return say_symbols([golden.line(name).text], settings(model, voice), backend, None, 1)


def has_source(name: str) -> bool:
    return golden.voice(name).vocoder_config.excitation_rate is not None


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("name", "key"), golden.cases(KEYS))
def test_the_networks_say_what_the_references_say(
    name: str, key: str, backend: Backend, folder: Path
) -> None:
    if key == "wav" and has_source(name):
        pytest.skip("the reference drew other noise")
    given, expected = spoken(name, backend, folder).first[key], golden.values(name)[key]
    if key in EXACT:
        np.testing.assert_array_equal(given, expected)
        return
    if key == "mel_voc":
        np.testing.assert_array_equal(given[:, -1], expected[:, -1])
        np.testing.assert_allclose(given[:, -2], expected[:, -2], rtol=0, atol=F0_TOLERANCE)
        given, expected = given[:, :-2], expected[:, :-2]
    np.testing.assert_allclose(given, expected, rtol=0, atol=TOLERANCE)


def test_noise_of_the_torch_backend_is_the_references_at_the_same_seed(folder: Path) -> None:
    expected = golden.values("nsf_emo__short")["wav_torch_seed"]
    given = spoken("nsf_emo__short", "torch", folder).first["wav"]
    np.testing.assert_allclose(given[: len(expected)], expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("backend", BACKENDS)
def test_samples_in_16_bit_are_the_references(backend: Backend, folder: Path) -> None:
    expected = golden.values("plain_emo__short")["int16"].astype(int)
    given = spoken("plain_emo__short", backend, folder).samples.astype(int)
    assert abs(given[: len(expected)] - expected).max() <= 1


def test_numbers_in_16_bit_are_cut_towards_zero_and_clipped() -> None:
    samples = np.array([0.99999, 1.5, -1.5, -1.0, 1.9 / 32768, -1.9 / 32768], np.float32)
    assert int16(samples).tolist() == [32767, 32767, -32768, -32768, 1, -1]


@pytest.mark.parametrize("backend", BACKENDS)
def test_lines_follow_each_other_without_pause_and_the_first_is_dumped(
    backend: Backend, folder: Path, tmp_path: Path
) -> None:
    names = ["plain_emo__short", "plain_emo__odd"]
    one, other = (spoken(name, backend, folder) for name in names)
    model = folder if backend == "onnx" else VOICES["plain_emo"]
    lines = [golden.line(name).text for name in names]
    both = say_symbols(lines, settings(model, "plain_emo"), backend, None, 1)
    np.testing.assert_array_equal(both.samples, np.concatenate([one.samples, other.samples]))

    write_speech(both, tmp_path / "a", tmp_path / "b")
    samples, rate = soundfile.read(tmp_path / "a", dtype="int16")
    assert (rate, soundfile.info(tmp_path / "a").subtype) == (16_000, "PCM_16")
    np.testing.assert_array_equal(samples, both.samples)
    with np.load(tmp_path / "b") as dump:
        assert set(dump) == DUMPED
        np.testing.assert_array_equal(dump["dur"], one.first["dur"])
        assert (dump["dur"].dtype.kind, dump["wav"].dtype, dump["band"].shape) == ("i", np.float32, ())
        assert dump["mel"].shape == (dump["dur"].sum(), 80)


def test_of_a_voice_without_f0_the_vocoder_is_given_the_mel_itself(folder: Path) -> None:
    for backend in BACKENDS:
        said = spoken("plain_emo__short", backend, folder).first
        np.testing.assert_array_equal(said["mel_voc"], said["mel"])


def test_a_line_that_the_voice_does_not_know_is_told_before_any_is_spoken(folder: Path) -> None:
    lines = [golden.line("short").text, "{nonsense$tone1$s_begin$word_begin$emotion_happy$F7}"]
    with pytest.raises(SayingError, match=r"^Symbol line 2: The voice does not know phoneme 'nonsense'"):
        say_symbols(lines, settings(folder, "plain_emo"), "onnx", None, 1)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_line_that_comes_out_as_nothing_is_told(backend: Backend, folder: Path) -> None:
    lines = [golden.line("short").text, "{a_c$tone1$s_none$word_none$emotion_none$F7}"]
    model = folder if backend == "onnx" else VOICES["se_emo"]
    with pytest.raises(SayingError, match=r"^Symbol line 2: The voice .* no "):
        say_symbols(lines, settings(model, "se_emo"), backend, None, 1)


@pytest.mark.parametrize("precision", ["int8", "int16"])
def test_integers_need_a_voice_that_has_them(precision: Precision, folder: Path) -> None:
    with pytest.raises(ModelError, match=f"plain_emo was exported without {precision}"):
        say_symbols([golden.line("short").text], settings(folder, "plain_emo"), "onnx", precision, 1)


@pytest.mark.skipif(runs_here(LIBRARY), reason="this CPU has the instructions for int16")
def test_int16_needs_a_cpu_that_can(tmp_path: Path) -> None:
    write_exported([in_int16("plain_emo")], tmp_path)
    with pytest.raises(ModelError, match="int16 takes a CPU with AVX512-VNNI"):
        say_symbols([golden.line("short").text], settings(tmp_path, "plain_emo"), "onnx", "int16", 1)


@needs_int16
def test_int16_is_spoken_where_it_can_be(tmp_path: Path) -> None:
    write_exported([in_int16("plain_emo")], tmp_path)
    line, chosen = golden.line("short").text, settings(tmp_path, "plain_emo")
    exact = say_symbols([line], chosen, "onnx", None, 1)
    fast = say_symbols([line], chosen, "onnx", "int16", 1)
    assert snr(exact.first["mel"], fast.first["mel"]) > 60
    assert snr(exact.first["wav"], fast.first["wav"]) > 40
    assert not np.array_equal(exact.first["wav"], fast.first["wav"])


def test_the_torch_backend_has_no_int8(folder: Path) -> None:
    with pytest.raises(SayingError, match="computes in fp32 only"):
        say_symbols([golden.line("short").text], settings(folder, "plain_emo"), "torch", "int8", 1)


def test_the_torch_backend_reads_official_checkpoints_only(folder: Path) -> None:
    with pytest.raises(SayingError, match="holds exported voices"):
        say_symbols([golden.line("short").text], settings(folder, "plain_emo"), "torch", None, 1)


@pytest.mark.parametrize(
    "text",
    ["{a} {b}\n{c}\n", "{a} {b}\r\n\r\n{c}", "0\t{a} {b}\n \n1\t{c}\n2\t\n", "\ufeff0\t{a} {b}\n1\t{c}"],
)
def test_a_file_holds_a_line_of_symbols_each_with_or_without_its_number(tmp_path: Path, text: str) -> None:
    file = tmp_path / "lines"
    file.write_text(text, "utf-8", newline="")
    assert read_lines(file) == ["{a} {b}", "{c}"]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "holds no symbols"), (b" \n\n", "holds no symbols"), (b"\xff\xfe\x00", "is no text in UTF-8")],
)
def test_a_file_without_symbols_is_told(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "lines"
    file.write_bytes(content)
    with pytest.raises(SayingError, match=said):
        read_lines(file)


def test_a_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(SayingError, match="none cannot be read: No such file"):
        read_lines(tmp_path / "none")
    with pytest.raises(SayingError, match="cannot be read: Is a directory"):
        read_lines(tmp_path)
