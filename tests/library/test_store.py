"""Exported voices between processes and in the cache."""

from __future__ import annotations

import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from service.library.store import keep, kept, packed, unpacked
from service.models.errors import ModelError
from service.runtime.exported import ExportedVoice
from tests.runtime.voices import exported

VOICE = exported("causal_emo")


def same(one: ExportedVoice | None, other: ExportedVoice) -> bool:
    """But for the name, which is the model's business."""
    return one is not None and replace(one, name="") == replace(other, name="")


@pytest.mark.parametrize("name", ["causal_emo", "nsf_emo", "se_emo", "fp_emo"])
def test_what_is_packed_is_unpacked(name: str) -> None:
    assert same(unpacked(packed(exported(name))), exported(name))


def test_a_pack_is_an_exported_folder_without_compression() -> None:
    with zipfile.ZipFile(io.BytesIO(packed(VOICE))) as archive:
        assert "manifest.json" in archive.namelist()
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}


def test_any_name_can_be_packed() -> None:
    assert same(unpacked(packed(replace(VOICE, name="a/../b"))), VOICE)


@pytest.mark.parametrize("content", [b"", b"no zip", packed(VOICE)[:5000]])
def test_a_pack_that_is_not_whole_is_refused(content: bytes) -> None:
    with pytest.raises(ModelError, match="did not arrive as a whole"):
        unpacked(content)


def test_what_is_kept_is_there_the_next_time_and_nothing_else(tmp_path: Path) -> None:
    entry = tmp_path / "voices" / "entry"
    assert kept(entry) is None
    keep(VOICE, entry)
    assert same(kept(entry), VOICE)
    assert list(entry.parent.iterdir()) == [entry]


@pytest.mark.parametrize("damage", ["manifest.json", "voice/vocoder.onnx", "voice/tensors.npz"])
def test_a_damaged_entry_counts_as_none_and_makes_room(tmp_path: Path, damage: str) -> None:
    entry = tmp_path / "entry"
    keep(VOICE, entry)
    (entry / damage).write_bytes(b"{}")
    assert kept(entry) is None
    keep(VOICE, entry)
    assert same(kept(entry), VOICE)
    assert list(tmp_path.iterdir()) == [entry]


def test_a_folder_that_holds_half_an_entry_makes_room(tmp_path: Path) -> None:
    entry = tmp_path / "entry"
    (entry / "voice").mkdir(parents=True)
    (entry / "voice" / "vocoder.onnx").write_bytes(b"half")
    keep(VOICE, entry)
    assert same(kept(entry), VOICE)


def test_a_sound_entry_stays_as_it_is(tmp_path: Path) -> None:
    entry = tmp_path / "entry"
    keep(VOICE, entry)
    before = entry.stat().st_ino
    keep(VOICE, entry)
    assert entry.stat().st_ino == before


def test_a_folder_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    entry = tmp_path / "file" / "voices" / "entry"
    keep(VOICE, entry)
    assert kept(entry) is None


def test_many_may_keep_the_same_voice_at_once(tmp_path: Path) -> None:
    entry = tmp_path / "entry"
    with ThreadPoolExecutor(8) as pool:
        for _ in pool.map(lambda _: keep(VOICE, entry), range(16)):
            assert same(kept(entry), VOICE)
    assert list(tmp_path.iterdir()) == [entry]
