"""The pods' environment is one that the service takes, and means what the values say."""

from __future__ import annotations

import base64
import math
import re
from pathlib import Path

import pytest
import yaml

from service.settings import Settings, load_settings
from tests.helm.rendering import CASES, Manifest, found, rendered

LEXICON = "/etc/qingsheng/lexicon/lexicon.tsv"
THEIRS = {
    ("jobs-redis", "address"): "rediss://jobs.example.com:6380/0",
    ("tts-keys", "api-keys"): "kiosk:" + 64 * "0",
    ("tts-callbacks", "callback-secret"): "shared",
    ("redis-password", "password"): "theirs",
}
"""What lies in Secrets that exist already."""

SPEAKING = [
    (case, component)
    for case in ("default", *CASES)
    for component in ("api", "worker")
    if component == "api" or case != "minimal"
]


def looked_up(manifests: list[Manifest], secret: str, key: str) -> str:
    if (secret, key) in THEIRS:
        return THEIRS[secret, key]
    return base64.b64decode(found(manifests, "Secret", secret)["data"][key]).decode()


def value_of(manifests: list[Manifest], container: Manifest, variable: Manifest) -> str:
    source = variable.get("valueFrom", {})
    if secret := source.get("secretKeyRef"):
        return looked_up(manifests, secret["name"], secret["key"])
    if field := source.get("resourceFieldRef"):
        assert field == {"containerName": container["name"], "resource": "limits.cpu", "divisor": "1"}
        return str(math.ceil(float(container["resources"]["limits"]["cpu"])))
    return str(variable["value"])


def environment(manifests: list[Manifest], deployment: str) -> dict[str, str]:
    """The variables of a Deployment's container, as the kubelet makes them."""
    (container,) = found(manifests, "Deployment", deployment)["spec"]["template"]["spec"]["containers"]
    (source,) = container["envFrom"]
    variables = dict(found(manifests, "ConfigMap", source["configMapRef"]["name"])["data"])
    for variable in container["env"]:
        value = value_of(manifests, container, variable)
        variables[variable["name"]] = re.sub(r"\$\((\w+)\)", lambda name: variables[name[1]], value)
    return variables


def settings(
    monkeypatch: pytest.MonkeyPatch, folder: Path, case: str, component: str, *arguments: str
) -> Settings:
    """What the service makes of a container's environment."""
    manifests = rendered(case, *arguments)
    variables = environment(manifests, f"{'speech' if case == 'volume' else 'qingsheng'}-{component}")
    if variables.get("TTS_LEXICON") == LEXICON:
        mounted = folder / "lexicon.tsv"
        mounted.write_text("", "utf-8")
        variables["TTS_LEXICON"] = str(mounted)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"TTS_{name.upper()}", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load_settings()


@pytest.mark.parametrize(("case", "component"), SPEAKING)
def test_the_service_takes_it(
    case: str, component: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = settings(monkeypatch, tmp_path, case, component)
    values = yaml.safe_load(CASES[case].read_text("utf-8")) if case in CASES else {}
    for name, value in values.get("settings", {}).items():
        read = getattr(made, name.removeprefix("TTS_").lower())
        assert read == (tuple(value.split(",")) if isinstance(read, tuple) else value), name
    assert made.port == 8080
    assert made.cache_dir == Path("/var/cache/qingsheng")


@pytest.mark.parametrize(
    ("case", "cache", "jobs"),
    [
        ("minimal", None, None),
        ("full", "redis://:example-of-a-password@qingsheng-redis-cache:6379/0", None),
        ("external-redis", "redis://:example@cache.example.com:6379/0", "rediss://jobs.example.com:6380/0"),
        ("gateway", "redis://:theirs@qingsheng-redis-cache:6379/0", None),
        ("volume", "redis://speech-redis-cache:6379/0", "redis://speech-redis-jobs:6379/0"),
    ],
)
def test_where_its_redis_are(
    case: str, cache: str | None, jobs: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = settings(monkeypatch, tmp_path, case, "api")
    assert made.cache_url == cache
    assert made.jobs_url == (jobs or (cache and cache.replace("cache", "jobs")))


def test_threads_follow_the_cpu_limit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    limit = "--set-string=api.resources.limits.cpu=3"
    assert settings(monkeypatch, tmp_path, "default", "api", limit).threads == 3
    none = "--set=api.resources.limits.cpu=null"
    assert settings(monkeypatch, tmp_path, "default", "api", none).threads is None
    assert settings(monkeypatch, tmp_path, "modelscope", "api").threads == 4


def test_keys_and_secrets_are_those_that_were_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = settings(monkeypatch, tmp_path, "full", "api")
    assert made.api_keys == ("call-centre:" + 64 * "a", "kiosk:" + 64 * "b")
    assert made.callback_secret is not None
    assert made.callback_secret.get_secret_value() == "example-of-a-callback-secret"


def test_the_worker_is_told_no_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert settings(monkeypatch, tmp_path, "full", "worker").api_keys == ()


@pytest.mark.parametrize(
    ("case", "model"),
    [
        ("default", None),
        ("volume", "/models/official/exported"),
        ("modelscope", "/models/iic--speech_sambert-hifigan_tts_zh-cn_16k@v1.0.4-v7-760616a2"),
    ],
)
def test_which_voices(case: str, model: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert settings(monkeypatch, tmp_path, case, "api").model == model


def test_the_lexicon_is_mounted_where_it_is_looked_for() -> None:
    for case, name, key in (
        ("full", "qingsheng-lexicon", "lexicon.tsv"),
        ("external-redis", "our-readings", "readings.tsv"),
    ):
        spec = found(rendered(case), "Deployment", "qingsheng-worker")["spec"]["template"]["spec"]
        (volume,) = (volume for volume in spec["volumes"] if volume["name"] == "lexicon")
        assert volume["configMap"] == {"name": name, "items": [{"key": key, "path": "lexicon.tsv"}]}
        (mount,) = (mount for mount in spec["containers"][0]["volumeMounts"] if mount["name"] == "lexicon")
        assert f"{mount['mountPath']}/lexicon.tsv" == LEXICON


def test_the_web_page_knows_where_the_api_is() -> None:
    (container,) = found(rendered("default"), "Deployment", "qingsheng-webui")["spec"]["template"]["spec"][
        "containers"
    ]
    (variable,) = container["env"]
    assert variable == {"name": "QINGSHENG_API_URL", "value": "http://qingsheng-api:8080"}
