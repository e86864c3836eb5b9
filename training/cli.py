"""The command line: ``python -m training STEP``, or ``all`` of them one after the other."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import click
import torch
from rich.console import Console

from service.models.errors import ModelError
from training.adopt import adopt
from training.pair import vocoder_beside
from training.presets import PRESETS
from training.run import Run, RunError, rounds_fast
from training.start import Start
from training.steps import STEPS

_DESCRIPTIONS = {
    "corpus": "Collects the texts.",
    "teacher": "Has the teacher speak them.",
    "screen": "Drops the takes that a recogniser does not understand.",
    "acoustic": "Trains the acoustic model.",
    "vocoder": "Trains the vocoder on true mels.",
    "tune": "Trains the vocoder on the acoustic model's mels.",
    "export": "Writes the voices in the ModelScope layout, and as they are served.",
    "score": "Scores the voices on held-out texts.",
    "adopt": "Makes the voices the embedded ones: copies them into voices/.",
}


@click.group()
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Of all files of the run; left out: .cache/training/PRESET.",
)
@click.option("--preset", "name", type=click.Choice(list(PRESETS)), default="small", show_default=True)
@click.option("--device", type=click.Choice(["cpu", "cuda"]), default="cpu", show_default=True)
@click.option("--threads", type=click.IntRange(1, 256), default=os.cpu_count() or 1, show_default=True)
@click.option(
    "--bf16/--no-bf16",
    default=None,
    help="Round convolutions to bfloat16; left out: where that is faster.",
)
@click.option(
    "--from",
    "start",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A model of this recipe that the networks go on from, at half of the learning rates.",
)
@click.pass_context
def main(
    context: click.Context,
    folder: Path | None,
    name: str,
    device: str,
    threads: int,
    bf16: bool | None,
    start: Path | None,
) -> None:
    """Makes voices, from texts to a folder that TTS_MODEL can name. Steps may be broken off and run again."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that the time is noted
    chosen, place, model = PRESETS[name], torch.device(device), Start(start) if start else None
    try:
        chosen = chosen.onward(model.steps[0]) if model else chosen
    except FileNotFoundError as error:
        raise click.ClickException(f"{start} is no model that goes on: {error}") from None
    threads = 1 if chosen.toy else threads  # more would only wait for each other
    torch.set_num_threads(threads)
    context.obj = Run(
        folder=folder or Path(".cache") / "training" / name,
        preset=chosen,
        device=place,
        bf16=rounds_fast(place) if bf16 is None else bf16,
        workers=threads,
        console=Console(stderr=True),
        start=model,
    )


@main.command("all")
@click.pass_obj
def every_step(run: Run) -> None:
    """Does every step that has not been done."""
    for name, step in STEPS.items():
        run.console.rule(name)
        together = name == "acoustic" and run.device.type == "cpu" and run.workers > 1
        with vocoder_beside(run) if together else nullcontext():
            _do(run, step)
    run.console.print(
        f"The voices are in {run.folder / 'voice'}, ready to be served in {run.folder / 'served'}."
    )


@main.command()
@click.option("--takes", type=click.IntRange(2), default=14, show_default=True, help="To measure on.")
@click.pass_obj
def cost(run: Run, takes: int) -> None:
    """Measures what each step of the preset costs here, in CPU time on one thread."""
    from training.cost import costs, table

    found = []
    with run.console.status("Measuring …") as status:
        for one in costs(run, takes):
            status.update(f"{one.step}: {one.seconds:.2f} s a {one.unit}")
            found.append(one)
    click.echo(table(found))


def _command(name: str, step: Callable[[Run], None]) -> None:
    def command(run: Run) -> None:
        _do(run, step)

    main.command(name, help=_DESCRIPTIONS[name])(click.pass_obj(command))


def _do(run: Run, step: Callable[[Run], None]) -> None:
    try:
        run.check()
        step(run)
    except (RunError, ModelError, FileNotFoundError) as error:
        raise click.ClickException(str(error)) from None


for _name, _step in (*STEPS.items(), ("adopt", adopt)):
    _command(_name, _step)
