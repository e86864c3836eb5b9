from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service.models.errors import ModelError
from service.runtime.export.voice import export_voice
from service.runtime.exported import (
    EXPORT_VERSION,
    MANIFEST,
    TENSORS,
    VOCODER,
    VOCODER_INT8,
    compact,
    read_exported,
    write_exported,
)
from tests.models import golden
from tests.runtime.voices import NAMES, exported

ALL = [exported(name) for name in NAMES]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An export of two voices."""
    write_exported([exported("plain_emo"), exported("nsf_emo")], tmp_path)
    return tmp_path


def edit(folder: Path, change: Callable[[Any], None]) -> None:
    path = folder / MANIFEST
    document = json.loads(path.read_text("utf-8"))
    change(document)
    path.write_text(json.dumps(document), "utf-8")


def test_what_is_written_is_read_back_equal(tmp_path: Path) -> None:
    judged = replace(ALL[0], name="判", precision="int8", verdict={"log_spectral_distance_db": 1.5})
    judged = replace(judged, files={**judged.files, VOCODER_INT8: b"graph"})
    write_exported([*ALL, judged], tmp_path / "new" / "folder")
    assert read_exported(tmp_path / "new" / "folder") == [*ALL, judged]


def test_voices_are_read_in_the_order_in_which_they_are_named(folder: Path) -> None:
    assert [voice.name for voice in read_exported(folder, ("nsf_emo", "plain_emo"))] == [
        "nsf_emo",
        "plain_emo",
    ]
    assert [voice.name for voice in read_exported(folder, ("nsf_emo",))] == ["nsf_emo"]


def test_tensors_are_those_that_were_exported(folder: Path) -> None:
    (voice,) = read_exported(folder, ("plain_emo",))
    assert voice.tensors.keys() == exported("plain_emo").tensors.keys()
    for name, tensor in voice.tensors.items():
        np.testing.assert_array_equal(tensor, exported("plain_emo").tensors[name])


def test_writing_again_replaces_what_was_there(folder: Path) -> None:
    write_exported([exported("causal_emo")], folder)
    assert read_exported(folder) == [exported("causal_emo")]


def test_nothing_is_left_lying_beside_the_export(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == [MANIFEST, "nsf_emo", "plain_emo"]
    assert {path.name for path in (folder / "plain_emo").iterdir()} == exported("plain_emo").files.keys()


def test_what_voices_have_in_common_is_stored_once_and_is_one_object(tmp_path: Path) -> None:
    first, tensors = exported("plain_emo"), exported("nsf_emo").files[TENSORS]
    second = replace(first, name="second", files={**first.files, TENSORS: tensors})
    write_exported([exported("nsf_emo"), replace(first, name="second")], tmp_path)
    write_exported([first, second], tmp_path)
    assert [path.name for path in (tmp_path / "second").iterdir()] == [TENSORS]
    read = read_exported(tmp_path, ("second", "plain_emo"))
    assert read == [second, first]
    assert read[0].files[VOCODER] is read[1].files[VOCODER]


def test_a_name_that_the_export_does_not_have_is_told_with_those_that_it_has(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"no voice zhitian_emo; it has plain_emo, nsf_emo"):
        read_exported(folder, ("plain_emo", "zhitian_emo"))


@pytest.mark.parametrize("file", sorted(ALL[0].files))
def test_a_damaged_file_is_named(folder: Path, file: str) -> None:
    path = folder / "plain_emo" / file
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelError, match=f"plain_emo/{file} is damaged"):
        read_exported(folder)


def test_a_file_that_was_cut_short_is_named(folder: Path) -> None:
    path = folder / "nsf_emo" / VOCODER
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ModelError, match=f"nsf_emo/{VOCODER} is damaged"):
        read_exported(folder)


def test_damage_to_a_voice_that_is_not_asked_for_does_no_harm(folder: Path) -> None:
    (folder / "nsf_emo" / VOCODER).unlink()
    assert read_exported(folder, ("plain_emo",)) == [exported("plain_emo")]


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "plain_emo" / TENSORS).unlink()
    with pytest.raises(ModelError, match=f"plain_emo/{TENSORS} cannot be read: No such file"):
        read_exported(folder)


def test_a_missing_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=f"{MANIFEST} cannot be read: No such file"):
        read_exported(tmp_path)


@pytest.mark.parametrize("version", [0, EXPORT_VERSION + 1, None, "1"])
def test_an_export_of_another_version_is_to_be_made_anew(folder: Path, version: object) -> None:
    edit(folder, lambda manifest: manifest.update(version=version))
    with pytest.raises(ModelError, match=f"{MANIFEST} has version {version}, not {EXPORT_VERSION}; export"):
        read_exported(folder)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b"null", b"\xff\xfe", b'"manifest"'])
def test_a_manifest_that_is_none_is_named(folder: Path, content: bytes) -> None:
    (folder / MANIFEST).write_bytes(content)
    with pytest.raises(ModelError, match=f"{MANIFEST} is no manifest"):
        read_exported(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: manifest.pop("voices"),
        lambda manifest: manifest.update(voices=7),
        lambda manifest: manifest.update(voices=["plain_emo"]),
        lambda manifest: manifest["voices"][0].pop("name"),
        lambda manifest: manifest["voices"][0].update(context=[18]),
        lambda manifest: manifest["voices"][0].update(context=None),
        lambda manifest: manifest["voices"][0].update(sample_rate="many"),
        lambda manifest: manifest["voices"][0].update(verdict=5),
        lambda manifest: manifest["voices"][0].update(files=[VOCODER]),
        lambda manifest: manifest["voices"][0]["files"].pop(VOCODER),
        lambda manifest: manifest["voices"][0]["acoustic"].pop("encoder_heads"),
        lambda manifest: manifest["voices"][0]["vocoder"].update(colour="blue"),
    ],
)
def test_a_manifest_with_a_gap_or_something_odd_is_named(folder: Path, change: Callable[[Any], None]) -> None:
    edit(folder, change)
    with pytest.raises(ModelError, match=f"{MANIFEST} is damaged"):
        read_exported(folder)


def test_a_manifest_without_vocabularies_says_so(folder: Path) -> None:
    edit(folder, lambda manifest: manifest["voices"][0]["unit"].pop("vocabularies"))
    with pytest.raises(ModelError, match="linguistic unit"):
        read_exported(folder)


@pytest.mark.parametrize(
    "name", ["../plain_emo", "..", ".", "", "/etc", "a/b", "a\\b", "plain_emo/../nsf_emo"]
)
def test_a_voices_name_leads_nowhere_but_into_the_folder(folder: Path, name: str) -> None:
    edit(folder, lambda manifest: manifest["voices"][0].update(name=name))
    with pytest.raises(ModelError, match="a voice's name is that of its folder"):
        read_exported(folder)
    with pytest.raises(ModelError, match="a voice's name is that of its folder"):
        write_exported([exported("nsf_emo"), replace(exported("plain_emo"), name=name)], folder / "another")
    assert not (folder / "another").exists()


@pytest.mark.parametrize("name", ["../nsf_emo/vocoder.onnx", "/etc/hostname", "..", "vocoder.pth"])
def test_a_manifest_names_no_files_but_those_of_an_export(folder: Path, name: str) -> None:
    edit(folder, lambda manifest: manifest["voices"][0]["files"].update({name: "0" * 64}))
    with pytest.raises(ModelError, match=f"{MANIFEST} is damaged"):
        read_exported(folder)


def test_the_manifest_is_written_last(tmp_path: Path) -> None:
    (tmp_path / "nsf_emo").write_text("in the way")
    with pytest.raises(OSError, match="nsf_emo"):
        write_exported([exported("plain_emo"), exported("nsf_emo")], tmp_path)
    assert not (tmp_path / MANIFEST).exists()


def test_an_export_depends_on_nothing_but_the_voice() -> None:
    again = export_voice(golden.voice("plain_emo"))
    assert again == exported("plain_emo")
    assert again.fingerprint.startswith(golden.voice("plain_emo").fingerprint)


@pytest.mark.parametrize("value", [0.1, 1e-9, 1e6])
def test_what_float16_would_change_stays_as_it_is(value: float) -> None:
    for array, kind in (
        (np.array([value, 1.5], np.float32), np.float32),
        (np.array([0.5, -2.0], np.float32), np.float16),
    ):
        stored = compact(array)
        assert stored.dtype == kind
        np.testing.assert_array_equal(stored.astype(np.float32), array)
