"""What the processes use, pod by pod."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from grafana.board import Row, board
from grafana.panels import NEEDED, chart, number
from grafana.queries import Query
from grafana.variables import API, BOTH, WORKER


def resources() -> Dashboard:
    """The page about memory, CPU and restarts."""
    return board(
        "resources",
        "Resources",
        "Memory, CPU, open files and restarts of the API and the workers.",
        [_pods(), _processes()],
    )


def _pods() -> Row:
    return Row(
        "Pods",
        [
            number(
                "API, scraped",
                "Pods of the API that answer Prometheus.",
                "none",
                Query(f"sum(up{{{API}}})", "pods"),
                limits=NEEDED,
            ),
            number(
                "API, ready",
                "Those that have their voices loaded.",
                "none",
                Query(f"sum(tts_model_loaded{{{API}}})", "pods"),
                limits=NEEDED,
            ),
            number(
                "Workers, scraped",
                "Workers that answer Prometheus.",
                "none",
                Query(f"sum(up{{{WORKER}}})", "pods"),
                limits=NEEDED,
            ),
            number(
                "Workers, ready",
                "Those that have their voices loaded.",
                "none",
                Query(f"sum(tts_model_loaded{{{WORKER}}})", "pods"),
                limits=NEEDED,
            ),
            number(
                "Youngest process",
                "How long ago the last process started.",
                "s",
                Query(f"time() - max(process_start_time_seconds{{{BOTH}}})", "age"),
            ),
            number(
                "Restarts",
                "Processes that started again within their pod, over the time shown.",
                "none",
                Query(f"sum(changes(process_start_time_seconds{{{BOTH}}}[$__range]))", "restarts"),
                limits=[(1, "orange"), (3, "red")],
            ),
        ],
    )


def _processes() -> Row:
    return Row(
        "Processes",
        [
            chart(
                "Memory",
                "Resident memory, by pod. It must not grow for days; the pod's limit ends the process.",
                "bytes",
                [Query(f"sum by (pod) (process_resident_memory_bytes{{{BOTH}}})", "{{pod}}")],
                width=12,
            ),
            chart(
                "CPU",
                "Cores in use, by pod. Synthesis uses TTS_THREADS of them while there is work.",
                "none",
                [
                    Query(
                        f"sum by (pod) (rate(process_cpu_seconds_total{{{BOTH}}}[$__rate_interval]))",
                        "{{pod}}",
                    )
                ],
                width=12,
            ),
            chart(
                "Open files",
                "Share of the files, connections among them, that a process may have open.",
                "percentunit",
                [Query(f"process_open_fds{{{BOTH}}} / process_max_fds{{{BOTH}}}", "{{pod}}")],
                limits=[(0.8, "red")],
            ),
            chart(
                "Age",
                "Time since the process started; a drop to zero is a restart.",
                "s",
                [Query(f"time() - process_start_time_seconds{{{BOTH}}}", "{{pod}}")],
            ),
            chart(
                "Virtual memory",
                "Addresses that are in use, by pod; most of them need no memory.",
                "bytes",
                [Query(f"sum by (pod) (process_virtual_memory_bytes{{{BOTH}}})", "{{pod}}")],
            ),
        ],
    )
