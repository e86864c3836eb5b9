"""What scales the pods looks at numbers that there are."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from prometheus_client import generate_latest

from service.jobs.building import remote_jobs
from service.observability.metrics import Metrics
from service.observability.tracing import NoTracer
from service.settings import Settings
from tests.helm.rendering import Manifest, found, rendered
from tests.jobs.workshop import new_job
from tests.redis_server import RedisServer


@pytest.fixture
def redis_alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


def trigger(case: str, component: str) -> Manifest:
    (one,) = found(rendered(case), "ScaledObject", f"qingsheng-{component}")["spec"]["triggers"]
    found_trigger: Manifest = one
    return found_trigger


def test_the_api_follows_the_work_that_waits_in_its_pods() -> None:
    asked = trigger("keda", "api")
    assert asked["metricType"] == "AverageValue"
    match = re.fullmatch(r'sum\((\w+)\{namespace="tts",job="qingsheng-api"\}\)', asked["metadata"]["query"])
    assert match
    assert f"# TYPE {match[1]} gauge" in generate_latest(Metrics().registry).decode()


def test_the_worker_follows_the_texts_of_jobs_that_are_not_spoken_yet(redis_alone: RedisServer) -> None:
    name = trigger("keda", "worker")["metadata"]["listName"]
    jobs = remote_jobs(redis_alone.url, Settings(), Metrics(), NoTracer())
    jobs.submit(new_job("一。", "二。", "三。"))
    jobs.submit(new_job("四。"))
    with redis_alone.client() as client:
        assert client.type(name) == b"zset", "KEDA counts what a sorted set holds"
        assert client.zcard(name) == 4


def test_the_worker_is_scaled_by_the_release_s_own_redis_with_its_password() -> None:
    asked = trigger("keda", "worker")
    assert asked["metadata"]["address"] == "qingsheng-redis-jobs.tts.svc:6379"
    login = found(rendered("keda"), "TriggerAuthentication", asked["authenticationRef"]["name"])
    assert login["spec"]["secretTargetRef"] == [
        {"parameter": "password", "name": "qingsheng-redis", "key": "password"}
    ]


def test_the_worker_is_scaled_by_an_external_redis_where_that_has_the_jobs() -> None:
    asked = trigger("external-redis", "worker")
    assert asked["metadata"]["address"] == "jobs.example.com:6380"
    assert asked["metadata"]["enableTLS"] == "true"
    login = found(rendered("external-redis"), "TriggerAuthentication", asked["authenticationRef"]["name"])
    assert login["spec"]["secretTargetRef"][0]["name"] == "jobs-redis"


def test_keda_may_ask_the_release_s_own_redis() -> None:
    (rule,) = found(rendered("keda"), "NetworkPolicy", "qingsheng-redis-jobs")["spec"]["ingress"]
    namespaces = [peer.get("namespaceSelector", {}).get("matchLabels") for peer in rule["from"]]
    assert {"kubernetes.io/metadata.name": "keda"} in namespaces


@pytest.mark.parametrize("component", ["api", "worker"])
def test_cpu_is_measured_against_what_the_pods_request(component: str) -> None:
    manifests = rendered("full")
    (metric,) = found(manifests, "HorizontalPodAutoscaler", f"qingsheng-{component}")["spec"]["metrics"]
    assert metric["resource"]["target"] == {"type": "Utilization", "averageUtilization": 80}
    spec = found(manifests, "Deployment", f"qingsheng-{component}")["spec"]["template"]["spec"]
    assert spec["containers"][0]["resources"]["requests"]["cpu"]


def test_pods_come_at_once_and_go_slowly() -> None:
    for case, kind in (("full", "HorizontalPodAutoscaler"), ("keda", "ScaledObject")):
        spec = found(rendered(case), kind, "qingsheng-api")["spec"]
        behavior = spec.get("behavior") or spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
        assert behavior["scaleUp"]["stabilizationWindowSeconds"] == 0
        assert behavior["scaleDown"]["stabilizationWindowSeconds"] == 300
