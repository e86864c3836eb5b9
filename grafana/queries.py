"""What panels ask Prometheus, in the few forms that come again and again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Query:
    """An expression, and what its series are called: text with labels as ``{{route}}``."""

    expr: str
    legend: str


def rate(counter: str, matchers: str, by: str = "") -> str:
    """How fast a counter grows a second, added up for each value of the labels ``by``."""
    return f"sum{_by(by)}(rate({counter}{{{matchers}}}[$__rate_interval]))"


def share(counter: str, part: str, whole: str, by: str = "") -> str:
    """How much of what ``whole`` matches is what ``part`` matches, 0 to 1."""
    everything = rate(counter, whole, by)
    return f"({rate(counter, part, by)} or 0 * {everything}) / {everything}"


def mean(histogram: str, matchers: str, by: str = "") -> str:
    """The mean of what a histogram observed."""
    return f"{rate(f'{histogram}_sum', matchers, by)} / {rate(f'{histogram}_count', matchers, by)}"


def quantile(part: float, histogram: str, matchers: str, by: str = "") -> str:
    """What ``part`` of the observations, 0 to 1, do not exceed."""
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({part}, {rate(f'{histogram}_bucket', matchers, labels)})"


def quantiles(histogram: str, matchers: str, *parts: int) -> list[Query]:
    """Several of these, in per cent."""
    return [Query(quantile(part / 100, histogram, matchers), f"p{part}") for part in parts]


def _by(labels: str) -> str:
    return f" by ({labels}) " if labels else ""
