"""How well each voice is understood and how it sounds, per emotion: ``python -m bench.quality``."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import click
from rich.console import Console
from rich.progress import Progress

from bench.scoring.judge import Judge, Score, Verdict
from bench.studio import Studio, texts
from bench.table import markdown
from service.parts import build_voices
from service.runtime.threads import available_cores
from service.settings import load_settings
from service.text.frontend import FrontEnd
from service.text.sentence import Style

LISTS = ("mixed", "unseen")
"""Of ``bench/texts``; in the same mixture: service, numbers, addresses, English, questions, tales."""

_HEADER = (
    "voice, emotion",
    "CER",
    "SER",
    "OVRL",
    "P808",
    "F0 median, Hz",
    "F0 range, semitones",
    "syllables/s",
    "energy, dB",
)


class Condition(NamedTuple):
    """How a whole list of texts is spoken."""

    voice: str
    emotion: str


Results = Mapping[Condition, Sequence[Verdict]]


def plan(
    voices: Mapping[str, Sequence[str]], wanted: Sequence[str], emotions: Sequence[str]
) -> list[Condition]:
    """What to measure: the wanted voices in the wanted emotions, all where none are named.

    With neither named: every voice as it is, and the first in all of its emotions.
    """
    if wanted or emotions:
        return [
            Condition(voice, emotion) for voice in wanted or voices for emotion in emotions or voices[voice]
        ]
    first, *others = voices
    return [Condition(first, e) for e in voices[first]] + [Condition(v, voices[v][0]) for v in others]


def table(results: Results) -> str:
    """A row a condition."""
    return markdown(_HEADER, [_row(condition, Score.of(found)) for condition, found in results.items()])


def _row(condition: Condition, score: Score) -> list[str]:
    prosody = score.prosody
    return [
        f"{condition.voice}, {condition.emotion}",
        f"{score.cer:.1%}",
        f"{score.ser:.1%}",
        f"{score.quality.overall:.2f}",
        f"{score.quality.p808:.2f}",
        f"{prosody.pitch:.0f}",
        f"{prosody.spread:.1f}",
        f"{prosody.rate:.2f}",
        f"{prosody.energy:.1f}",
    ]


def details(results: Results) -> Iterator[dict[str, object]]:
    """Each take as plain data: what was said, what was heard, the errors, the ratings."""
    for condition, verdicts in results.items():
        for verdict in verdicts:
            yield {
                **condition._asdict(),
                "said": verdict.take.said,
                "heard": verdict.heard,
                "character_errors": verdict.cer.edits,
                "characters": verdict.cer.length,
                "syllable_errors": verdict.ser.edits,
                "syllables": verdict.ser.length,
                "seconds": round(len(verdict.take.samples) / verdict.take.sample_rate, 2),
                **{name: round(value, 3) for name, value in verdict.quality._asdict().items()},
            }


@click.command()
@click.option("--voice", "voices", multiple=True, help="A voice to measure; may be repeated.")
@click.option("--emotion", "emotions", multiple=True, help="An emotion to measure; may be repeated.")
@click.option(
    "--list",
    "name",
    type=click.Choice(LISTS),
    default=LISTS[0],
    show_default=True,
    help="What is spoken; the settings of the embedded voices were chosen by mixed, nothing by unseen.",
)
@click.option("--texts", "count", type=click.IntRange(1), help="Use only so many texts of the list.")
@click.option("--intensity", type=click.FloatRange(0, 2), default=1.0, show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write each take as JSON.")
def main(
    voices: tuple[str, ...],
    emotions: tuple[str, ...],
    name: str,
    count: int | None,
    intensity: float,
    out: Path | None,
) -> None:
    """Speaks a list of texts, listens to it, and prints a Markdown table."""
    console, started = Console(stderr=True), time.monotonic()
    settings = load_settings()
    with console.status("Loading the voices and the scorers …"):
        studio = Studio(FrontEnd(settings.lexicon), build_voices(settings))
        judge = Judge(settings.threads or available_cores())
    conditions = plan(studio.voices, voices, emotions)
    spoken = texts(name)[:count]
    results = _measure(studio, judge, conditions, spoken, intensity, console)
    click.echo(table(results))
    click.echo(f"\n{len(spoken)} texts; {(time.monotonic() - started) / 60:.1f} minutes in all.")
    takes = list(details(results))
    for take in takes:
        if take["syllable_errors"]:
            console.print(
                "{voice}, {emotion}: {syllable_errors} wrong\n  said  {said}\n  heard {heard}".format(**take)
            )
    if out:
        out.write_text(json.dumps(takes, ensure_ascii=False, indent=1), encoding="utf-8")


def _measure(
    studio: Studio,
    judge: Judge,
    conditions: Sequence[Condition],
    spoken: Sequence[str],
    intensity: float,
    console: Console,
) -> Results:
    results: dict[Condition, list[Verdict]] = {condition: [] for condition in conditions}
    with Progress(console=console) as progress:
        task = progress.add_task("", total=len(conditions) * len(spoken))
        for condition, verdicts in results.items():
            progress.update(task, description=", ".join(condition))
            style = Style(emotion=condition.emotion, intensity=intensity, voice=condition.voice)
            for text in spoken:
                verdicts.append(judge.judge(studio.record(text, style)))
                progress.advance(task)
    return results


if __name__ == "__main__":
    main()
