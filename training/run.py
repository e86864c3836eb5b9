"""A run: its folder, what it is to make, and what has been done so far."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from service.models.unit import LinguisticUnit
from training.audio import audio_config
from training.features import unit
from training.folder import read_json, write_bytes, write_json
from training.kokoro.emotions import EMOTIONS
from training.kokoro.voice import SPEAKERS
from training.presets import Preset
from training.start import Start


class RunError(RuntimeError):
    """A step cannot be done as things are."""


@dataclass(frozen=True)
class Run:
    """A run.

    Attributes:
        folder: all of its files.
        preset: what it is to make.
        device: where networks are trained.
        bf16: convolutions are rounded to bfloat16 in training, but for the acoustic model's own on CPUs.
        workers: processes that the teacher speaks in.
        console: where progress is shown.
        start: where the networks go on from; None for first numbers by lot.
    """

    folder: Path
    preset: Preset
    device: torch.device
    bf16: bool
    workers: int
    console: Console
    start: Start | None = None

    def check(self) -> None:
        """Claims the folder for the preset.

        Raises:
            RunError: it belongs to a run of another preset or seed, or networks would go on with other mels.
        """
        if self.start and (audio := self.start.audio) != audio_config():
            raise RunError(
                f"{self.start.folder} has mels of {audio}; networks can only go on with {audio_config()}."
            )
        path, own = self.folder / "run.json", {"preset": self.preset.name, "seed": self.preset.seed}
        if not path.is_file():
            write_json(path, own)
        elif (found := read_json(path)) != own:
            raise RunError(f"{self.folder} holds a run of {found}, not of {own}; choose another --folder.")

    @property
    def takes(self) -> Path:
        """Where takes lie."""
        return self.folder / "takes"

    @property
    def voices(self) -> tuple[str, ...]:
        """The speakers' names, the default first."""
        return tuple(speaker.name for speaker in SPEAKERS)

    @property
    def emotions(self) -> tuple[str, ...]:
        """Their names, neutral first."""
        return tuple(EMOTIONS)

    @property
    def vocabularies(self) -> LinguisticUnit:
        """Of the network that all voices share."""
        return unit(self.voices, self.emotions)

    def history(self) -> dict[str, dict[str, Any]]:
        """What has been done: for each step its seconds, and its figures."""
        return {path.stem: read_json(path) for path in (self.folder / "history").glob("*.json")}

    def note(self, step: str, **figures: float | int | str) -> None:
        """Adds to the history; seconds add up. Each step has a file, so that two may run side by side."""
        entry, figures = self.history().get(step, {}), dict(figures)
        if "seconds" in figures:
            figures["seconds"] = round(entry.get("seconds", 0.0) + float(figures["seconds"]), 1)
        entry.update(figures)
        write_json(self.folder / "history" / f"{step}.json", entry)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Notes how long a step takes, also if it is broken off."""
        begun = time.monotonic()
        try:
            yield
        finally:
            self.note(step, seconds=time.monotonic() - begun)

    def progress(self) -> Progress:
        """Shows how far a step is."""
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        return Progress(*columns, TextColumn("{task.fields[told]}"), console=self.console)


def rounds_fast(device: torch.device) -> bool:
    """Whether a device computes in bfloat16 at least as fast as in float32."""
    if device.type == "cuda":
        return True
    cpu = Path("/proc/cpuinfo")
    return cpu.is_file() and "avx512_bf16" in cpu.read_text("utf-8", "replace")


def append_line(path: Path, entry: object) -> None:
    """Adds a line of JSON to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _drop_broken_line(path)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry, ensure_ascii=False) + "\n")


def read_lines(path: Path) -> Iterator[Any]:
    """Yields a file's lines of JSON; a last line that was broken off is passed over."""
    if path.is_file():
        content = path.read_text("utf-8")
        whole = content[: content.rfind("\n") + 1]
        yield from map(json.loads, whole.splitlines())


def _drop_broken_line(path: Path) -> None:
    if path.is_file() and (content := path.read_bytes()) and not content.endswith(b"\n"):
        write_bytes(path, content[: content.rfind(b"\n") + 1])
