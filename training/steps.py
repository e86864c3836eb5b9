"""The steps of the recipe, in their order. Each takes up what it finds, and does what is left to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
import torch
from torch import Tensor

from service.library.exporting import export as convert_all
from service.library.scoring import Listener
from service.models.layout import ModelFolder
from service.text.frontend import FrontEnd
from training import data
from training.acoustic.network import AcousticNetwork
from training.acoustic.task import AcousticTask, held_out_losses
from training.audio import BANDS, RATE
from training.batches import collate
from training.card import card
from training.contrast import LAYER, contrasted
from training.corpus.corpus import Text, corpus, load, save, sentences
from training.corpus.coverage import Sounds
from training.export import Trained, export
from training.folder import read_json, read_tensors, write_arrays, write_json, write_text
from training.loop import CHECKPOINT, Figures, Task, steps_done, train
from training.recogniser import Recogniser
from training.run import Run, RunError, append_line, read_lines
from training.scores import LONG, MIXED, score
from training.screening import Finding, Screen, groups
from training.speaking import NETWORK, speak, unspoken
from training.strength import TABLE, strengthened
from training.takes import load_take, take_path
from training.teacher.orders import Order, orders
from training.vocoder.adversary import Adversary
from training.vocoder.generator import Generator
from training.vocoder.task import VocoderTask

_HELD_OUT_EXAMPLES = 16
_LONG, _LONG_SCORED = 40, 50  # characters of a long text, and how many of these are scored
_TOLD = 10  # missing sounds that are named
_MADE_AT_ONCE = 16  # takes whose mels are made side by side


def collect(run: Run) -> None:
    """Collects the texts, and tells which sounds they hold."""
    preset, path = run.preset, run.folder / "corpus.json"
    if path.is_file():
        return
    with run.timed("corpus"), run.console.status("Reading the texts …"):
        frontend, sounds = FrontEnd(), Sounds()
        texts = corpus(
            frontend,
            sounds,
            limit=preset.texts,
            long=preset.long,
            seed=preset.seed,
            longest=preset.longest,
        )
        heard = sounds.heard(sentences(frontend, [text.text for text in texts if not text.held_out]))
        save(path, texts)
    missing = sounds.missing(heard)
    lacks = f"; without {', '.join(missing[:_TOLD])} …" if missing else ""
    run.console.print(
        f"{len(texts)} texts, {len(sounds.existing) - len(missing)} sounds{lacks}", markup=False
    )
    run.note(
        "corpus",
        texts=len(texts),
        held_out=sum(text.held_out for text in texts),
        sounds=len(sounds.existing),
        sounds_missing=len(missing),
    )


def ordered(run: Run) -> list[Order]:
    """Gives what the teacher is to speak in this run."""
    texts: list[Text] = load(run.folder / "corpus.json")
    return list(orders(texts, run.preset.takes, run.preset.seed))


def teach(run: Run) -> None:
    """Has the teacher speak what it has not spoken yet."""
    refused = {line["name"] for line in read_lines(run.folder / "refused.jsonl")}
    wanted = [order for order in ordered(run) if order.name not in refused]
    left = unspoken(wanted, run.takes)
    with run.timed("teacher"), run.progress() as progress:
        task = progress.add_task("teacher", total=len(wanted), completed=len(wanted) - len(left), told="")
        for order, problem in speak(left, run.takes, NETWORK, run.workers):
            if problem:
                append_line(run.folder / "refused.jsonl", {"name": order.name, "reason": problem})
            progress.advance(task)
    run.note("teacher", orders=len(wanted))


def screen(run: Run) -> None:
    """Drops the takes that are not understood, and writes down which are kept."""
    wanted = [order for order in ordered(run) if take_path(run.takes, order.name).is_file()]
    kept = run.folder / data.KEPT
    if kept.is_file() and read_json(kept)["of"] == len(wanted):
        return
    found = {line["name"]: Finding(**line) for line in read_lines(run.folder / "screening.jsonl")}
    if run.preset.screened:
        _listen(run, [order for order in wanted if order.recognisable and order.name not in found])
        found = {line["name"]: Finding(**line) for line in read_lines(run.folder / "screening.jsonl")}
    good = [order for order in wanted if order.name not in found or found[order.name].good]
    learnt = [order.name for order in good if not order.held_out]
    if not learnt:
        raise RunError("No take is left to learn from.")
    held_out = [order.name for order in good if order.held_out]
    seconds = sum(len(take.samples) for take in data.takes(run, learnt)) / RATE
    run.note("takes", learnt=len(learnt), dropped=len(wanted) - len(good), hours=round(seconds / 3600, 3))
    write_json(kept, {"learnt": learnt, "held_out": held_out, "of": len(wanted)})


def _listen(run: Run, left: Sequence[Order]) -> None:
    if not left:
        return
    with run.timed("screening"), run.progress() as progress:
        task = progress.add_task("screening", total=len(left), told="")
        listener = Screen(run.workers)
        for group in groups(load_take(run.takes, order.name) for order in left):
            for finding in listener.findings(group):
                append_line(run.folder / "screening.jsonl", finding.plain())
                progress.advance(task)


def learn_acoustic(run: Run) -> None:
    """Trains the acoustic model."""
    settings = run.preset.acoustic
    if steps_done(run.folder / "acoustic") >= settings.steps:
        return
    task = AcousticTask(
        new_acoustic(run),
        data.examples(run, data.kept(run)),
        settings,
        run.preset.seed,
        group=run.preset.sizes.acoustic.outputs_per_step,
        device=run.device,
        bf16=run.bf16,
    )
    _train(run, "acoustic", task, settings.steps)
    held_out = data.examples(run, data.kept(run, held_out=True)[:_HELD_OUT_EXAMPLES])
    if held_out:
        group = run.preset.sizes.acoustic.outputs_per_step
        losses = held_out_losses(task.averaged, held_out, group, run.device)
        run.note("acoustic", **{name: round(value, 4) for name, value in losses.items()})


def learn_vocoder(run: Run) -> None:
    """Trains the vocoder on the takes' own mels."""
    if steps_done(run.folder / "vocoder") < run.preset.vocoder.steps:
        _train(run, "vocoder", _vocoder(run, None), run.preset.vocoder.steps)


