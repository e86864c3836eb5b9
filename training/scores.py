"""How well voices are understood and how they sound, beside their teacher, on texts that were held out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench.scoring.judge import Judge, Score
from bench.studio import Studio
from service.runtime.exported import read_exported
from service.sambert import load_sambert_voices
from service.text.frontend import FrontEnd
from service.text.sentence import Style
from service.voice import Voice
from training.folder import read_json, write_json
from training.kokoro.voice import load_voices
from training.run import Run
from training.speaking import NETWORK
from training.together import together

TEACHER = "teacher"
MIXED, LONG = "mixed", "long"
_UNSCORED = "nothing could be scored"


@dataclass(frozen=True, slots=True)
class Condition:
    """Who speaks, and how.

    Attributes:
        engine: the precision of the vocoder, or ``TEACHER``.
        voice, emotion: names.
        texts: ``MIXED`` or ``LONG``.
    """

    engine: str
    voice: str
    emotion: str
    texts: str

    @property
    def key(self) -> str:
        """Names it in the scores."""
        return ", ".join((self.engine, self.voice, self.emotion, *([LONG] if self.texts == LONG else [])))


def score(run: Run, texts: Mapping[str, Sequence[str]]) -> None:
    """Scores every condition that has no score yet; the scores lie in ``scores.json``.

    Args:
        run: whose voices they are.
        texts: ``MIXED`` ones, for all emotions, and ``LONG`` ones, for neutral; either may be empty.
    """
    path, scores = run.folder / "scores.json", read_scores(run.folder)
    wanted = [one for one in _conditions(run) if texts[one.texts] and one.key not in scores]
    with run.progress() as progress:
        task = progress.add_task("scores", total=len(wanted), told="")
        for key, figures in together(wanted, partial(_scored, run.folder, texts), run.workers):
            scores[key] = figures
            write_json(path, {one.key: scores[one.key] for one in _conditions(run) if one.key in scores})
            progress.update(task, advance=1, told=key)


def _scored(
    folder: Path, texts: Mapping[str, Sequence[str]], conditions: Sequence[Condition]
) -> Iterator[tuple[str, dict[str, Any]]]:
    judge, frontend, studio, engine = Judge(threads=1), FrontEnd(), None, ""
    for condition in conditions:
        if studio is None or condition.engine != engine:  # one at a time, for the memory's sake
            studio, engine = Studio(frontend, _voices(folder, condition.engine)), condition.engine
        style = Style(emotion=condition.emotion, voice=condition.voice)
        verdicts = [judge.judge(studio.record(text, style)) for text in texts[condition.texts]]
        yield condition.key, {"texts": len(verdicts)} | _figures(verdicts)


def read_scores(folder: Path) -> dict[str, dict[str, Any]]:
    """Gives the scores of a run by condition, as far as there are any."""
    path = folder / "scores.json"
    found: dict[str, dict[str, Any]] = read_json(path) if path.is_file() else {}
    return found


def _conditions(run: Run) -> Iterator[Condition]:
    for engine in run.preset.engines:
        for voice in run.voices:
            for emotion in run.emotions[: run.preset.emotions_scored]:
                yield Condition(engine, voice, emotion, MIXED)
            yield Condition(engine, voice, run.emotions[0], LONG)


def _voices(folder: Path, engine: str) -> list[Voice]:
    if engine == TEACHER:
        return load_voices(NETWORK, threads=1)
    return load_sambert_voices(read_exported(folder / "served"), threads=1, precision=engine)


def _figures(verdicts: Sequence[Any]) -> dict[str, Any]:
    try:
        found = Score.of(verdicts)
    except ValueError as error:  # a voice that has learned next to nothing has no pitch
        return {"problem": str(error) or _UNSCORED}
    figures = {"cer": found.cer, "ser": found.ser, **found.quality._asdict(), **asdict(found.prosody)}
    return {name: round(float(value), 4) for name, value in figures.items()}
