"""The routes that tell of the service itself."""

from __future__ import annotations

from functools import partial

from service.web.contract.answers import Alive, Document, Ready, Unready
from service.web.contract.operation import Answer, Operation

_operation = partial(Operation, "GET", group="Service", key="none", unlimited=True)

OPERATIONS = (
    _operation(
        "/healthz",
        "Whether it can speak",
        answers={
            200: Answer("It can.", (Ready,)),
            503: Answer(
                "The voice is being loaded, or the process ends.", (Unready,), headers=("Retry-After",)
            ),
        },
        crowded=False,
    ),
    _operation(
        "/livez", "Whether the process answers", answers={200: Answer("It does.", (Alive,))}, crowded=False
    ),
    _operation(
        "/metrics",
        "What Prometheus scrapes",
        answers={200: Answer("The metrics.", media=("text/plain", "application/openmetrics-text"))},
        crowded=False,
    ),
    _operation("/openapi.json", "This document", answers={200: Answer("OpenAPI 3.1.", (Document,))}),
    _operation("/docs", "This document for people", answers={200: Answer("A page.", media=("text/html",))}),
)
