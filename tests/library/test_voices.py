"""From TTS_MODEL to voices that can be served."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from service.library.voices import exported_voices, model_folder
from service.models.errors import ModelError
from service.models.layout import ModelFolder
from service.runtime.exported import EXPORT_VERSION, VOCODER_INT8, ExportedVoice, write_exported
from service.settings import Settings
from tests.models.golden_model import MODEL, model_of
from tests.models.hub_server import Hub, running
from tests.runtime.voices import exported

NAME = "iic/speech_sambert-hifigan_tts_small_16k"

SERVE = """
import sys
from service.parts import build_synthesizer
from service.settings import load_settings
from service.speech import Utterance
for chunk in build_synthesizer(load_settings()).stream(Utterance("你好，世界。")):
    print(len(chunk.samples))
print("imported:", *({"torch", "onnx", "modelscope"} & set(sys.modules)))
"""

WITHOUT_CONVERTERS = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "onnx", "modelscope"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
from service.cli import main
main()
"""


def settings(model: Path | str, cache_dir: Path, *voices: str) -> Settings:
    return Settings(model=str(model), cache_dir=cache_dir, voices=voices)


def run(script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def files(folder: Path) -> dict[Path, tuple[int, int]]:
    return {
        path: (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A read-only model with one voice."""
    folder = model_of(tmp_path_factory.mktemp("model"), "causal_emo")
    for path in [folder, *folder.rglob("*")]:
        path.chmod(path.stat().st_mode & ~0o222)
    return folder


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def converted(model: Path, cache: Path) -> ExportedVoice:
    """Its voice, converted for the first time."""
    before = files(model)
    (voice,) = exported_voices(settings(model, cache))
    assert files(model) == before
    return voice


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An exported folder."""
    folder = tmp_path_factory.mktemp("exported")
    write_exported([exported("plain_emo"), exported("fp_emo")], folder)
    return folder


class TestExportedFolder:
    def test_it_is_read_with_its_voices_in_their_order(self, folder: Path, tmp_path: Path) -> None:
        voices = exported_voices(settings(folder, tmp_path))
        assert voices == [exported("plain_emo"), exported("fp_emo")]

    def test_settings_pick_voices_and_their_order(self, folder: Path, tmp_path: Path) -> None:
        voices = exported_voices(settings(folder, tmp_path, "fp_emo", "plain_emo"))
        assert [voice.name for voice in voices] == ["fp_emo", "plain_emo"]

    def test_an_unknown_voice_is_named_beside_those_there_are(self, folder: Path, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="has no voice nobody; it has plain_emo, fp_emo"):
            exported_voices(settings(folder, tmp_path, "nobody"))

    def test_nothing_is_cached(self, folder: Path, tmp_path: Path) -> None:
        exported_voices(settings(folder, tmp_path / "cache"))
        assert not (tmp_path / "cache").exists()

    def test_serving_it_imports_no_converter(self, folder: Path, tmp_path: Path) -> None:
        ran = run(SERVE, TTS_MODEL=str(folder), TTS_CACHE_DIR=str(tmp_path))
        assert ran.returncode == 0, ran.stderr
        *lengths, imported = ran.stdout.splitlines()
        assert sum(map(int, lengths)) > 1000
        assert imported == "imported:"

    def test_it_is_served_where_the_converters_are_not_installed(self, folder: Path, tmp_path: Path) -> None:
        output = tmp_path / "a.wav"
        ran = run(WITHOUT_CONVERTERS, "say", "你好", "-o", str(output), TTS_MODEL=str(folder))
        assert ran.returncode == 0, ran.stderr
        assert output.stat().st_size > 1000


class TestOfficialModel:
    def test_a_voice_is_converted_with_an_int8_vocoder(self, converted: ExportedVoice) -> None:
        assert converted.name == "causal_emo"
        assert VOCODER_INT8 in converted.files
        assert "log_spectral_distance_db" in converted.verdict

    def test_the_second_time_it_comes_from_the_cache(
        self, model: Path, cache: Path, converted: ExportedVoice, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "executable", "/no/python/that/could/convert")
        assert exported_voices(settings(model, cache)) == [converted]

    def test_the_cache_is_keyed_by_content_and_version(
        self, model: Path, cache: Path, converted: ExportedVoice
    ) -> None:
        fingerprint = ModelFolder(model).voice("causal_emo").fingerprint()
        assert [path.name for path in (cache / "voices").iterdir()] == [
            f"{fingerprint[:32]}-v{EXPORT_VERSION}"
        ]

    def test_the_same_content_elsewhere_under_another_name_is_the_same_voice(
        self, cache: Path, converted: ExportedVoice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        elsewhere = model_of(tmp_path, "causal_emo")
        (elsewhere / "voices" / "causal_emo").rename(elsewhere / "voices" / "知妍")
        (elsewhere / "voices" / "voices.json").write_text('{"voices": ["知妍"]}', "utf-8")
        monkeypatch.setattr(sys, "executable", "/no/python/that/could/convert")
        (voice,) = exported_voices(settings(elsewhere, cache))
        assert (voice.name, voice.files) == ("知妍", converted.files)

    def test_a_damaged_entry_is_made_anew(
        self, model: Path, converted: ExportedVoice, cache: Path, tmp_path: Path
    ) -> None:
        copy = tmp_path / "cache"
        shutil.copytree(cache, copy)
        graph = next(copy.rglob(VOCODER_INT8))
        graph.write_bytes(graph.read_bytes()[:-1])
        (voice,) = exported_voices(settings(model, copy))
        assert voice.files.keys() == converted.files.keys()
        assert graph.read_bytes() == voice.files[VOCODER_INT8]

    def test_a_cache_that_cannot_be_written_only_costs_speed(self, model: Path, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        (voice,) = exported_voices(settings(model, tmp_path / "file" / "cache"))
        assert VOCODER_INT8 in voice.files

    def test_converting_leaves_no_converter_behind(
        self, model: Path, cache: Path, converted: ExportedVoice
    ) -> None:
        ran = run(SERVE, TTS_MODEL=str(model), TTS_CACHE_DIR=str(cache))
        assert ran.returncode == 0, ran.stderr
        assert ran.stdout.splitlines()[-1] == "imported:"

    def test_an_unknown_voice_is_told_before_anything_is_converted(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="has no voice 'nobody'; its voices are plain_emo, causal_emo"):
            exported_voices(settings(MODEL, tmp_path, "plain_emo", "nobody"))
        assert not list(tmp_path.iterdir())

    def test_a_damaged_checkpoint_is_named(self, tmp_path: Path) -> None:
        model = model_of(tmp_path)
        (checkpoint,) = (model / "voices/plain_emo/voc/ckpt").iterdir()
        checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
        with pytest.raises(
            ModelError, match=rf"{checkpoint.name} cannot be read as a checkpoint: it is damaged"
        ):
            exported_voices(settings(model, tmp_path))

    @pytest.mark.parametrize(
        "command", [["voices"], ["say", "你好", "-o", "a.wav"], ["export", str(MODEL), "-o", "exported"]]
    )
    def test_without_the_converters_any_command_says_what_to_do(
        self, tmp_path: Path, command: list[str]
    ) -> None:
        ran = run(WITHOUT_CONVERTERS, *command, TTS_MODEL=str(MODEL), TTS_CACHE_DIR=str(tmp_path))
        assert ran.returncode == 2
        assert "torch and onnx cannot be imported here: run pip install 'qingsheng[convert]'" in ran.stderr
        assert "qingsheng export MODEL -o DIR on a machine that has it" in ran.stderr
        assert len(ran.stderr.splitlines()) == 1


class TestModelFolder:
    @pytest.mark.parametrize("model", ["", "/no/such/folder", "甲/乙", "none"])
    def test_what_is_neither_a_folder_nor_an_id_is_told(self, model: str) -> None:
        with pytest.raises(ModelError, match=r"There is no model folder '.*', nor is that a ModelScope id"):
            model_folder(model)

    def test_a_model_of_the_hub_is_fetched_at_its_revision(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MODELSCOPE_CACHE", str(tmp_path / "hub"))
        monkeypatch.setenv("MODELSCOPE_HOME", str(tmp_path / "home"))
        with running(Hub(NAME, MODEL, revisions=("v1",))) as hub:
            monkeypatch.setenv("MODELSCOPE_ENDPOINT", hub.address)
            folder = model_folder(NAME, "v1")
            assert hub.asked_revisions() == {"v1"}
        assert ModelFolder(folder).voices == ModelFolder(MODEL).voices
        assert folder.is_relative_to(tmp_path)

    def test_a_model_that_the_hub_does_not_have_is_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MODELSCOPE_CACHE", str(tmp_path / "hub"))
        monkeypatch.setenv("MODELSCOPE_HOME", str(tmp_path / "home"))
        with running(Hub(NAME, MODEL)) as hub:
            monkeypatch.setenv("MODELSCOPE_ENDPOINT", hub.address)
            with pytest.raises(ModelError, match="does not give the model iic/nobody"):
                model_folder("iic/nobody")
