"""How the service does: requests, errors, times, speech, and whether there is enough of it."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from grafana.board import Row, board
from grafana.panels import NEEDED, chart, number
from grafana.queries import Query, mean, quantile, quantiles, rate, share
from grafana.variables import API, BOTH, route

_ROUTES = f'{API}, route=~"$route"'
_ANSWERED = f'{_ROUTES}, outcome=~"ok|busy|error"'
_FAILED = f'{_ROUTES}, outcome=~"busy|error"'
_TEXTS = f'{_ROUTES}, length!=""'


def overview() -> Dashboard:
    """The first page to look at."""
    return board(
        "overview",
        "Overview",
        "Requests, errors and times by route; speech, queue and saturation.",
        [_now(), _requests(), _times(), _first_audio(), _speech(), _saturation()],
        [route()],
    )


def _now() -> Row:
    return Row(
        "Now",
        [
            number(
                "Requests",
                "Requests a second.",
                "reqps",
                Query(rate("tts_requests_total", _ROUTES), "requests"),
            ),
            number(
                "Failed",
                "Share of requests that failed or were refused as busy. What clients did wrong is left out.",
                "percentunit",
                Query(share("tts_requests_total", _FAILED, _ANSWERED), "failed"),
                limits=[(0.001, "orange"), (0.01, "red")],
                decimals=2,
            ),
            number(
                "First audio, p95",
                "19 of 20 texts are heard that soon.",
                "s",
                Query(quantile(0.95, "tts_first_audio_seconds", API), "p95"),
                limits=[(1, "orange"), (5, "red")],
            ),
            number(
                "Real-time factor",
                "Seconds of synthesis for a second of speech. Above 1 streams would falter.",
                "none",
                Query(mean("tts_realtime_factor", API), "mean"),
                limits=[(0.7, "orange"), (1, "red")],
                decimals=2,
            ),
            number(
                "Work taken on",
                "Seconds of synthesis that wait or run in the busiest pod.",
                "s",
                Query(f"max(tts_queue_seconds{{{API}}})", "seconds"),
                limits=[(10, "orange"), (30, "red")],
            ),
            number(
                "Ready pods",
                "Pods of the API that have their voices loaded.",
                "none",
                Query(f"sum(tts_model_loaded{{{API}}})", "pods"),
                limits=NEEDED,
            ),
        ],
    )


def _requests() -> Row:
    return Row(
        "Requests and errors",
        [
            chart(
                "Requests by route",
                "Requests a second. Probes are not counted.",
                "reqps",
                [Query(rate("tts_requests_total", _ROUTES, "route"), "{{route}}")],
                stacked=True,
            ),
            chart(
                "Requests by outcome",
                "How they ended: limited is a client's rate limit, busy that too much work waits.",
                "reqps",
                [Query(rate("tts_requests_total", _ROUTES, "outcome"), "{{outcome}}")],
                stacked=True,
            ),
            chart(
                "Failed by route",
                "Share of requests that failed or were refused as busy.",
                "percentunit",
                [Query(share("tts_requests_total", _FAILED, _ANSWERED, "route"), "{{route}}")],
                limits=[(0.01, "red")],
            ),
            chart(
                "Requests by emotion",
                "What is asked for; other is a name that no voice knows.",
                "reqps",
                [Query(rate("tts_requests_total", f'{_ROUTES}, emotion!=""', "emotion"), "{{emotion}}")],
                width=12,
                stacked=True,
            ),
            chart(
                "Requests by voice",
                "Who is asked to speak; other is a name that no voice has.",
                "reqps",
                [Query(rate("tts_requests_total", f'{_ROUTES}, voice!=""', "voice"), "{{voice}}")],
                width=12,
                stacked=True,
            ),
        ],
    )


def _times() -> Row:
    return Row(
        "Time to the last byte",
        [
            chart(
                "By route, p95",
                "A stream takes as long as its client reads, a WebSocket as long as the conversation.",
                "s",
                [Query(quantile(0.95, "tts_request_seconds", _ROUTES, "route"), "{{route}}")],
            ),
            chart(
                "By length of the text, p95",
                "Short texts have up to 20 characters, medium ones up to 100.",
                "s",
                [Query(quantile(0.95, "tts_request_seconds", _TEXTS, "length"), "{{length}}")],
            ),
            chart(
                "Requests with a text",
                "Half of them, 19 of 20 and 99 of 100 are done that soon.",
                "s",
                quantiles("tts_request_seconds", _TEXTS, 50, 95, 99),
            ),
        ],
    )


def _first_audio() -> Row:
    return Row(
        "Time to the first audio",
        [
            chart(
                "By length of the text, p95",
                "From the request's arrival to the first sound; what was cached is not counted.",
                "s",
                [Query(quantile(0.95, "tts_first_audio_seconds", API, "length"), "{{length}}")],
            ),
            chart(
                "By emotion, p95",
                "From the request's arrival to the first sound; what was cached is not counted.",
                "s",
                [Query(quantile(0.95, "tts_first_audio_seconds", API, "emotion"), "{{emotion}}")],
            ),
            chart(
                "All texts",
                "Half of them, 19 of 20 and 99 of 100 are heard that soon.",
                "s",
                quantiles("tts_first_audio_seconds", API, 50, 95, 99),
            ),
        ],
    )


def _speech() -> Row:
    return Row(
        "Speech",
        [
            chart(
                "Real-time factor",
                "Seconds of synthesis for a second of speech, by request. Above 1 streams would falter.",
                "none",
                quantiles("tts_realtime_factor", API, 50, 95),
                limits=[(1, "red")],
            ),
            chart(
                "Stages, mean",
                "What a request spends its time on: text, queue, synthesis, encode.",
                "s",
                [Query(mean("tts_stage_seconds", API, "stage"), "{{stage}}")],
                stacked=True,
            ),
            chart(
                "Speech made",
                "Seconds of speech a second: how many could be listening at once.",
                "none",
                [Query(rate("tts_audio_seconds_total", BOTH, "job"), "{{job}}")],
                stacked=True,
            ),
            chart(
                "Length of texts",
                "Characters of half of the texts, and of 19 of 20.",
                "none",
                quantiles("tts_text_characters", API, 50, 95),
                width=12,
            ),
            chart(
                "Lines in the engine",
                "Of the voices of TTS_MODEL: unusable means no speech came of it, repaired that a piece was "
                "made again.",
                "cps",
                [Query(rate("tts_engine_lines_total", BOTH, "result"), "{{result}}")],
                width=12,
                stacked=True,
            ),
        ],
    )


def _saturation() -> Row:
    return Row(
        "Queue and saturation",
        [
            chart(
                "Work taken on",
                "Seconds of synthesis that wait or run, by pod. Who would wait too long is refused.",
                "s",
                [Query(f"sum by (pod) (tts_queue_seconds{{{API}}})", "{{pod}}")],
                limits=[(30, "red")],
            ),
            chart(
                "Waiting sentences",
                "Sentences that wait for their turn, by pod.",
                "none",
                [Query(f"sum by (pod) (tts_queue_depth{{{API}}})", "{{pod}}")],
            ),
            chart(
                "Wait for a turn",
                "How long a sentence waits for its turn.",
                "s",
                quantiles("tts_queue_wait_seconds", API, 50, 90, 99),
                limits=[(5, "red")],
            ),
        ],
    )
