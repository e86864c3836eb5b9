"""Four gunicorn workers that count what they are asked: ``python -m tests.observability.counting PORT``."""

from __future__ import annotations

import sys
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from service.observability.multiprocess import mark_dead, shared_metrics

WORKERS = 4


class Counting(BaseApplication):
    def __init__(self, port: int) -> None:
        self._port = port
        super().__init__()

    def load_config(self) -> None:
        def child_exit(arbiter: Arbiter, worker: Worker) -> None:
            mark_dead(int(worker.pid))

        options = {
            "bind": [f"127.0.0.1:{self._port}"],
            "workers": WORKERS,
            "graceful_timeout": 1,
            "control_socket_disable": True,
            "child_exit": child_exit,
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        from tests.observability.counting_app import counting_app

        return counting_app()


def main() -> None:
    assert "prometheus_client" not in sys.modules
    with shared_metrics(WORKERS):
        Counting(int(sys.argv[1])).run()


if __name__ == "__main__":
    main()
