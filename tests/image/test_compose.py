"""docker-compose.yml: as its specification wants it, hardened, and fitting to what it starts."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.settings import Settings
from tests.redis_server import RedisServer

ROOT = Path(__file__).parent.parent.parent
FILE = ROOT / "docker-compose.yml"
COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ON_OUR_IMAGES = ("api", "worker", "webui")  # whose health checks are in the images


def test_it_is_valid() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, str(FILE)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", SERVICES)
def test_each_container_is_hardened_and_bounded(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}
    assert all("mode=1777" in folder and "size=" in folder for folder in service.get("tmpfs", ()))
    assert "privileged" not in service
    assert "network_mode" not in service


@pytest.mark.parametrize("name", sorted(SERVICES.keys() - {"convert"}))
def test_each_container_is_asked_for_its_health(name: str) -> None:
    assert ("healthcheck" in SERVICES[name]) is (name not in ON_OUR_IMAGES)


def test_who_waits_for_health_waits_for_somebody_there() -> None:
    waited = {
        other: how for service in SERVICES.values() for other, how in service.get("depends_on", {}).items()
    }
    assert {"redis-cache", "redis-jobs", "api"} <= waited.keys() <= SERVICES.keys()


def test_nothing_listens_beyond_this_host_unless_asked_to() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert len(ports) == 3
    assert all(port.startswith("${LISTEN:-127.0.0.1}:") for port in ports)
    assert "ports" not in SERVICES["redis-jobs"]


def test_every_setting_is_one_of_the_service() -> None:
    names = [name for name in SERVICES["api"]["environment"] if name.startswith("TTS_")]
    assert len(names) > 3
    assert {name.removeprefix("TTS_").lower() for name in names} <= Settings.model_fields.keys()
    assert SERVICES["api"]["environment"] == SERVICES["worker"]["environment"]


def test_the_images_are_of_the_project_s_version() -> None:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert version
    named = [SERVICES[name]["image"] for name in (*ON_OUR_IMAGES, "convert")]
    assert all(image.endswith(f":${{QINGSHENG_VERSION:-{version[1]}}}") for image in named)


@pytest.mark.parametrize(
    ("name", "policy", "file"), [("redis-cache", "allkeys-lru", "no"), ("redis-jobs", "noeviction", "yes")]
)
def test_redis_understands_its_options(name: str, policy: str, file: str, tmp_path: Path) -> None:
    options = SERVICES[name]["command"][1:]
    with RedisServer(tmp_path, *options) as server, server.client() as client:
        told = client.config_get("*")
    assert (told["maxmemory-policy"], told["appendonly"], told["save"]) == (policy, file, "")
    limit = SERVICES[name]["deploy"]["resources"]["limits"]["memory"]
    assert 0 < int(told["maxmemory"]) < 0.75 * int(limit.removesuffix("M")) * 1024 * 1024


def test_redis_is_asked_in_a_way_that_tells_loading_from_ready() -> None:
    kind, asked = SERVICES["redis-jobs"]["healthcheck"]["test"]
    assert (kind, asked) == ("CMD-SHELL", "redis-cli ping | grep -q PONG")


def test_prometheus_scrapes_containers_that_are_there() -> None:
    scraped = yaml.safe_load((ROOT / "prometheus" / "prometheus.yml").read_text("utf-8"))["scrape_configs"]
    names = {name for job in scraped for place in job["dns_sd_configs"] for name in place["names"]}
    assert names == {"api", "worker"}
