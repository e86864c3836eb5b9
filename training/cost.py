"""What each step of a preset costs here: measured on a few takes, and reckoned up for all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import torch

from bench.table import markdown
from service.text.frontend import FrontEnd
from training.acoustic.network import AcousticNetwork
from training.acoustic.task import AcousticTask
from training.batches import collate
from training.corpus.corpus import corpus
from training.corpus.coverage import Sounds
from training.data import clip, own_mel
from training.features import Scale, example
from training.recogniser import Recogniser
from training.run import Run
from training.screening import Screen, groups
from training.speaking import NETWORK
from training.takes import Take
from training.teacher.orders import Order, orders
from training.teacher.teacher import Teacher
from training.vocoder.adversary import Adversary
from training.vocoder.generator import Generator
from training.vocoder.task import VocoderTask

_TEXTS, _LONG = 400, 60  # of which takes are spoken
_STEPS = 3  # that are timed, behind one that is not
_CARRIERS = 488  # takes, both voices together


@dataclass(frozen=True, slots=True)
class Cost:
    """What a step costs: CPU seconds for one of its units, and how many of these the preset has."""

    step: str
    unit: str
    seconds: float
    count: float

    @property
    def hours(self) -> float:
        """Of CPU, for the whole step."""
        return self.seconds * self.count / 3600


def costs(run: Run, takes: int) -> Iterator[Cost]:
    """Measures the steps one by one on so many takes, all on one thread."""
    torch.set_num_threads(1)
    teacher, chosen = Teacher(NETWORK), _orders(run, takes)
    clock = time.process_time()
    spoken = [teacher.speak(order) for order in chosen]
    ordered = run.preset.takes * len(run.voices) * len(run.emotions) + _CARRIERS
    yield Cost("teacher", "take", (time.process_time() - clock) / takes, ordered)
    if run.preset.screened:
        screen = Screen()
        used = _cpu(lambda: [list(screen.findings(group)) for group in groups(iter(spoken))])
        yield Cost("screening", "take", used / takes, ordered - _CARRIERS)
    yield from _acoustic(run, spoken)
    yield from _vocoder(run, spoken)


def table(found: Sequence[Cost]) -> str:
    """A row a step, and their sum."""
    rows = [[c.step, c.unit, f"{c.seconds:.2f}", f"{c.count:,.0f}", f"{c.hours:.1f}"] for c in found]
    total = f"{sum(cost.hours for cost in found):.1f}"
    header = ("step", "unit", "CPU seconds a unit", "units", "CPU hours")
    return markdown(header, [*rows, ["all", "", "", "", total]])


def _orders(run: Run, takes: int) -> list[Order]:
    texts = corpus(FrontEnd(), Sounds(), limit=_TEXTS, long=_LONG, seed=run.preset.seed)
    return list(islice(orders(texts, takes, run.preset.seed), takes))


def _acoustic(run: Run, spoken: Sequence[Take]) -> Iterator[Cost]:
    preset, scale = run.preset, Scale.of(spoken)
    examples = [example(take, scale, run.vocabularies) for take in spoken]
    group = preset.sizes.acoustic.outputs_per_step
    network = AcousticNetwork(preset.sizes, run.vocabularies)
    enough = examples * (preset.acoustic.frames // sum(len(one.frames) for one in examples) + 2)
    task = AcousticTask(network, enough, preset.acoustic, 0, group=group, device=run.device, bf16=run.bf16)
    first = preset.acoustic.own_from
    yield Cost("acoustic model", "step", _step(task.step, first), preset.acoustic.steps)
    with torch.inference_mode():
        used = _cpu(lambda: network.eval().alone(collate(examples, group).to(run.device)))
    takes = preset.vocoder.takes or preset.takes * len(run.voices) * len(run.emotions)
    yield Cost("mels for the vocoder", "take", used / len(examples), takes)


def _vocoder(run: Run, spoken: Sequence[Take]) -> Iterator[Cost]:
    settings = run.preset.vocoder
    clips = [clip(take, own_mel(take), run.vocabularies) for take in spoken]
    generator = Generator(run.preset.sizes)
    adversary = Adversary(settings.adversary)
    hears = Recogniser(run.vocabularies.rows("sy"))
    task = VocoderTask(generator, adversary, hears, clips, settings, 0, device=run.device, bf16=run.bf16)
    yield Cost("vocoder", "step", _step(task.step, 0), settings.adversary_from)
    opposed = settings.steps + settings.tuning - settings.adversary_from
    used = _step(task.step, settings.adversary_from)
    yield Cost("vocoder with adversary", "step", used, opposed)


def _step(step: Callable[[int], object], first: int) -> float:
    step(first)
    return _cpu(lambda: [step(first + number) for number in range(1, _STEPS + 1)]) / _STEPS


def _cpu(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun
