from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from service.models.errors import ModelError
from service.models.layout import ModelFolder
from tests.models.golden_model import MODEL, MODEL_WITHOUT_MASK, edit_json, model_of

CUSTOM = {
    "voice_name": "mine",
    "am_ckpt": "tuned/am",
    "voc_ckpt": "tuned/voc/checkpoint_3.pth",
    "am_config": "tuned/am/config.yaml",
    "voc_config": "tuned/voc/config.yaml",
}


def custom_model(folder: Path, **changes: object) -> Path:
    """A fine-tuned model, whose files lie where its configuration says."""
    for name in ("am/checkpoint_2.pth", "am/config.yaml", "voc/checkpoint_3.pth", "voc/config.yaml"):
        path = folder / "tuned" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    settings = {"model": {"custom_ckpt": {**CUSTOM, **changes}}}
    (folder / "configuration.json").write_text(json.dumps(settings))
    return folder


def contents(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_voices_are_listed_in_their_order_with_the_default_first() -> None:
    assert ModelFolder(MODEL).voices == ("plain_emo", "causal_emo", "nsf_emo", "se_emo", "fp_emo")


def test_a_name_without_a_folder_is_passed_over(tmp_path: Path) -> None:
    model = model_of(tmp_path)
    edit_json(model / "voices" / "voices.json", lambda document: document["voices"].insert(0, "ghost"))
    assert ModelFolder(model).voices == ("plain_emo",)


def test_the_checkpoint_of_the_largest_step_counts() -> None:
    assert ModelFolder(MODEL).voice("plain_emo").acoustic_checkpoint.name == "checkpoint_10.pth"


@pytest.mark.parametrize(
    "name",
    [
        "checkpoint-123456.pth",
        "checkpoint_last.pth",
        "checkpoint_²000.pth",
        "checkpoint_99.bin",
        "ckpt_99999.pth",
    ],
)
def test_a_name_without_a_readable_step_is_passed_over(tmp_path: Path, name: str) -> None:
    model = model_of(tmp_path)
    checkpoints = model / "voices" / "plain_emo" / "am" / "ckpt"
    shutil.copy(checkpoints / "checkpoint_10.pth", checkpoints / name)
    assert ModelFolder(model).voice("plain_emo").acoustic_checkpoint.name == "checkpoint_10.pth"


def test_files_and_settings_of_a_voice() -> None:
    files = ModelFolder(MODEL).voice("nsf_emo")
    voice = MODEL / "voices" / "nsf_emo"
    assert (files.name, files.has_mask, files.sample_rate) == ("nsf_emo", True, 16000)
    assert (files.acoustic_config, files.vocoder_config) == (
        voice / "am/config.yaml",
        voice / "voc/config.yaml",
    )
    assert files.vocoder_checkpoint == voice / "voc/ckpt/checkpoint_1.pth"
    assert (files.f0_statistics, files.speaker_vector) == (voice / "am/mvn.npy", None)
    assert ModelFolder(MODEL).voice("se_emo").speaker_vector == MODEL / "voices/se_emo/am/se.npy"


def test_a_model_may_have_no_mask() -> None:
    assert not ModelFolder(MODEL_WITHOUT_MASK).voice("legacy_emo").has_mask


def test_a_model_without_a_configuration_has_a_mask_and_no_sample_rate(tmp_path: Path) -> None:
    model = model_of(tmp_path)
    (model / "configuration.json").unlink()
    files = ModelFolder(model).voice("plain_emo")
    assert (files.has_mask, files.sample_rate) == (True, None)


def test_the_oldest_models_have_one_file_a_network(tmp_path: Path) -> None:
    model = model_of(tmp_path)
    voice = model / "voices" / "plain_emo"
    (voice / "voc").rename(voice / "vocoder")
    for network in ("am", "vocoder"):
        shutil.rmtree(voice / network / "ckpt")
        (voice / network / "pytorch_model.bin").write_bytes(b"")
    files = ModelFolder(model).voice("plain_emo")
    assert files.acoustic_checkpoint == voice / "am/pytorch_model.bin"
    assert files.vocoder_checkpoint == voice / "vocoder/pytorch_model.bin"


def test_a_fine_tuned_model_says_where_its_files_lie(tmp_path: Path) -> None:
    model = ModelFolder(custom_model(tmp_path))
    files = model.voice("mine")
    assert model.voices == ("mine",)
    assert files.acoustic_checkpoint == tmp_path / "tuned/am/checkpoint_2.pth"
    assert files.vocoder_checkpoint == tmp_path / "tuned/voc/checkpoint_3.pth"
    assert files.acoustic_config == tmp_path / "tuned/am/config.yaml"
    assert (files.f0_statistics, files.speaker_vector) == (None, None)


def test_a_fine_tuned_model_may_name_its_arrays(tmp_path: Path) -> None:
    model = custom_model(tmp_path, se_file="tuned/speaker.npy")
    for name in ("tuned/speaker.npy", "mvn.npy"):
        (model / name).write_bytes(b"")
    files = ModelFolder(model).voice("mine")
    assert (files.speaker_vector, files.f0_statistics) == (model / "tuned/speaker.npy", model / "mvn.npy")


@pytest.mark.parametrize("path", ["../../etc/passwd", "tuned/../../x", "/etc/passwd", ".."])
def test_no_path_leaves_the_model_folder(tmp_path: Path, path: str) -> None:
    model = ModelFolder(custom_model(tmp_path, am_config=path))
    with pytest.raises(ModelError, match=r"am_config is .* must be a path inside the model folder"):
        model.voice("mine")


@pytest.mark.parametrize("name", ["../plain_emo", "..", "a/b", "a\\b", ""])
def test_no_voice_leaves_the_model_folder(tmp_path: Path, name: str) -> None:
    model = model_of(tmp_path)
    edit_json(model / "voices" / "voices.json", lambda document: document["voices"].append(name))
    with pytest.raises(ModelError, match="a voice's name is that of its folder"):
        ModelFolder(model)


def test_a_fine_tuned_model_must_name_all_its_files(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"configuration.json: model.custom_ckpt.voc_config is missing"):
        ModelFolder(custom_model(tmp_path, voc_config=None))


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"There is no model folder .*nowhere"):
        ModelFolder(tmp_path / "nowhere")
    with pytest.raises(ModelError, match=r"voices\.json is missing"):
        ModelFolder(tmp_path)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("am/config.yaml", r"am/config\.yaml is missing"),
        ("voc/config.yaml", r"voc/config\.yaml is missing"),
        ("am/ckpt/checkpoint_10.pth", r"am/ckpt holds no checkpoint_STEP\.pth"),
    ],
)
def test_a_missing_file_of_a_voice_is_named(tmp_path: Path, path: str, message: str) -> None:
    model = model_of(tmp_path)
    voice = model / "voices" / "plain_emo"
    (voice / "am/ckpt/checkpoint_9.pth").unlink()
    (voice / path).unlink()
    with pytest.raises(ModelError, match=message):
        ModelFolder(model).voice("plain_emo")


