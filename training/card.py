"""The card of a voice: what it is, how it was made, how it scores, and what it cannot do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bench.table import markdown
from training.presets import Pace
from training.run import Run
from training.scores import read_scores

_SCORES = (
    ("SER", "ser", "{:.1%}"),
    ("CER", "cer", "{:.1%}"),
    ("OVRL", "overall", "{:.2f}"),
    ("P808", "p808", "{:.2f}"),
    ("F0 median, Hz", "pitch", "{:.0f}"),
    ("F0 range, semitones", "spread", "{:.1f}"),
    ("syllables/s", "rate", "{:.2f}"),
    ("energy, dB", "energy", "{:.1f}"),
)
_STEPS = ("corpus", "teacher", "screening", "acoustic", "vocoder", "mels", "tuning", "scores")


def card(run: Run) -> str:
    """Gives the card as Markdown, from the history of a run and its scores."""
    history, scores = run.history(), read_scores(run.folder)
    parts = [_what(run), _data(history), _training(run, history), _table(scores), _LIMITS, _LICENCES]
    return "\n\n".join(parts) + "\n"


def _what(run: Run) -> str:
    toy = " **It is a toy: it proves that the recipe runs, and says nothing.**" if run.preset.toy else ""
    return (
        f"# {' and '.join(run.voices)}\n\n"
        f"Mandarin voices in the Sambert-HifiGan architecture (NSF, 16 kHz), preset `{run.preset.name}`, "
        f"in {len(run.emotions)} emotions: {', '.join(run.emotions)}. "
        f"Factors on the pace that they have learned: {_paces(run.preset.paces)}; "
        f"on the strength of emotions: {_factors(run.preset.emotion_strengths)}; "
        f"on the contrast of mels: {run.preset.contrast:g}. "
        f"Made by `make voice`, seed {run.preset.seed}; docs/training.md tells how.{toy}"
    )


def _paces(paces: Sequence[tuple[str, Pace]]) -> str:
    return ", ".join(f"{voice} {pace.factor:g} ({_factors(pace.emotions)})" for voice, pace in paces)


def _factors(named: Sequence[tuple[str, float]]) -> str:
    return ", ".join(f"{name} {factor:g}" for name, factor in named)


def _data(history: Mapping[str, Mapping[str, Any]]) -> str:
    texts, taken = history.get("corpus", {}), history.get("takes", {})
    return (
        "## Data\n\n"
        f"{texts.get('texts', 0)} texts ({texts.get('held_out', 0)} held out), which lack "
        f"{texts.get('sounds_missing', 0)} of {texts.get('sounds', 0)} syllables with tones. "
        f"Kokoro-82M spoke {history.get('teacher', {}).get('orders', 0)} takes of them; "
        f"{taken.get('dropped', 0)} were dropped, {taken.get('learnt', 0)} learned from: "
        f"{taken.get('hours', 0.0):.2f} hours of synthetic speech. No recording of a person was used."
    )


def _training(run: Run, history: Mapping[str, Mapping[str, Any]]) -> str:
    rows = [
        [step, str(history[step].get("steps", "–")), f"{history[step]['seconds'] / 3600:.2f}"]
        for step in _STEPS
        if "seconds" in history.get(step, {})
    ]
    return f"## Training\n\nOn {run.device.type}.\n\n" + markdown(("step", "steps", "hours"), rows)


def _table(scores: Mapping[str, Mapping[str, Any]]) -> str:
    if not scores:
        return "## Scores\n\nNot scored yet."
    header = ("engine, voice, emotion", "texts", *(name for name, _, _ in _SCORES))
    return "## Scores\n\n" + markdown(header, [[key, *_row(found)] for key, found in scores.items()])


def _row(found: Mapping[str, Any]) -> Iterator[str]:
    yield str(found["texts"])
    for _, name, form in _SCORES:
        yield form.format(found[name]) if name in found else "–"


_LIMITS = """## Limits

The emotions are styles made by pitch, pitch range, pace, colour and loudness, with some spread; nobody acted
them. What the teacher says wrong, these voices say wrong. English is read with a Mandarin speaker's sounds.
Scores come from a recogniser and from networks that predict ratings; no panel of listeners was asked."""

_LICENCES = """## Licences

The voices: Apache-2.0. The teacher: Kokoro-82M (Apache-2.0, hexgrad). Texts: the project's own, and the
sentences of hsk-sentences-audio (CC-BY-SA 4.0), which are used to train and are not part of the voices."""
