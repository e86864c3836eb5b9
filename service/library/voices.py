"""The voices that settings ask for, ready to be served: read, or fetched and converted the first time."""

from __future__ import annotations

import os
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from service.library import child
from service.library.store import keep, kept, unpacked
from service.models.errors import ModelError
from service.models.hub import is_model_id
from service.models.layout import ModelFolder, VoiceFiles
from service.observability.logs import get_logger
from service.runtime.exported import EXPORT_VERSION, MANIFEST, ExportedVoice, read_exported
from service.settings import Settings

_CONVERTERS = ("torch", "onnx")


def exported_voices(settings: Settings) -> list[ExportedVoice]:
    """Gives the voices of ``TTS_MODEL`` that ``TTS_VOICES`` picks, or all of them, in the order of serving.

    An official voice is converted when it is met for the first time, in a process of its own: this one
    imports neither PyTorch nor the hub's client.

    Raises:
        ModelError: the model cannot be found, fetched, read or converted, or has no voice of that name.
    """
    folder = model_folder(settings.model or "", settings.model_revision)
    if is_export(folder):
        return read_exported(folder, settings.voices)
    model = ModelFolder(folder)
    chosen = [model.voice(name) for name in settings.voices or model.voices]
    return [_voice(model, files, settings.cache_dir / "voices") for files in chosen]


def model_folder(model: str, revision: str | None = None) -> Path:
    """Gives the folder of a model; one of the hub is fetched before if it is not in the client's cache.

    Args:
        model: a folder, or an id of the hub.
        revision: of a model of the hub; None for the hub's default.

    Raises:
        ModelError: there is neither such a folder nor such a model.
    """
    if model and Path(model).is_dir():
        return Path(model).resolve()
    if not is_model_id(model):
        raise ModelError(f"There is no model folder {model!r}, nor is that a ModelScope id (owner/name).")
    pinned = [revision] if revision else []
    return Path(
        os.fsdecode(child.ask(f"Fetching the model {model}", "service.library.fetching", model, *pinned))
    )


def is_export(folder: Path) -> bool:
    """Whether a folder is one that ``qingsheng export`` has written."""
    return (folder / MANIFEST).is_file()


def check_converter() -> None:
    """Makes sure that official checkpoints can be converted here.

    Raises:
        ModelError: a package that this needs is not installed.
    """
    if missing := [name for name in _CONVERTERS if not _installed(name)]:
        raise ModelError(
            "Official checkpoints are converted before they are served, but "
            f"{' and '.join(missing)} cannot be imported here: run pip install 'qingsheng[convert]' once, or "
            "run qingsheng export MODEL -o DIR on a machine that has it and set TTS_MODEL to DIR."
        )


def _installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ImportError:
        return False


def _voice(model: ModelFolder, files: VoiceFiles, cache: Path) -> ExportedVoice:
    """A voice from the cache, else from its checkpoints."""
    try:
        entry = cache / f"{files.fingerprint()[:32]}-v{EXPORT_VERSION}"
    except OSError as error:
        raise ModelError(f"{error.filename} cannot be read: {error.strerror}.") from error
    voice = kept(entry)
    if voice is None:
        check_converter()
        get_logger().info("converting_voice", voice=files.name, model=str(model.path))
        doing = f"Converting the voice {files.name}"
        voice = unpacked(child.ask(doing, "service.library.exporting", str(model.path), files.name))
        keep(voice, entry)
    return replace(voice, name=files.name)
