"""What was promised, and how fast the errors that are allowed for are used up. Reads the recording rules."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from grafana.board import Row, board
from grafana.panels import chart, listing, number
from grafana.queries import Query
from grafana.variables import API

_BUDGET = f"qingsheng:slo_budget:ratio{{{API}}}"
_BURNS = [(1, "yellow"), (6, "orange"), (14.4, "red")]
_WINDOWS = ("1h", "6h", "1d", "3d")


def slo() -> Dashboard:
    """The page about objectives."""
    return board(
        "slo",
        "SLO and burn rates",
        "Objectives for availability, latency and first audio; the rules of the chart record what is shown.",
        [_left(), _burning(), _errors()],
    )


def _spent(matchers: str, window: str) -> str:
    """The share of requests that failed over a window, in terms of the budget."""
    failed = f"avg_over_time(qingsheng:slo_errors:rate5m{{{matchers}}}[{window}])"
    asked = f"avg_over_time(qingsheng:slo_requests:rate5m{{{matchers}}}[{window}])"
    return f"{failed} / ({asked} > 0) / qingsheng:slo_budget:ratio{{{matchers}}}"


def _left() -> Row:
    return Row(
        "Budgets",
        [
            number(
                "Error budget left, over the time shown",
                "1 is all of it; below 0 more failed than was allowed.",
                "percentunit",
                Query(f"1 - {_spent(API, '$__range')}", "{{slo}} {{length}}"),
                width=16,
                limits=[(None, "red"), (0, "orange"), (0.25, "green")],
            ),
            number(
                "Objectives",
                "The share that must be good.",
                "percentunit",
                Query(f"1 - {_BUDGET}", "{{slo}} {{length}}"),
                width=8,
            ),
        ],
    )


def _burning() -> Row:
    about = "How many times faster than allowed the budget is used up; alerts fire from 14.4, 6, 3 and 1 on."
    return Row(
        "Burn rates",
        [
            chart(title, about, "none", _burns(name), limits=_BURNS)
            for title, name in (
                ("Availability", "availability"),
                ("Latency", "latency"),
                ("First audio", "first_audio"),
            )
        ],
    )


def _burns(name: str) -> list[Query]:
    series = f'slo="{name}", {API}'
    length = "{{length}} " if name == "latency" else ""
    return [
        Query(
            f"qingsheng:slo_errors:ratio_rate{window}{{{series}}} / qingsheng:slo_budget:ratio{{{series}}}",
            f"{length}{window}",
        )
        for window in _WINDOWS
    ]


def _errors() -> Row:
    alerts = 'ALERTS{namespace="$namespace", alertname=~"Qingsheng.*"}'
    return Row(
        "Errors and alerts",
        [
            chart(
                "Errors, 5 minutes",
                "Share that failed, was refused or came too late.",
                "percentunit",
                [Query(f"qingsheng:slo_errors:ratio_rate5m{{{API}}}", "{{slo}} {{length}}")],
            ),
            chart(
                "What is counted",
                "Requests for speech, texts by length, and texts that were spoken anew.",
                "reqps",
                [Query(f"qingsheng:slo_requests:rate5m{{{API}}}", "{{slo}} {{length}}")],
            ),
            listing(
                "Alerts",
                "Firing, or pending: about to fire if it goes on.",
                Query(f"max by (alertname, severity, alertstate, slo, length, pod) ({alerts})", ""),
                hidden=["Value"],
                width=8,
            ),
        ],
    )