def tune_vocoder(run: Run) -> None:
    """Trains the vocoder on mels that the acoustic model makes."""
    settings, made, folder = run.preset.vocoder, run.folder / "made", run.folder / "tuning"
    if steps_done(folder) >= settings.steps + settings.tuning:
        return
    if not (folder / CHECKPOINT).is_file():
        _make_mels(run, made)
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(run.folder / "vocoder" / CHECKPOINT, folder / f".{CHECKPOINT}")
        (folder / f".{CHECKPOINT}").replace(folder / CHECKPOINT)
    _train(run, "tuning", _vocoder(run, made), settings.steps + settings.tuning)


def write_voice(run: Run) -> None:
    """Writes the voices, with the vocoder as far as it has been trained; old scores are dropped."""
    acoustic = read_tensors(run.folder / "acoustic" / CHECKPOINT)
    tuned = run.folder / "tuning" / CHECKPOINT
    vocoder = read_tensors(tuned if tuned.is_file() else run.folder / "vocoder" / CHECKPOINT)
    before = run.start.steps if run.start else (0, 0)
    steps = {"acoustic_steps": before[0] + acoustic["step"], "vocoder_steps": before[1] + vocoder["step"]}
    if run.history().get("export") == steps and (run.folder / "served").is_dir():
        return
    learned: Mapping[str, Tensor] = acoustic["modules"]["averaged"]
    table = strengthened(learned[TABLE], run.vocabularies, run.preset.emotion_strengths)
    generator: Mapping[str, Tensor] = vocoder["modules"]["averaged"]
    trained = Trained(
        sizes=run.preset.sizes,
        speakers=run.voices,
        emotions=run.emotions,
        paces=dict(run.preset.paces),
        scale=data.scale(run),
        acoustic={**learned, TABLE: table},
        generator={**generator, LAYER: contrasted(generator[LAYER], run.preset.contrast)},
        adversary=vocoder["modules"]["adversary"],
        **steps,
    )
    export(trained, run.folder / "voice")
    _serve(run)
    (run.folder / "scores.json").unlink(missing_ok=True)
    run.note("export", **steps)
    _write_card(run)


