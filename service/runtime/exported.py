"""An exported voice: graphs, tensors and vocabularies, all that serving needs."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.models.config import AcousticConfig, F0Scale, VocoderConfig
from service.models.errors import ModelError
from service.models.unit import LinguisticUnit

EXPORT_VERSION = 7
"""Raise it with every change of the graphs or of this format, and in the chart's templates/_model.tpl.

Exports of other versions are made anew.
"""

MANIFEST = "manifest.json"
ENCODER, PREDICTOR, POSTNET = "encoder.onnx", "predictor.onnx", "postnet.onnx"
VOCODER, VOCODER_INT8, VOCODER_INT16 = "vocoder.onnx", "vocoder.int8.onnx", "vocoder.int16.npz"
TENSORS = "tensors.npz"
VOCODERS: Mapping[str, str] = MappingProxyType(
    {"fp32": VOCODER, "int16": VOCODER_INT16, "int8": VOCODER_INT8}
)
"""The vocoder's files by their precisions; every voice has the first."""

_NEEDED = {ENCODER, PREDICTOR, POSTNET, VOCODER, TENSORS}
_POSSIBLE = _NEEDED.union(VOCODERS.values())


@dataclass(frozen=True)
class ExportedVoice:
    """One voice, ready to be served.

    Attributes:
        name: the voice's name.
        sample_rate: of its audio, in Hz.
        unit: its vocabularies.
        acoustic: settings of Sambert.
        vocoder: settings of HiFi-GAN.
        context: mel frames before and behind a piece that its samples depend on.
        precision: what to serve in: ``"int8"`` where the vocoder passed the quality gate in it, else
            ``"int16"`` where there is such a one, else ``"fp32"``.
        verdict: what the gate found: figures by name.
        fingerprint: changes whenever the same symbols would sound different.
        files: the contents of the graphs and of the files with tensors, by file name.
    """

    name: str
    sample_rate: int
    unit: LinguisticUnit
    acoustic: AcousticConfig
    vocoder: VocoderConfig
    context: tuple[int, int]
    precision: str
    verdict: Mapping[str, float | str]
    fingerprint: str
    files: Mapping[str, bytes]

    @cached_property
    def tensors(self) -> Mapping[str, NDArray[np.float32]]:
        """What runs outside graphs: decoder, duration predictor, and tables of embeddings."""
        with np.load(io.BytesIO(self.files[TENSORS]), allow_pickle=False) as archive:
            return {name: archive[name].astype(np.float32) for name in archive.files}

    def manifest(self) -> dict[str, Any]:
        """What the manifest says of it."""
        return {
            "name": self.name,
            "sample_rate": self.sample_rate,
            "unit": self.unit.to_json(),
            "acoustic": asdict(self.acoustic),
            "vocoder": asdict(self.vocoder),
            "context": list(self.context),
            "precision": self.precision,
            "verdict": dict(self.verdict),
            "fingerprint": self.fingerprint,
            "files": {name: _hash(content) for name, content in self.files.items()},
        }


def compact(array: NDArray[np.float32]) -> NDArray[np.floating]:
    """Gives an array as float16 where that loses nothing: where its checkpoint was stored so, it does not."""
    with np.errstate(over="ignore"):
        half = array.astype(np.float16)
    return half if np.array_equal(half.astype(np.float32), array) else array


def write_exported(voices: list[ExportedVoice], folder: Path) -> None:
    """Writes voices into a folder: the manifest last, so that a folder with one is complete.

    A file that several voices have in common lies with the first of them.

    Raises:
        ModelError: a voice has a name that no folder can have.
        OSError: the folder cannot be written.
    """
    homes, written = [_home(folder, voice.name) for voice in voices], set()
    entries = [voice.manifest() for voice in voices]
    for home, voice, entry in zip(homes, voices, entries, strict=True):
        home.mkdir(parents=True, exist_ok=True)
        for name, content in voice.files.items():
            if (file := (name, entry["files"][name])) in written:
                (home / name).unlink(missing_ok=True)
            else:
                _replace(home / name, content)
                written.add(file)
    manifest = {"version": EXPORT_VERSION, "voices": entries}
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    _replace(folder / MANIFEST, text.encode())


