"""Commands of the documentation that need a cluster, as far as they go without one."""

from __future__ import annotations

import math
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.helm.rendering import ROOT, containers, rendered, template
from tests.test_docs import commands
from tests.tools import helm, kubectl

KUBECONFIG = """\
apiVersion: v1
kind: Config
clusters: [{name: none, cluster: {server: "http://127.0.0.1:9"}}]
contexts: [{name: none, context: {cluster: none}}]
current-context: none
"""
"""Of a cluster where nobody answers."""

REFUSED = ("connection refused", "was refused", "unreachable")
OF_A_CLUSTER = {"--install", "--create-namespace", "--wait"}
PAGE = (ROOT / "docs" / "deploy.md").read_text("utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A checkout as far as the commands need one, and the values that the page begins with."""
    for name in ("helm", "k8s"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "kubeconfig").write_text(KUBECONFIG, "utf-8")
    (tmp_path / "values.yaml").write_text(blocks_of_values()[0], "utf-8")
    return tmp_path


def blocks_of_values() -> list[str]:
    return re.findall(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def run(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a command with the tests' own programs."""
    program = {"helm": lambda: helm(4), "kubectl": kubectl}[arguments[0]]()
    environment = os.environ | {"KUBECONFIG": str(folder / "kubeconfig"), "HELM_DEBUG": ""}
    return subprocess.run(
        [program, *arguments[1:]], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def assert_needs_only_a_cluster(arguments: list[str], folder: Path) -> None:
    """The program takes the command as it stands, and fails where it asks the cluster."""
    ran = run(arguments, folder)
    assert ran.returncode != 0
    assert any(words in ran.stderr for words in REFUSED), ran.stderr


@pytest.mark.parametrize("command", [c for c in commands() if c.startswith("helm ")])
def test_a_command_of_helm_does_all_but_reach_a_cluster(command: str, folder: Path) -> None:
    arguments = shlex.split(command)
    if arguments[1] == "package":
        assert run(arguments, folder).returncode == 0
        assert list(folder.glob("qingsheng-*.tgz"))
        return
    assert_needs_only_a_cluster(arguments, folder)
    if arguments[1] in ("install", "upgrade"):
        rest = [argument for argument in arguments[2:] if argument not in OF_A_CLUSTER]
        ran = run(["helm", "template", *rest], folder)
        assert ran.returncode == 0, ran.stderr
        assert "kind: Deployment" in ran.stdout


@pytest.mark.parametrize("command", [c for c in commands() if c.startswith("kubectl ")])
def test_a_command_of_kubectl_does_all_but_reach_a_cluster(command: str, folder: Path) -> None:
    arguments = shlex.split(command)
    if not {"apply", "create"} & set(arguments):
        assert_needs_only_a_cluster(arguments, folder)
        return
    if arguments[1:3] == ["apply", "-k"]:
        ran = run(["kubectl", "kustomize", *arguments[3:]], folder)
    else:
        ran = run([*arguments, "--dry-run=client", "--output=yaml"], folder)
    assert ran.returncode == 0, ran.stderr
    assert list(yaml.safe_load_all(ran.stdout))


@pytest.mark.parametrize("command", [c for c in commands() if re.match("docker (push|save|tag) ", c)])
def test_a_command_of_docker_names_images_that_the_chart_uses(command: str) -> None:
    used = {
        container["image"].removeprefix("docker.io/")
        for case in ("default", "modelscope")
        for _, container in containers(rendered(case))
    }
    named = [word for word in shlex.split(command)[2:] if re.fullmatch(r"[\w./-]+:[\w.-]+", word)]
    assert named
    assert {image.removeprefix("registry.example.com/") for image in named} <= used


@pytest.mark.parametrize("command", [c for c in commands() if c.startswith("docker compose ")])
def test_a_command_of_docker_compose_is_about_services_that_there_are(command: str) -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]
    action, *rest = shlex.split(command)[2:]
    named = [word for word in rest if not word.startswith("-")][:1]
    assert action in ("up", "run", "down", "logs", "ps")
    assert set(named) <= set(services)
    assert named or action != "run"


@pytest.mark.parametrize("values", range(len(blocks_of_values())))
def test_values_on_the_page_can_be_installed(values: int, tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text(blocks_of_values()[values], "utf-8")
    ran = template("default", "--values", str(file))
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout != template("default").stdout


def test_names_of_values_in_the_text_are_names_of_values() -> None:
    defaults = yaml.safe_load((ROOT / "helm" / "qingsheng" / "values.yaml").read_text("utf-8"))
    written = re.findall(r"`([a-zA-Z]+(?:\.[a-zA-Z]+)+)`", PAGE)
    named = [name for name in written if name.split(".")[0] in defaults]
    assert len(named) > 10
    for name in named:
        node = defaults
        for part in name.split("."):
            assert part in node, name
            node = node[part]


def test_the_sizing_follows_from_what_was_measured() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    measured = re.search(r"^\| 8 \| [\d.]+ \| ([\d.]+) \| [\d.]+ \| ([\d.]+) \|", readme, re.MULTILINE)
    factor = re.search(r"real-time factor, 50 characters, 2 threads \| ([\d.]+)", readme)
    assert measured
    assert factor
    official, embedded = float(measured[1]), round(1 / float(factor[1]), 1)
    for figure in (f"{measured[1]} s a", f"p95 {measured[2]} s", f"{embedded} s", f"is {factor[1]})"):
        assert figure in PAGE
    rows = re.findall(r"^\| (\d+) \| (\d+) \| (\d+) \|$", PAGE, re.MULTILINE)
    assert len(rows) == 4
    for calls, *pods in rows:
        needed = [math.ceil(int(calls) * 0.4 / (0.6 * made)) for made in (official, embedded)]
        assert [int(number) for number in pods] == needed
