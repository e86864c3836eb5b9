from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.models.errors import ModelError
from service.models.hub import fetch_model, is_model_id
from service.models.layout import ModelFolder
from tests.models.golden_model import MODEL_WITHOUT_MASK
from tests.models.hub_server import Hub, running

NAME = "iic/speech_sambert-hifigan_tts_small_16k"


@pytest.fixture(autouse=True)
def _impatient_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client keeps nothing outside the test's folder and tries once where it would try for long."""
    monkeypatch.setenv("MODELSCOPE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MODELSCOPE_REPO_TREE_PAGE_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("MODELSCOPE_DOWNLOAD_MAX_RETRIES", "0")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with running(Hub(NAME, MODEL_WITHOUT_MASK, revisions=("master", "v1.0.1"))) as hub:
        monkeypatch.setenv("MODELSCOPE_ENDPOINT", hub.address)
        yield hub


@pytest.fixture
def no_hub(monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a hub that has gone."""
    with running(Hub(NAME, MODEL_WITHOUT_MASK)) as hub:
        address = hub.address
    monkeypatch.setenv("MODELSCOPE_ENDPOINT", address)
    return address


def files(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_model_is_downloaded(hub: Hub, tmp_path: Path) -> None:
    folder = fetch_model(NAME, cache_dir=tmp_path)
    assert files(folder) == files(MODEL_WITHOUT_MASK)
    assert ModelFolder(folder).voices == ("legacy_emo",)


def test_the_second_time_it_comes_from_the_cache_without_a_hub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(Hub(NAME, MODEL_WITHOUT_MASK)) as hub:
        monkeypatch.setenv("MODELSCOPE_ENDPOINT", hub.address)
        first = fetch_model(NAME, cache_dir=tmp_path)
    assert fetch_model(NAME, cache_dir=tmp_path) == first


def test_a_model_that_was_fetched_is_not_asked_for_again(hub: Hub, tmp_path: Path) -> None:
    fetch_model(NAME, cache_dir=tmp_path)
    asked = len(hub.requests)
    fetch_model(NAME, cache_dir=tmp_path)
    assert len(hub.requests) == asked


def test_a_pinned_revision_is_what_is_asked_for(hub: Hub, tmp_path: Path) -> None:
    fetch_model(NAME, "v1.0.1", tmp_path)
    assert hub.asked_revisions() == {"v1.0.1"}


def test_another_revision_in_the_cache_does_not_count(hub: Hub, tmp_path: Path) -> None:
    master = fetch_model(NAME, cache_dir=tmp_path)
    pinned = fetch_model(NAME, "v1.0.1", tmp_path)
    assert pinned != master
    assert files(pinned) == files(master)


def test_a_cache_that_was_filled_by_other_means_is_used_without_a_hub(no_hub: str, tmp_path: Path) -> None:
    folder = tmp_path / "models" / NAME.replace("/", "--") / "snapshots" / "master"
    shutil.copytree(MODEL_WITHOUT_MASK, folder)
    assert fetch_model(NAME, cache_dir=tmp_path) == folder


def test_an_incomplete_cache_is_not_used(no_hub: str, tmp_path: Path) -> None:
    folder = tmp_path / "models" / NAME.replace("/", "--") / "snapshots" / "master"
    shutil.copytree(MODEL_WITHOUT_MASK, folder)
    (folder / "voices/legacy_emo/voc/config.yaml").unlink()
    with pytest.raises(ModelError, match="is not in the cache as a whole"):
        fetch_model(NAME, cache_dir=tmp_path)


def test_without_hub_and_cache_the_message_names_the_model_and_the_address(
    no_hub: str, tmp_path: Path
) -> None:
    with pytest.raises(ModelError) as raised:
        fetch_model(NAME, "v1.0.1", tmp_path)
    assert str(raised.value) == (
        f"The model {NAME} at revision v1.0.1 is not in the cache as a whole, and the hub {no_hub} cannot be "
        "reached (MODELSCOPE_ENDPOINT sets its address)."
    )


def test_an_unknown_revision_is_named(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(ModelError) as raised:
        fetch_model(NAME, "v9", tmp_path)
    assert str(raised.value) == (
        f"The hub {hub.address} does not give the model {NAME} at revision v9: "
        "the revision v9 does not exist."
    )


def test_an_unknown_model_is_named(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="does not give the model iic/nobody: the model does not exist"):
        fetch_model("iic/nobody", cache_dir=tmp_path)


def test_a_download_that_breaks_off_names_what_is_missing_and_goes_on_the_next_time(
    hub: Hub, tmp_path: Path
) -> None:
    hub.broken = frozenset({"voices/legacy_emo/am/config.yaml"})
    with pytest.raises(
        ModelError, match=r"broke off: voices/legacy_emo/am/config\.yaml is missing; start again"
    ):
        fetch_model(NAME, cache_dir=tmp_path)
    hub.broken = frozenset()
    assert files(fetch_model(NAME, cache_dir=tmp_path)) == files(MODEL_WITHOUT_MASK)


def test_without_the_client_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "modelscope.hub.snapshot_download", None)
    with pytest.raises(ModelError, match=r"pip install 'qingsheng\[convert\]'"):
        fetch_model(NAME, cache_dir=tmp_path)


@pytest.mark.parametrize("text", [NAME, "damo/a.b-c_1"])
def test_a_name_of_two_parts_is_a_model_id(text: str) -> None:
    assert is_model_id(text)


@pytest.mark.parametrize(
    "text", ["", "voices", "./voices", "../a/b", "/models/zhitian", "a/b/c", "a/", "甲/乙", "a b/c"]
)
def test_anything_else_is_none(text: str) -> None:
    assert not is_model_id(text)


def test_a_folder_is_no_model_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "iic" / "here").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert not is_model_id("iic/here")
