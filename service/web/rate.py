"""How often one caller may call: a limit for each key and each address."""

from __future__ import annotations

import time
from functools import partial
from ipaddress import IPv6Address, ip_address
from typing import cast

from flask import Flask, Response, g, request
from flask_limiter import ApplicationLimit, Limiter, RateLimitExceeded
from limits import parse_many
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from service.web.auth import OPEN
from service.web.errors import error_response

_REDIS_SECONDS = 0.02  # a request that finds Redis gone waits twice: for its own answer, and for a probe's
_PREFIX = "qingsheng"
_ONE_CUSTOMER = 64  # bits that the addresses of one IPv6 customer begin with


def register_rate(app: Flask, limit: str | None, redis_url: str | None) -> None:
    """Holds each key and each address to ``limit``, such as ``100/minute``; without one it does nothing.

    Counts in Redis, for all processes together, if there is a ``redis_url``. While Redis is gone this
    process counts for itself, and looks for Redis again after 1, 2, 4 … 32 seconds.

    Raises:
        ValueError: ``limit`` cannot be read.
    """
    if limit is None:
        return
    _check(limit)
    limiter = Limiter(
        _address,
        application_limits=[
            ApplicationLimit(limit_provider=limit, key_function=_key, exempt_when=_has_no_key),
            ApplicationLimit(limit_provider=limit, key_function=_address),
        ],
        storage_uri=redis_url or "memory://",
        storage_options=_patience() if redis_url else {},
        in_memory_fallback_enabled=redis_url is not None,
        swallow_errors=True,  # a fault in counting is no reason to refuse
        key_prefix=_PREFIX,
    )
    limiter.request_filter(_is_exempt)
    limiter.init_app(app)
    app.register_error_handler(RateLimitExceeded, partial(_refused, limiter))
    app.after_request(partial(_tell, limiter))


def _check(limit: str) -> None:
    try:
        amounts = [item.amount for item in parse_many(limit)]
    except ValueError:
        amounts = []
    if not amounts or min(amounts) < 1:
        raise ValueError(f"{limit!r} is not a rate limit; write one such as 100/minute or 5/second;100/hour.")


def _patience() -> dict[str, str | int]:
    """Options of the Redis client, whose own ones are to try again for seconds."""
    options = {
        "socket_timeout": _REDIS_SECONDS,
        "socket_connect_timeout": _REDIS_SECONDS,
        "retry": Retry(NoBackoff(), 0),
    }
    return cast("dict[str, str | int]", options)  # the declared type is narrower than what is passed on


def _is_exempt() -> bool:
    return request.method == "OPTIONS" or request.path in OPEN


def _has_no_key() -> bool:
    return "key_name" not in g


def _key() -> str:
    return f"key:{g.key_name}"


def _address() -> str:
    """The client's address; of an IPv6 one its network, all of whose addresses one customer may use."""
    text = request.remote_addr or "unknown"
    try:
        address = ip_address(text)
    except ValueError:
        return f"address:{text}"
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return f"network:{int(address) >> (128 - _ONE_CUSTOMER):x}"
    return f"address:{getattr(address, 'ipv4_mapped', None) or address}"


def _refused(limiter: Limiter, error: RateLimitExceeded) -> Response:
    window = _window(limiter)
    seconds = window[1] - time.time() if window else float(error.limit.limit.get_expiry())
    message = f"Too many requests; the limit is {error.limit.limit}."
    return error_response(429, "rate_limited", message, seconds)


def _tell(limiter: Limiter, response: Response) -> Response:
    """Adds the limit, what is left of it, and when it begins anew in seconds since 1970.

    The library's own headers come with a Retry-After on every response, a 200 or a busy 503 as well.
    """
    limit = limiter.current_limit
    window = _window(limiter)
    if limit and window:
        remaining, reset_at = window
        response.headers["X-RateLimit-Limit"] = str(limit.limit.amount)
        response.headers["X-RateLimit-Remaining"] = str(remaining)
        response.headers["X-RateLimit-Reset"] = str(reset_at)
    return response


def _window(limiter: Limiter) -> tuple[int, int] | None:
    """How many requests are left to this caller, and until when; None where no limit applies."""
    limit = limiter.current_limit
    if limit is None:
        return None
    try:
        return limit.remaining, limit.reset_at
    except RedisError:  # it went between counting and now; the next request does without it
        return None
