"""Exported voices on their way between processes, and in a cache folder from start to start."""

from __future__ import annotations

import io
import json
import os
import tempfile
import zipfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import cast

from service.models.errors import ModelError
from service.observability.logs import get_logger
from service.runtime.exported import (
    EXPORT_VERSION,
    MANIFEST,
    ExportedVoice,
    read_exported,
    write_exported,
)

_NAME = "voice"  # whatever its model calls it: any string, while this is a folder's name


def packed(voice: ExportedVoice) -> bytes:
    """Gives a voice as an uncompressed zip file, an exported folder within; its name is left out."""
    manifest = {"version": EXPORT_VERSION, "voices": [replace(voice, name=_NAME).manifest()]}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(MANIFEST, json.dumps(manifest))
        for name, file in voice.files.items():
            archive.writestr(f"{_NAME}/{name}", file)
    return content.getvalue()


def unpacked(content: bytes) -> ExportedVoice:
    """Gives the voice that was packed, in memory.

    Raises:
        ModelError: this is no such file, or a damaged one.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            # Only joined with names and read, which such a path can do as well.
            return read_exported(cast("Path", zipfile.Path(archive)))[0]
    except (zipfile.BadZipFile, OSError, LookupError) as error:
        raise ModelError("The converted voice did not arrive as a whole.") from error


def kept(entry: Path) -> ExportedVoice | None:
    """Gives the voice of a cache entry; None where there is none, or a damaged one."""
    try:
        if not (entry / MANIFEST).is_file():
            return None
        voice = read_exported(entry)[0]
    except (ModelError, OSError, LookupError) as error:
        get_logger().warning("cached_voice_unusable", entry=str(entry), reason=str(error))
        return None
    with suppress(OSError):
        os.utime(entry)  # in use: the janitor removes what has not been for a month
    return voice


def keep(voice: ExportedVoice, entry: Path) -> None:
    """Tries to save a voice as a cache entry, whole or not at all; says in the log if it cannot.

    Where another process was faster its entry stays, and one that is damaged makes room.
    """
    try:
        entry.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".", dir=entry.parent, ignore_cleanup_errors=True) as folder:
            made = Path(folder) / "made"
            write_exported([replace(voice, name=_NAME)], made)
            if entry.exists() and kept(entry) is None:
                entry.rename(Path(folder) / "damaged")
            if not entry.exists():
                made.rename(entry)
    except OSError as error:
        get_logger().warning("voice_not_cached", entry=str(entry), reason=str(error))
