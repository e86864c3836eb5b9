"""A model's files on disk, in the layout of ModelScope's Sambert-HifiGan models."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from service.models.errors import ModelError

_OLDEST_CHECKPOINT = "pytorch_model.bin"  # one file a network, before checkpoints carried their step
_SHORTEST_NAME = len("checkpoint_0.pth")
_CUSTOM_KEYS = ("voice_name", "am_ckpt", "voc_ckpt", "am_config", "voc_config")
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class VoiceFiles:
    """What a voice is read from.

    Attributes:
        name: the voice's name.
        acoustic_config, vocoder_config: YAML files.
        acoustic_checkpoint, vocoder_checkpoint: the checkpoints of the largest step.
        f0_statistics: ``mvn.npy``, which NSF voices of the mean_std kind need; None where there is none.
        speaker_vector: ``se.npy``, which SE voices need; None where there is none.
        has_mask: the embedding tables have a row for the mask.
        sample_rate: what the model says of its audio, in Hz; None where it says nothing.
    """

    name: str
    acoustic_config: Path
    acoustic_checkpoint: Path
    vocoder_config: Path
    vocoder_checkpoint: Path
    f0_statistics: Path | None
    speaker_vector: Path | None
    has_mask: bool
    sample_rate: int | None

    def fingerprint(self) -> str:
        """SHA-256 in hex over all of these files and values, wherever they lie."""
        digest = hashlib.sha256(f"{self.has_mask} {self.sample_rate}".encode())
        for path in self._paths():
            digest.update(path.stat().st_size.to_bytes(8, "big") if path else b"none")
            for block in _blocks(path) if path else ():
                digest.update(block)
        return digest.hexdigest()

    def _paths(self) -> tuple[Path | None, ...]:
        return (
            self.acoustic_config,
            self.acoustic_checkpoint,
            self.vocoder_config,
            self.vocoder_checkpoint,
            self.f0_statistics,
            self.speaker_vector,
        )


class ModelFolder:
    """A model in the ModelScope layout. Only ever read.

    Attributes:
        path: the folder.
        voices: the names of its voices, the default first.
    """

    def __init__(self, path: Path) -> None:
        """Reads what the folder says of itself.

        Raises:
            ModelError: it is no folder, or says nothing usable about its voices.
        """
        if not path.is_dir():
            raise ModelError(f"There is no model folder {path}.")
        self.path = path
        self._settings = _mapping(_document(path / "configuration.json", {}).get("model"))
        self._custom = _mapping(self._settings.get("custom_ckpt"))
        self.voices: tuple[str, ...] = self._custom_voice() if self._custom else self._listed_voices()

    def voice(self, name: str) -> VoiceFiles:
        """Finds the files of a voice.

        Raises:
            ModelError: there is no such voice, or one of its files is missing.
        """
        if name not in self.voices:
            raise ModelError(f"{self.path} has no voice {name!r}; its voices are {', '.join(self.voices)}.")
        return self._custom_files() if self._custom else self._files(name)

    def _files(self, name: str) -> VoiceFiles:
        folder = self.path / "voices" / name
        acoustic = folder / "am"
        vocoder = folder / "voc" if (folder / "voc").is_dir() else folder / "vocoder"
        return VoiceFiles(
            name=name,
            acoustic_config=_file(acoustic / "config.yaml"),
            acoustic_checkpoint=_checkpoint(acoustic),
            vocoder_config=_file(vocoder / "config.yaml"),
            vocoder_checkpoint=_checkpoint(vocoder),
            f0_statistics=_if_file(acoustic / "mvn.npy"),
            speaker_vector=_if_file(acoustic / "se.npy"),
            has_mask=self._has_mask(),
            sample_rate=self._sample_rate(),
        )

    def _custom_files(self) -> VoiceFiles:
        return VoiceFiles(
            name=self.voices[0],
            acoustic_config=_file(self._custom_path("am_config")),
            acoustic_checkpoint=_checkpoint_at(self._custom_path("am_ckpt")),
            vocoder_config=_file(self._custom_path("voc_config")),
            vocoder_checkpoint=_checkpoint_at(self._custom_path("voc_ckpt")),
            f0_statistics=_if_file(self._custom_path("mvn_file", "mvn.npy")),
            speaker_vector=_if_file(self._custom_path("se_file", "se.npy")),
            has_mask=self._has_mask(),
            sample_rate=self._sample_rate(),
        )

    def _listed_voices(self) -> tuple[str, ...]:
        index = self.path / "voices" / "voices.json"
        if not index.is_file():
            raise ModelError(f"{index} is missing; a Sambert-HifiGan model lists its voices in it.")
        names = _document(index).get("voices")
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise ModelError(f'{index} must hold {{"voices": [names]}}.')
        for name in names:
            if name in ("", ".", "..") or "/" in name or "\\" in name:
                raise ModelError(f"{index} names the voice {name!r}; a voice's name is that of its folder.")
        present = tuple(dict.fromkeys(name for name in names if (index.parent / name).is_dir()))
        if not present:
            raise ModelError(f"{index} lists no voice that has a folder beside it.")
        return present

    def _custom_voice(self) -> tuple[str]:
        for key in _CUSTOM_KEYS:
            if not isinstance(self._custom.get(key), str) or not self._custom[key]:
                raise ModelError(f"{self.path / 'configuration.json'}: model.custom_ckpt.{key} is missing.")
        return (str(self._custom["voice_name"]),)

    def _custom_path(self, key: str, default: str = "") -> Path:
        """A path that ``custom_ckpt`` names, which may lead nowhere but into the model folder."""
        named = str(self._custom.get(key) or default)
        inside = os.path.normpath(named)
        if Path(named).is_absolute() or Path(inside).parts[:1] == (os.pardir,):
            raise ModelError(
                f"{self.path / 'configuration.json'}: model.custom_ckpt.{key} is {named!r}; "
                "it must be a path inside the model folder."
            )
        return self.path / inside

    def _has_mask(self) -> bool:
        unit = _mapping(_mapping(self._settings.get("am")).get("linguistic_unit"))
        return bool(unit.get("has_mask", True))

    def _sample_rate(self) -> int | None:
        rate = self._settings.get("sample_rate")
        if rate is None:
            return None
        if not isinstance(rate, int) or not 8000 <= rate <= 48000:
            raise ModelError(
                f"{self.path / 'configuration.json'}: model.sample_rate is {rate!r}; "
                "it must be 8000 to 48000."
            )
        return rate


def _checkpoint_at(path: Path) -> Path:
    return path if path.is_file() else _latest(path)


def _checkpoint(network: Path) -> Path:
    """A network's checkpoint: the latest in ``ckpt``, else the only file of the oldest models."""
    oldest = network / _OLDEST_CHECKPOINT
    if oldest.is_file() and not (network / "ckpt").is_dir():
        return oldest
    return _latest(network / "ckpt")


def _latest(folder: Path) -> Path:
    """The checkpoint of the largest step: 10 beats 9. Names without a readable step are passed over."""
    steps = {path: _step(path.name) for path in sorted(folder.glob("checkpoint*.pth")) if path.is_file()}
    readable = {path: step for path, step in steps.items() if step is not None}
    if not readable:
        raise ModelError(f"{folder} holds no checkpoint_STEP.pth.")
    return max(readable, key=lambda path: readable[path])


def _step(name: str) -> int | None:
    digits = name.partition(".")[0].rpartition("_")[2]
    readable = len(name) >= _SHORTEST_NAME and digits.isascii() and digits.isdigit()
    return int(digits) if readable else None


def _file(path: Path) -> Path:
    if not path.is_file():
        raise ModelError(f"{path} is missing.")
    return path


def _if_file(path: Path) -> Path | None:
    return path if path.is_file() else None


def _document(path: Path, default: Mapping[str, object] | None = None) -> Mapping[str, object]:
    """A JSON object; ``default`` where there is no such file."""
    if default is not None and not path.is_file():
        return default
    try:
        loaded = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read as JSON: {error}.") from error
    if not isinstance(loaded, dict):
        raise ModelError(f"{path} must hold a JSON object.")
    return loaded


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block
