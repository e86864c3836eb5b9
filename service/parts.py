"""The parts of a running service, and how they are put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from service.cache import Cache, build_cache
from service.clips import ClipStore
from service.embedded import GENDERS, embedded_voices
from service.janitor import Janitor, Task, one_at_a_time
from service.jobs.building import build_jobs
from service.jobs.jobs import Jobs
from service.leftovers import CachedVoices, TemporaryFiles
from service.library.voices import exported_voices
from service.observability.metrics import Metrics
from service.observability.tracing import Tracer, build_tracer
from service.renderer import Renderer
from service.runtime.gate import Gate
from service.runtime.threads import available_cores
from service.sambert import load_sambert_voices
from service.settings import Settings
from service.speech import Synthesizer
from service.text.frontend import FrontEnd
from service.voice import Voice
from service.web.engine import Engine

_AT_ONCE = 16
"""Sentences that are spoken at once: the voices' engine shares its threads, and decodes them together."""


@dataclass(frozen=True)
class Parts:
    """What the web and the worker are made of.

    Attributes:
        settings: of the operator.
        metrics: of this process.
        tracer: of this process.
        cache: of requests and sentences.
        engine: loads the voices; ``engine.start()`` begins.
        renderer: speaks, once they are loaded.
        jobs: takes jobs; without ``TTS_JOBS_URL`` they are worked on here.
        janitor: sweeps; ``janitor.start()`` begins.
    """

    settings: Settings
    metrics: Metrics
    tracer: Tracer
    cache: Cache
    engine: Engine
    renderer: Renderer
    jobs: Jobs
    janitor: Janitor

    def close(self) -> None:
        """Ends what runs in the background, and sends off what only waits for company."""
        self.janitor.stop()
        self.jobs.close()
        self.engine.close()
        self.cache.close()
        self.tracer.close()


def build_parts(settings: Settings, load: Callable[[], Synthesizer] | None = None) -> Parts:
    """Puts a service together; nothing that takes long. Call it in the process that serves, behind any fork.

    ``load`` gives another synthesizer than the settings ask for.

    Raises:
        TracingError: traces are asked for that cannot be sent.
    """
    metrics, tracer = Metrics(), build_tracer()
    cache = build_cache(settings, metrics)
    engine = Engine(load or partial(build_synthesizer, settings, metrics, cache.clips), metrics)
    renderer = Renderer(lambda: engine.synthesizer, cache.audio, metrics)
    jobs = build_jobs(settings, renderer, metrics, tracer)
    janitor = _janitor(settings, metrics, engine, cache, jobs)
    return Parts(settings, metrics, tracer, cache, engine, renderer, jobs, janitor)


def _janitor(settings: Settings, metrics: Metrics, engine: Engine, cache: Cache, jobs: Jobs) -> Janitor:
    once = partial(one_at_a_time, settings.cache_dir)
    tasks: dict[str, Task] = {
        "temporary": once(TemporaryFiles()),
        "voices": once(CachedVoices(settings.cache_dir, lambda: engine.ready)),
        "cache": lambda: {"recordings": cache.audio.sweep()},
        "jobs": lambda: {"jobs": jobs.sweep()},
    }
    return Janitor(tasks, metrics)


def build_voices(settings: Settings, metrics: Metrics | None = None) -> list[Voice]:
    """Loads the voices of ``TTS_MODEL``, or the embedded ones; the default first.

    Raises:
        ModelError: the model cannot be used.
        SettingError: ``TTS_VOICES`` names a voice that is not embedded.
    """
    threads, precision = settings.threads or available_cores(), settings.precision
    if settings.model:
        return load_sambert_voices(exported_voices(settings), threads, precision, metrics)
    return load_sambert_voices(embedded_voices(settings.voices), threads, precision, metrics, GENDERS)


def build_synthesizer(
    settings: Settings, metrics: Metrics | None = None, kept: ClipStore | None = None
) -> Synthesizer:
    """Loads the front end and the voices: some seconds, and more where official ones are converted first."""
    gate = Gate(_AT_ONCE, settings.queue_seconds, metrics)
    return Synthesizer(FrontEnd(settings.lexicon), build_voices(settings, metrics), gate, kept)
