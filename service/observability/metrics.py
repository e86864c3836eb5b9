"""What Prometheus is told: every metric of the service, by name."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)

from service.observability.multiprocess import shared_folder

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
"""Bounds of the histograms of time: how many took no longer than one of these is known exactly."""

_CHARACTERS = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
_FACTORS = (0.02, 0.04, 0.06, 0.08, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 1.5, 2.0)

_SHORT, _MEDIUM = 20, 100
_REFUSALS = {429: "limited", 503: "busy"}

JOB_OUTCOMES = ("done", "failed", "cancelled")
CACHE_RESULTS = ("hit", "miss", "shared", "skipped", "error")
SWEPT_KINDS = ("files", "bytes", "voices", "jobs", "recordings")


def length_class(characters: int) -> str:
    """The label ``length`` of a text: ``short`` up to 20 characters, ``medium`` up to 100, else ``long``."""
    return "short" if characters <= _SHORT else "medium" if characters <= _MEDIUM else "long"


def outcome(status: int, cancelled: bool) -> str:
    """The label ``outcome`` of a request.

    Args:
        status: of the answer.
        cancelled: the client left before the last byte, whatever the status said.

    Returns:
        ``ok``, ``client_error``, ``limited`` (429), ``busy`` (503), ``error``, or ``cancelled``.
    """
    if cancelled:
        return "cancelled"
    if status < 400:
        return "ok"
    return _REFUSALS.get(status, "client_error" if status < 500 else "error")


class Metrics:
    """All metrics of one process, on a registry of their own. Labels have a fixed, small set of values."""

    def __init__(self) -> None:
        """Makes every metric, at zero."""
        # They would be a second series for each counter, which several workers do not have.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._voices: frozenset[str] = frozenset()
        self._emotions: frozenset[str] = frozenset()
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self.requests = Counter(
            "tts_requests",
            "Requests by how they ended.",
            ("route", "emotion", "voice", "outcome"),
            registry=registry,
        )
        self.request_seconds = Histogram(
            "tts_request_seconds",
            "From the request's arrival to the last byte of its answer.",
            ("route", "length"),
            buckets=SECONDS,
            registry=registry,
        )
        self.first_audio_seconds = Histogram(
            "tts_first_audio_seconds",
            "From the request's arrival to the first sound that was made for it.",
            ("length", "emotion"),
            buckets=SECONDS,
            registry=registry,
        )
        self.text_characters = Histogram(
            "tts_text_characters", "Characters of a request's text.", buckets=_CHARACTERS, registry=registry
        )
        self.audio_seconds = Counter(
            "tts_audio_seconds", "Seconds of speech that were made.", registry=registry
        )
        self.realtime_factor = Histogram(
            "tts_realtime_factor",
            "Seconds of synthesis for a second of speech, for each request that made some.",
            buckets=_FACTORS,
            registry=registry,
        )
        self.stage_seconds = Histogram(
            "tts_stage_seconds",
            "What a request spent its time on: text, queue, synthesis, encode.",
            ("stage",),
            buckets=SECONDS,
            registry=registry,
        )
        self.cache_requests = Counter(
            "tts_cache_requests",
            "Questions to the audio cache: hit, miss, shared (waited for another caller's), "
            "skipped (the cache is resting after an error), error.",
            ("result",),
            registry=registry,
        )
        _begin(self.cache_requests, CACHE_RESULTS)
        self.queue_depth = Gauge(
            "tts_queue_depth",
            "Requests that wait for their turn.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.queue_seconds = Gauge(
            "tts_queue_seconds",
            "Estimated seconds of work that have been taken on.",
            registry=registry,
            multiprocess_mode="livemax",
        )
        self.queue_wait_seconds = Histogram(
            "tts_queue_wait_seconds",
            "How long a sentence waited for its turn.",
            buckets=SECONDS,
            registry=registry,
        )
        # Whichever worker is scraped looks all jobs up: what the others once saw is old.
        self.jobs = Gauge(
            "tts_jobs",
            "Jobs by status.",
            ("status",),
            registry=registry,
            multiprocess_mode="livemostrecent",
        )
        self.jobs_oldest_seconds = Gauge(
            "tts_jobs_oldest_seconds",
            "How long ago the oldest job that is queued or running was asked for; 0 where there is none.",
            ("status",),
            registry=registry,
            multiprocess_mode="livemostrecent",
        )
        self.jobs_reachable = Gauge(
            "tts_jobs_reachable",
            "1 when jobs could be looked up last time; where not, what is told of jobs is old.",
            registry=registry,
            multiprocess_mode="livemostrecent",
        )
        self.jobs_finished = Counter(
            "tts_jobs_finished", "Jobs that ended: done, failed, cancelled.", ("outcome",), registry=registry
        )
        _begin(self.jobs_finished, JOB_OUTCOMES)
        self.model_loaded = Gauge(
            "tts_model_loaded",
            "1 when the voices are loaded and warm.",
            registry=registry,
            multiprocess_mode="livemin",
        )
        self.engine_lines = Counter(
            "tts_engine_lines",
            "What became of lines in the runtime: spoken, unusable, cancelled; and pieces repaired.",
            ("result",),
            registry=registry,
        )
        self.swept = Counter(
            "tts_swept",
            "What the janitor removed: files, bytes, voices, jobs, recordings.",
            ("kind",),
            registry=registry,
        )
        _begin(self.swept, SWEPT_KINDS)
        self.sweep_failures = Counter(
            "tts_sweep_failures", "Tasks of the janitor that broke off.", ("task",), registry=registry
        )

    def names(self, voices: Iterable[str], emotions: Iterable[str]) -> None:
        """Says which voices and emotions there are, as soon as that is known: no others become labels."""
        self._voices, self._emotions = frozenset(voices), frozenset(emotions)

    def known_voice(self, name: str | None) -> str:
        """The label ``voice``: ``other`` for a name that no voice has, empty where none was named."""
        return _known(name, self._voices)

    def known_emotion(self, name: str | None) -> str:
        """The label ``emotion``: ``other`` for a name that no voice knows, empty where none was named."""
        return _known(name, self._emotions)

    def shown(self) -> CollectorRegistry:
        """What a scrape shows: these metrics and ``process_*``; where there are several workers, of all."""
        folder = shared_folder()
        if folder is None:
            return self.registry
        from service.observability.merging import Merged
        from service.observability.process_metrics import WorkerProcesses

        together = CollectorRegistry()
        together.register(Merged(folder))
        together.register(WorkerProcesses(folder))
        return together


def _begin(counter: Counter, values: Iterable[str]) -> None:
    """Shows a counter at zero for each value of its one label: a rate needs to see the first count coming."""
    for value in values:
        counter.labels(value)


def _known(name: str | None, names: frozenset[str]) -> str:
    return "" if not name else name if name in names else "other"
