"""What does not fit together is refused before anything is installed, in one sentence."""

from __future__ import annotations

import pytest

from tests.helm.rendering import MAJORS, refusal, rendered, template

KEYS = "apiKeys.entries={" + "a:" + 64 * "0" + "}"

REFUSED = {
    "api.hpa.enabled and api.keda.enabled would both scale one Deployment: enable one of them.": (
        "keda",
        "api.hpa.enabled=true",
    ),
    "worker.hpa.enabled and worker.keda.enabled would both scale one Deployment: enable one of them.": (
        "keda",
        "worker.hpa.enabled=true",
    ),
    "api.hpa.minReplicas must not be above api.hpa.maxReplicas.": (
        "default",
        "api.hpa.enabled=true",
        "api.hpa.minReplicas=11",
    ),
    "worker.keda.minReplicas must not be above worker.keda.maxReplicas.": (
        "keda",
        "worker.keda.minReplicas=11",
    ),
    "worker.hpa.enabled needs worker.resources.requests.cpu, of which it measures the use.": (
        "default",
        "worker.hpa.enabled=true",
        "worker.resources.requests.cpu=null",
        "worker.resources.limits.cpu=null",
    ),
    "redis.cache.mode external needs redis.cache.url, or redis.cache.existingSecret.name for a Secret "
    "with it.": (
        "default",
        "redis.cache.mode=external",
    ),
    "redis.jobs.mode external needs redis.jobs.url, or redis.jobs.existingSecret.name for a Secret "
    "with it.": (
        "default",
        "redis.jobs.mode=external",
    ),
    "Give one of redis.cache.url and redis.cache.existingSecret.name.": (
        "external-redis",
        "redis.cache.existingSecret.name=both",
    ),
    "worker.enabled needs a Redis with the jobs: set redis.jobs.mode to own or external, or "
    "worker.enabled to false.": ("default", "redis.jobs.mode=none"),
    "settings.TTS_WORKERS above 1 needs redis.cache and redis.jobs, which all processes share.": (
        "default",
        "settings.TTS_WORKERS=2",
        "redis.cache.mode=none",
    ),
    "settings.TTS_CALLBACK_HOSTS needs callbackSecret.value or callbackSecret.existingSecret.name, which "
    "callbacks are signed with.": ("default", "settings.TTS_CALLBACK_HOSTS=hooks.example.com"),
    "Give one of callbackSecret.value and callbackSecret.existingSecret.name.": (
        "external-redis",
        "callbackSecret.value=both",
    ),
    "Give one of apiKeys.entries and apiKeys.existingSecret.name.": ("external-redis", KEYS),
    "Give one of redis.auth.password and redis.auth.existingSecret.name.": (
        "gateway",
        "redis.auth.password=both",
    ),
    "Give one of lexicon.text and lexicon.existingConfigMap.": ("external-redis", "lexicon.text=both"),
    "api.keda.enabled needs api.keda.prometheusAddress, where it asks how much waits.": (
        "default",
        "api.keda.enabled=true",
    ),
    "worker.keda.enabled with an external Redis needs worker.keda.redisAddress, the host:port of the jobs.": (
        "external-redis",
        "worker.keda.redisAddress=",
    ),
    "ingress.enabled needs ingress.hosts, at least one name.": ("default", "ingress.enabled=true"),
    "httpRoute.enabled needs httpRoute.hostnames, at least one name.": (
        "gateway",
        "httpRoute.hostnames=null",
    ),
    "httpRoute.enabled needs httpRoute.parentRefs, at least one Gateway.": (
        "gateway",
        "httpRoute.parentRefs=null",
    ),
    "model.source volume needs model.volume.existingClaim, the PersistentVolumeClaim with the model.": (
        "default",
        "model.source=volume",
    ),
    "model.source modelscope needs model.id, such as iic/speech_sambert-hifigan_tts_zh-cn_16k.": (
        "default",
        "model.source=modelscope",
    ),
}

AGAINST_THE_SCHEMA = {
    "an unknown value": ("api.replica=3", "replica"),
    "an unknown group": ("autoscaling.enabled=true", "autoscaling"),
    "a text for a number": ("api.replicas=many", "replicas"),
    "a number that is too small": ("api.startupSeconds=0", "startupSeconds"),
    "a choice that there is not": ("redis.cache.mode=memory", "mode"),
    "a setting that there is not": ("settings.TTS_QUEUE=3", "TTS_QUEUE"),
    "a setting of the wrong kind": ("settings.TTS_QUEUE_SECONDS=soon", "TTS_QUEUE_SECONDS"),
    "a setting out of its range": ("settings.TTS_QUEUE_SECONDS=3601", "TTS_QUEUE_SECONDS"),
    "a choice that a setting does not have": ("settings.TTS_LOG_LEVEL=loud", "TTS_LOG_LEVEL"),
    "a setting with a value of its own": ("settings.TTS_MODEL=iic/model", "TTS_MODEL"),
    "a secret among the settings": ("settings.TTS_API_KEYS=a", "TTS_API_KEYS"),
    "a key in place of its hash": ("apiKeys.entries={qs_secret}", "entries"),
    "an address that is no Redis": ("redis.cache.url=http://cache", "url"),
    "a password that an address cannot hold": ("redis.auth.password=p@ss/word", "password"),
    "a path that leads out of the volume": ("model.path=../other", "path"),
}


def setting(values: tuple[str, ...]) -> list[str]:
    return [f"--set={value}" for value in values]


@pytest.mark.parametrize("sentence", REFUSED, ids=lambda sentence: sentence[:50])
def test_what_does_not_fit_together_is_refused(sentence: str) -> None:
    case, *values = REFUSED[sentence]
    assert sentence in " ".join(refusal(case, *setting(tuple(values))).split())


@pytest.mark.parametrize("why", AGAINST_THE_SCHEMA)
def test_what_the_schema_does_not_have_is_refused(why: str) -> None:
    value, named = AGAINST_THE_SCHEMA[why]
    for major in MAJORS:
        said = refusal("default", f"--set={value}", major=major)
        assert "specifications of the schema" in said
        assert named in said


def test_what_is_refused_for_one_reason_alone_renders_without_it() -> None:
    for case, *values in REFUSED.values():
        assert template(case).returncode == 0
        assert values


def test_a_chart_that_is_part_of_another_may_be_given_global_values() -> None:
    assert rendered("default", "--set=global.imageRegistry=registry.example.com")


def test_an_old_kubernetes_is_refused() -> None:
    assert "kubeVersion" in refusal("default", "--kube-version=1.26.0")
    assert rendered("default", "--kube-version=1.27.0")
