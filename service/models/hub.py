"""Models from the ModelScope hub, fetched once and kept in its client's cache."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from service.models.errors import ModelError
from service.models.layout import ModelFolder

_MODEL_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)
_DEFAULT_REVISION = "master"
_ADDRESS_SETTING = "MODELSCOPE_ENDPOINT"
_DEFAULT_ADDRESS = "https://modelscope.cn"

Download = Callable[..., str]
"""The client's ``snapshot_download``."""


def is_model_id(text: str) -> bool:
    """Whether a text names a model of the hub, ``owner/name``, rather than a folder that is there."""
    return _MODEL_ID.fullmatch(text) is not None and not Path(text).is_dir()


def fetch_model(model_id: str, revision: str | None = None, cache_dir: Path | None = None) -> Path:
    """Gives the folder of a model, and downloads it before if it is not in the cache as a whole.

    A model that was fetched once is not asked for again: a restart needs no hub and changes no voice.
    While files download, the client's own progress bars are shown.

    Args:
        model_id: ``owner/name``.
        revision: a branch, tag or commit; None for the hub's default.
        cache_dir: where models are kept; None for the client's own choice (``MODELSCOPE_CACHE``).

    Raises:
        ModelError: the client is not installed, the hub cannot be reached or does not have the model or
            the revision, or the download broke off.
    """
    endpoint = os.environ.get(_ADDRESS_SETTING) or None  # the client would keep the first one it saw
    download = partial(_client(), revision=revision, cache_dir=_text(cache_dir), endpoint=endpoint)
    cached = _cached(download, model_id)
    if cached is not None and _fetched(cached, revision):
        return cached
    try:
        folder = Path(download(model_id))
    except Exception as error:  # the client's errors have no base of their own
        if cached is not None and _unreachable(error) and _is_whole(cached):
            return cached
        raise ModelError(_explained(error, model_id, revision)) from error
    _note_fetched(folder, revision)
    return folder


def _client() -> Download:
    try:
        from modelscope.hub.snapshot_download import snapshot_download
    except ImportError as error:
        raise ModelError(
            "Fetching a model from the hub needs the package modelscope: pip install 'qingsheng[convert]'."
        ) from error
    download: Download = snapshot_download
    return download


def _cached(download: Download, model_id: str) -> Path | None:
    """The model's folder in the cache, whole or not."""
    try:
        found = download(model_id, local_files_only=True)
    except Exception:  # as above; where there is a reason beyond an empty cache, the download tells it
        return None
    return Path(found)


def _note(folder: Path) -> Path:
    """The file beside a model's folder that says which revision was fetched as a whole."""
    return folder.with_name(f"{folder.name}.fetched")


def _fetched(folder: Path, revision: str | None) -> bool:
    try:
        return _note(folder).read_text("utf-8") == (revision or _DEFAULT_REVISION)
    except (OSError, ValueError):
        return False


def _note_fetched(folder: Path, revision: str | None) -> None:
    try:
        _note(folder).write_text(revision or _DEFAULT_REVISION, "utf-8")
    except OSError:
        return  # a cache that cannot be written costs a question to the hub at every start


def _is_whole(folder: Path) -> bool:
    """Whether a folder that something else put into the cache holds all files of its voices."""
    try:
        model = ModelFolder(folder)
        for name in model.voices:
            model.voice(name)
    except ModelError:
        return False
    return True


def _unreachable(error: BaseException) -> bool:
    """Whether an error is one of the network, not the hub's answer."""
    return isinstance(error, (ConnectionError, TimeoutError)) or type(error).__name__ in (
        "ConnectionError",  # of requests
        "ConnectTimeout",
        "ReadTimeout",
        "SSLError",
        "ProxyError",
        "ServerError",
    )


def _explained(error: Exception, model_id: str, revision: str | None) -> str:
    address = os.environ.get(_ADDRESS_SETTING) or _DEFAULT_ADDRESS
    named = f"{model_id} at revision {revision}" if revision else model_id
    if _unreachable(error):
        return (
            f"The model {named} is not in the cache as a whole, and the hub {address} cannot be reached "
            f"({_ADDRESS_SETTING} sets its address)."
        )
    failed = getattr(error, "failed_files", None)
    if failed:
        more = f", and {len(failed) - 1} more" if len(failed) > 1 else ""
        return (
            f"The download of {named} broke off: {min(failed)} is missing{more}; start again to fetch them."
        )
    answer = (
        getattr(error.__cause__, "message", None) or str(error).partition("\n")[0] or type(error).__name__
    )
    return f"The hub {address} does not give the model {named}: {answer}."


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