def read_exported(folder: Path, names: tuple[str, ...] = ()) -> list[ExportedVoice]:
    """Reads the voices of an exported folder, all or those that are named, in that order.

    Raises:
        ModelError: the folder holds no such export, one of another version, or a file that is missing or
            damaged; the message names it.
    """
    manifest = _manifest(folder)
    try:
        entries = {str(entry["name"]): entry for entry in manifest["voices"]}
        files = _Files(folder, entries)
        if unknown := [name for name in names if name not in entries]:
            raise ModelError(f"{folder} has no voice {', '.join(unknown)}; it has {', '.join(entries)}.")
        return [_voice(entries[name], files) for name in names or entries]
    except ModelError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"{folder / MANIFEST} is damaged; export the voices again.") from error


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_bytes())
        version = manifest["version"]
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path} is no manifest of exported voices.") from error
    if version != EXPORT_VERSION:
        raise ModelError(f"{path} has version {version}, not {EXPORT_VERSION}; export the voices again.")
    return manifest


class _Files:
    """The files of all voices; one that several have in common is read once."""

    def __init__(self, folder: Path, entries: Mapping[str, Any]) -> None:
        self._places: dict[tuple[str, str], Path] = {}
        self._contents: dict[tuple[str, str], bytes] = {}
        for voice, entry in entries.items():
            home = _home(folder, voice)
            for file in dict(entry["files"]).items():
                self._places.setdefault(file, home / file[0])

    def read(self, name: str, digest: str) -> bytes:
        """Gives the contents of a file, checked."""
        file = name, digest
        if file not in self._contents:
            self._contents[file] = _checked(self._places[file], digest)
        return self._contents[file]


def _voice(entry: dict[str, Any], stored: _Files) -> ExportedVoice:
    files = dict(entry["files"])
    if not _NEEDED <= files.keys() <= _POSSIBLE:
        raise ValueError(f"an export does not consist of {', '.join(files)}")
    acoustic, vocoder = dict(entry["acoustic"]), dict(entry["vocoder"])
    acoustic["f0"] = F0Scale(**acoustic["f0"]) if acoustic["f0"] else None
    acoustic["emotion_paces"] = tuple(map(tuple, acoustic["emotion_paces"]))
    vocoder["scales"] = tuple(vocoder["scales"])
    vocoder["dilations"] = tuple(map(tuple, vocoder["dilations"]))
    return ExportedVoice(
        name=str(entry["name"]),
        sample_rate=int(entry["sample_rate"]),
        unit=LinguisticUnit.from_json(entry["unit"]),
        acoustic=AcousticConfig(**acoustic),
        vocoder=VocoderConfig(**vocoder),
        context=(int(entry["context"][0]), int(entry["context"][1])),
        precision=str(entry["precision"]),
        verdict=dict(entry["verdict"]),
        fingerprint=str(entry["fingerprint"]),
        files={name: stored.read(name, digest) for name, digest in files.items()},
    )


def _home(folder: Path, name: str) -> Path:
    """The folder of a voice, whose name may not lead anywhere else."""
    if name in ("", ".", "..") or "/" in name or "\\" in name:
        raise ModelError(f"{folder} cannot hold a voice {name!r}; a voice's name is that of its folder.")
    return folder / name


def _checked(path: Path, digest: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from error
    if _hash(content) != digest:
        raise ModelError(f"{path} is damaged; export the voice again.")
    return content


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _replace(path: Path, content: bytes) -> None:
    """Writes a file in one step, so that nobody reads half of it."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        try:
            file.write(content)
            file.close()
            os.chmod(file.name, 0o644)  # noqa: PTH101  a served voice is readable to all
            os.replace(file.name, path)  # noqa: PTH105
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
