"""What ``bench.engine`` runs in a process of its own: plain PyTorch and the engine in turn."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import NamedTuple

import torch

from bench.child import job, say
from bench.speaker import Speaker
from service.models.hifigan import HifiGan
from service.models.layout import ModelFolder
from service.models.line import SymbolLine
from service.models.reader import read_voice
from service.models.sambert import Sambert
from service.runtime.engine import Engine

Factors = dict[str, float]
"""Real-time factors by name."""


class _Plain(NamedTuple):
    sambert: Sambert
    hifigan: HifiGan
    hop: int
    rate: int

    @classmethod
    def read(cls, model: Path) -> _Plain:
        folder = ModelFolder(model)
        weights = read_voice(folder, folder.voices[0])
        return cls(Sambert(weights), HifiGan(weights), weights.vocoder_config.hop, weights.sample_rate)

    def factors(self, text: str) -> Factors:
        started = time.perf_counter()
        mel = self.sambert.speak(SymbolLine.plain(text)).mel_vocoder
        between = time.perf_counter()
        source = None
        if self.hifigan.source_module is not None:
            drawn = self.hifigan.draw(len(mel), torch.Generator().manual_seed(0))
            source = self.hifigan.excitation(mel, drawn)
        samples = self.hifigan.speak(mel, source)
        ended, speech = time.perf_counter(), len(samples) / self.rate
        return {
            "torch acoustic": (between - started) / speech,
            "torch vocoder": (ended - between) / speech,
            "torch": (ended - started) / speech,
        }


def main() -> None:
    """Speaks the lines of a job on both and says ``what, size, figure`` of each length.

    The job: ``model`` and ``folder`` of its export, ``threads``, ``precisions``, and ``lines`` by length, the
    first of each length for warming up.
    """
    wanted = job()
    torch.set_num_threads(wanted["threads"])
    plain = _Plain.read(Path(wanted["model"]))
    speakers = {name: Speaker(Path(wanted["folder"]), name) for name in wanted["precisions"]}
    with Engine(wanted["threads"]) as engine:
        for length, texts in wanted["lines"].items():
            _, *measured = [_in_turn(plain, speakers, engine, text) for text in texts]
            for name in measured[0]:
                say(name, int(length), median(factors[name] for factors in measured))


def _in_turn(plain: _Plain, speakers: Mapping[str, Speaker], engine: Engine, text: str) -> Factors:
    factors = plain.factors(text)
    for name, speaker in speakers.items():
        spoken = speaker.speak(engine, text)
        factors[name] = spoken.seconds / spoken.speech
        factors[f"times {name}"] = factors["torch"] / factors[name]
    return factors


if __name__ == "__main__":
    main()
