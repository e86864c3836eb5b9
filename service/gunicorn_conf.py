"""How gunicorn runs the service."""

from __future__ import annotations

import logging
import os
import resource
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker as GunicornWorker
from rich.console import Console

from service.announcement import Announcement
from service.gunicorn_worker import Worker
from service.observability.multiprocess import mark_dead
from service.settings import Settings

if TYPE_CHECKING:
    from service.parts import Parts
    from service.webui import Webui

_CONNECTIONS = 2048  # open at once, most of them idle: gunicorn takes no more, not even a probe's
_OTHER_FILES = 512  # to Redis, of libraries, and pairs of pipes
_SPARE_THREADS = 16  # for probes and refusals while all others wait for speech
_INVALID, _UNHANDLED = "Invalid request from ip=", "Error handling request"  # how gunicorn words it
_MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108  only gunicorn's nameless heartbeat file goes there


def gunicorn_options(settings: Settings) -> dict[str, object]:
    """gunicorn's settings by name: one process with one copy of the voice, threads for input and output."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    threads = settings.max_requests + _SPARE_THREADS
    options: dict[str, object] = {
        "bind": [f"{host}:{settings.port}"],
        "workers": settings.workers,
        "worker_class": Worker,
        "threads": threads,
        "timeout": 60,
        "graceful_timeout": 30,
        "keepalive": 75,
        "worker_connections": max(2 * threads, _descriptors(_CONNECTIONS + _OTHER_FILES) - _OTHER_FILES),
        "preload_app": False,
        "control_socket_disable": True,
        "child_exit": _worker_ended,
        "worker_exit": _worker_ends,
        "logger_class": QuietLogger,
        "loglevel": settings.log_level,
        "proc_name": "qingsheng",
    }
    if os.access(_MEMORY_FOLDER, os.W_OK):  # a heartbeat on a slow disk would look like a hang
        options["worker_tmp_dir"] = str(_MEMORY_FOLDER)
    return options


def _descriptors(wanted: int) -> int:
    """Lets this process and its children open so many files at once, or as many as the system allows.

    Gives how many that is. gunicorn ends a worker that can open no more.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limits = [limit for limit in (wanted, hard) if limit != resource.RLIM_INFINITY]
    allowed = min(limits)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return allowed


def _worker_ended(arbiter: Arbiter, worker: GunicornWorker) -> None:  # noqa: ARG001  as gunicorn calls it
    """Runs in the parent: what the worker counted is kept, without files of its own."""
    mark_dead(int(worker.pid))


def _worker_ends(arbiter: Arbiter, worker: Worker) -> None:  # noqa: ARG001  as gunicorn calls it
    """Runs in the worker, at its end.

    gunicorn counts a WebSocket's end twice, and so may think that all requests are done while some still run.
    """
    worker.tpool.shutdown(wait=True)
    worker.app.close()


def _is_no_timeout(record: logging.LogRecord) -> bool:
    """A client that reads or sends nothing is cut off in the end; its request's own line says so."""
    return not (record.exc_info and isinstance(record.exc_info[1], (TimeoutError, BlockingIOError)))


def _without_requests(record: logging.LogRecord) -> bool:
    """Takes out of a record what a client sent: a text may be in its address, or where headers should be."""
    message = str(record.msg)
    if message.startswith(_INVALID):
        record.msg = message[: message.find(": ")] if ": " in message else message
    elif message.startswith(_UNHANDLED):
        record.msg, record.args = _UNHANDLED, ()
    return True


class QuietLogger(Logger):
    """gunicorn's messages, through the service's own log; requests are logged by the service itself."""

    def setup(self, cfg: Config) -> None:
        """Leaves writing to the root logger's handlers."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        self.error_log.addFilter(_is_no_timeout)
        self.error_log.addFilter(_without_requests)


class Server(BaseApplication):
    """The service under gunicorn; ``run()`` returns when the service has ended."""

    def __init__(self, settings: Settings, console: Console, webui: Webui | None = None) -> None:
        """``console`` is told, for people, how starting goes, and where the page is if there is one."""
        self._settings, self._webui = settings, webui
        self._announcement = Announcement(console, settings.host, settings.port, webui)
        self._parts: Parts | None = None
        super().__init__()

    def load_config(self) -> None:
        """Hands gunicorn its settings; older versions lack some of them."""
        for name, value in gunicorn_options(self._settings).items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:  # Flask's type for a WSGI callable is narrower than gunicorn's
        """Builds the application; gunicorn calls this in the worker, after the fork.

        Inference libraries do not survive a fork, so they are not even imported before.
        """
        from service.app import create_app
        from service.parts import build_parts
        from service.webui import within

        self._parts = build_parts(self._settings)
        self._announcement.loading()
        self._parts.engine.start(self._loaded)
        self._parts.janitor.start()
        app = create_app(self._parts)
        return within(app) if self._webui and self._webui.inside else app

    def _loaded(self, error: Exception | None) -> None:
        """Runs in the loading thread, where only this ends the process, and tells gunicorn to give up."""
        if error is None:
            self._announcement.ready()
        elif not (self._parts and self._parts.engine.draining):  # else it broke off because the process ends
            self._announcement.failed(error)
            os._exit(Arbiter.WORKER_BOOT_ERROR)

    def close(self) -> None:
        """Sends off what only waits for company."""
        if self._parts:
            self._parts.close()

    def drain(self) -> None:
        """Says to probes that this process is about to end."""
        if self._parts:
            self._parts.engine.draining = True