def test_an_unknown_voice_is_answered_with_those_that_are_there() -> None:
    with pytest.raises(ModelError, match="no voice 'zhitian'; its voices are plain_emo, causal_emo"):
        ModelFolder(MODEL).voice("zhitian")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"voices": "plain_emo"}', '{"voices": [1]}', '{"voices": []}']
)
def test_an_odd_list_of_voices_is_refused_by_name(tmp_path: Path, text: str) -> None:
    model = model_of(tmp_path)
    (model / "voices" / "voices.json").write_text(text)
    with pytest.raises(ModelError, match=r"voices\.json"):
        ModelFolder(model)


@pytest.mark.parametrize("rate", ["16k", 0, 16_000_000])
def test_an_odd_sample_rate_is_refused(tmp_path: Path, rate: object) -> None:
    model = model_of(tmp_path)
    edit_json(model / "configuration.json", lambda document: document["model"].update(sample_rate=rate))
    with pytest.raises(ModelError, match=r"sample_rate is .* must be 8000 to 48000"):
        ModelFolder(model).voice("plain_emo")


def test_the_fingerprint_hangs_on_the_content_and_not_on_the_place(tmp_path: Path) -> None:
    model = model_of(tmp_path)
    here = ModelFolder(model).voice("plain_emo").fingerprint()
    assert here == ModelFolder(MODEL).voice("plain_emo").fingerprint()
    assert len(here) == 64
    config = model / "voices/plain_emo/voc/config.yaml"
    config.write_bytes(config.read_bytes() + b"\n")
    assert ModelFolder(model).voice("plain_emo").fingerprint() != here


def test_the_fingerprint_hangs_on_the_model_s_own_settings(tmp_path: Path) -> None:
    model = model_of(tmp_path)
    before = ModelFolder(model).voice("plain_emo").fingerprint()
    edit_json(model / "configuration.json", lambda document: document["model"].update(sample_rate=24000))
    assert ModelFolder(model).voice("plain_emo").fingerprint() != before


def test_nothing_is_written_into_a_model(tmp_path: Path) -> None:
    model = model_of(tmp_path)
    before = contents(model)
    ModelFolder(model).voice("plain_emo").fingerprint()
    assert contents(model) == before
