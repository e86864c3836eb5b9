"""Pods are replaced when something of theirs changes, and then lose nothing."""

from __future__ import annotations

import pytest

from service.gunicorn_conf import gunicorn_options
from service.settings import Settings
from service.worker import _GRACE_SECONDS
from tests.helm.rendering import CASES, Manifest, found, rendered

WORKLOADS = ("api", "worker", "webui")


def pod(component: str, *arguments: str, case: str = "default") -> Manifest:
    template: Manifest = found(rendered(case, *arguments), "Deployment", f"qingsheng-{component}")["spec"][
        "template"
    ]
    return template


CHANGES = {
    "lexicon.text=情声\tqing2 sheng1": {"api", "worker"},
    "settings.TTS_QUEUE_SECONDS=7": {"api", "worker"},
    "apiKeys.entries={a:" + 64 * "0" + "}": {"api", "worker"},
    "callbackSecret.value=another": {"api", "worker"},
    "webui.image.tag=v9": {"webui"},
    "image.tag=v9": {"api", "worker"},
    "api.hpa.enabled=true": set(),
    "networkPolicy.enabled=false": set(),
}


@pytest.mark.parametrize("value", CHANGES, ids=lambda value: value.split("=")[0])
def test_a_change_restarts_the_pods_that_it_concerns(value: str) -> None:
    changed = {one for one in WORKLOADS if pod(one) != pod(one, f"--set={value}")}
    assert changed == CHANGES[value]


def test_redis_restarts_when_its_settings_change() -> None:
    before, after = (
        found(
            rendered("default", f"--set=redis.jobs.maxmemory={size}"), "StatefulSet", "qingsheng-redis-jobs"
        )
        for size in ("384mb", "1gb")
    )
    assert before["spec"]["template"] != after["spec"]["template"]


@pytest.mark.parametrize("component", WORKLOADS)
def test_a_new_pod_is_ready_before_an_old_one_goes(component: str) -> None:
    deployment = found(rendered("default"), "Deployment", f"qingsheng-{component}")
    assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}


@pytest.mark.parametrize("delay", [0, 10, 25])
def test_there_is_time_to_leave_the_line_and_to_finish_what_runs(delay: int) -> None:
    spec = pod("api", f"--set=api.drainDelaySeconds={delay}")["spec"]
    waited = spec["containers"][0].get("lifecycle", {"preStop": {"exec": {"command": ["sleep", "0"]}}})
    assert waited["preStop"]["exec"]["command"] == ["sleep", str(delay)]
    draining = gunicorn_options(Settings())["graceful_timeout"]
    assert isinstance(draining, int)
    assert spec["terminationGracePeriodSeconds"] > delay + draining


def test_a_worker_has_time_to_hand_its_jobs_back() -> None:
    assert pod("worker")["spec"]["terminationGracePeriodSeconds"] > _GRACE_SECONDS


@pytest.mark.parametrize(("seconds", "times"), [(5, 3), (6, 3), (300, 150), (900, 450)])
def test_loading_may_take_as_long_as_is_said(seconds: int, times: int) -> None:
    probe = pod("api", f"--set=api.startupSeconds={seconds}")["spec"]["containers"][0]["startupProbe"]
    assert probe["failureThreshold"] == times
    assert probe["failureThreshold"] * probe["periodSeconds"] >= seconds


@pytest.mark.parametrize("component", ["api", "worker"])
def test_probes_ask_what_the_service_answers(component: str) -> None:
    (container,) = pod(component)["spec"]["containers"]
    asked = {name: container[name]["httpGet"] for name in ("startupProbe", "readinessProbe", "livenessProbe")}
    assert asked == {
        "startupProbe": {"path": "/healthz", "port": "http"},
        "readinessProbe": {"path": "/healthz", "port": "http"},
        "livenessProbe": {"path": "/livez", "port": "http"},
    }


@pytest.mark.parametrize("case", CASES)
def test_several_processes_count_in_memory_for_a_full_disk_would_kill_them(case: str) -> None:
    several = case == "full"
    for manifest in rendered(case):
        if manifest["kind"] == "Deployment" and manifest["metadata"]["name"].endswith("-api"):
            volumes = manifest["spec"]["template"]["spec"]["volumes"]
            (tmp,) = (volume["emptyDir"] for volume in volumes if volume["name"] == "tmp")
            assert tmp.get("medium") == ("Memory" if several or case == "volume" else None)