def _serve(run: Run) -> None:
    """Converts the voices, so that serving them needs no PyTorch: into ``served``."""
    precision = "auto" if "int8" in run.preset.engines else "int16"
    scorer_of = Listener if precision == "auto" else None
    part = run.folder / ".served.part"
    shutil.rmtree(part, ignore_errors=True)
    with run.console.status("Converting the voices …") as status:
        model = ModelFolder(run.folder / "voice")
        for conversion in convert_all(model, (), part, precision, status.update, scorer_of):
            run.console.print(str(conversion), markup=False)
    shutil.rmtree(run.folder / "served", ignore_errors=True)
    part.rename(run.folder / "served")


def judge(run: Run) -> None:
    """Scores each voice and emotion on held-out texts, and writes the scores into the card."""
    texts = [text.text for text in load(run.folder / "corpus.json") if text.held_out]
    count = run.preset.scored
    mixed = texts[:: max(1, len(texts) // count)][:count]
    with run.timed("scores"):
        score(run, {MIXED: mixed, LONG: [text for text in texts if len(text) >= _LONG][:_LONG_SCORED]})
    _write_card(run)


def _write_card(run: Run) -> None:
    write_text(run.folder / "voice" / "voices" / "CARD.md", card(run))


STEPS: Mapping[str, Callable[[Run], None]] = MappingProxyType(
    {
        "corpus": collect,
        "teacher": teach,
        "screen": screen,
        "acoustic": learn_acoustic,
        "vocoder": learn_vocoder,
        "tune": tune_vocoder,
        "export": write_voice,
        "score": judge,
    }
)
"""By their names, in their order."""


def new_acoustic(run: Run) -> AcousticNetwork:
    """Gives the acoustic model as it starts."""
    network = AcousticNetwork(run.preset.sizes, run.vocabularies, run.preset.seed)
    if run.start:
        run.start.acoustic(network, run.voices)
        table, back = network.emo_tokenizer.weight, [(n, 1 / f) for n, f in run.preset.emotion_strengths]
        with torch.no_grad():
            table.copy_(strengthened(table, run.vocabularies, back))
    return network


def new_vocoder(run: Run) -> tuple[Generator, Adversary]:
    """Gives the vocoder and its adversary as they start."""
    generator = Generator(run.preset.sizes, run.preset.seed)
    adversary = Adversary(run.preset.vocoder.adversary, run.preset.seed)
    if run.start:
        run.start.vocoder(generator, adversary, run.voices[0])
        weights = generator.get_parameter(LAYER)
        with torch.no_grad():
            weights.copy_(contrasted(weights, 1 / run.preset.contrast))
    return generator, adversary


def _vocoder(run: Run, made: Path | None) -> VocoderTask:
    generator, adversary = new_vocoder(run)
    clips = data.clips(run, data.heard_by_vocoder(run), made)
    settings, seed = run.preset.vocoder, run.preset.seed
    hears = Recogniser(run.vocabularies.rows("sy"), seed)
    return VocoderTask(generator, adversary, hears, clips, settings, seed, device=run.device, bf16=run.bf16)


def _train(run: Run, name: str, task: Task, steps: int) -> None:
    with run.timed(name), run.progress() as progress:
        shown = progress.add_task(name, total=steps, told="")

        def told(number: int, figures: Figures) -> None:
            losses = " ".join(f"{key} {value:.3f}" for key, value in figures.items())
            progress.update(shown, completed=number, told=losses)

        train(task, steps, run.folder / name, run.preset.keep_every, told)
    run.note(name, steps=steps)


def _make_mels(run: Run, folder: Path) -> None:
    """Makes the mel of each take that the vocoder learns from: true durations, but no frames but its own."""
    network = new_acoustic(run)
    network.load_state_dict(read_tensors(run.folder / "acoustic" / CHECKPOINT)["modules"]["averaged"])
    network.to(run.device).eval()
    names = [n for n in data.heard_by_vocoder(run) if not data.made_path(folder, n).is_file()]
    group = run.preset.sizes.acoustic.outputs_per_step
    with run.timed("mels"), run.progress() as progress:
        task = progress.add_task("mels", total=len(names), told="")
        for start in range(0, len(names), _MADE_AT_ONCE):
            examples = data.examples(run, names[start : start + _MADE_AT_ONCE])
            with torch.inference_mode():
                made = network.alone(collate(examples, group).to(run.device)).frames.cpu().numpy()
            for one, frames in zip(examples, made, strict=True):
                mel = frames[: len(one.frames), :BANDS].astype(np.float16)
                write_arrays(data.made_path(folder, one.name), {"mel": mel})
                progress.advance(task)
