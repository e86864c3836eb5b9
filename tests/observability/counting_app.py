"""What each of the workers serves; imported behind the fork alone."""

from __future__ import annotations

import os
import time

from flask import Flask

from service.observability.metrics import Metrics
from service.web.metrics import metrics_blueprint


def counting_app() -> Flask:
    app, metrics = Flask("counting"), Metrics()
    metrics.model_loaded.set(1)
    metrics.queue_depth.set(2)
    app.register_blueprint(metrics_blueprint(metrics))

    @app.get("/count")
    def count() -> str:
        metrics.requests.labels("/tts", "neutral", "sine", "ok").inc()
        metrics.request_seconds.labels("/tts", "short").observe(0.2)
        return str(os.getpid())

    @app.get("/jobs/<int:number>")
    def jobs(number: int) -> str:
        metrics.jobs.labels("queued").set(number)
        return str(os.getpid())

    @app.get("/burn")
    def burn() -> str:
        started = time.process_time()
        while time.process_time() - started < 0.2:
            pass
        return str(os.getpid())

    return app
