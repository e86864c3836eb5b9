"""The chart's rules: each alert fires when it should, and is silent otherwise, by Prometheus' own tool."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from helm.rules import FILE, rules
from service.observability.metrics import SECONDS
from tests import tools

CASES = sorted(Path(__file__).parent.glob("*.yaml"))
"""Tests in the words of promtool; each reads ``rules.yml`` beside it."""

Alerts = Mapping[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def folder(rendered: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tests, with the rules beside them."""
    made = tmp_path_factory.mktemp("rules")
    (made / "rules.yml").write_text(rendered, "utf-8")
    for case in CASES:
        shutil.copy(case, made)
    return made


def promtool(*arguments: str | Path) -> None:
    ran = subprocess.run([tools.promtool(), *arguments], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def expectations() -> Mapping[str, set[bool]]:
    """Whether an alert fires, in all tests, by its name."""
    found: dict[str, set[bool]] = {}
    for case in CASES:
        for test in yaml.safe_load(case.read_text("utf-8"))["tests"]:
            for check in test["alert_rule_test"]:
                found.setdefault(check["alertname"], set()).add(bool(check.get("exp_alerts")))
    return found


def refusal(*values: str) -> str:
    with pytest.raises(subprocess.CalledProcessError) as refused:
        rules(tools.helm(4), "--set-json", ",".join(values))
    return str(refused.value.stderr)


def test_prometheus_takes_the_rules(folder: Path) -> None:
    promtool("check", "rules", folder / "rules.yml")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_alerts_fire_when_they_should(case: Path, folder: Path) -> None:
    promtool("test", "rules", folder / case.name)


def test_each_alert_is_seen_firing_and_silent(alerts: Alerts) -> None:
    assert len(alerts) > 15
    assert expectations() == {name: {True, False} for name in alerts}


def test_each_alert_says_how_bad_it_is_and_what_to_do(alerts: Alerts) -> None:
    for name, found in alerts.items():
        for rule in found:
            about = rule["annotations"]
            assert rule["labels"]["severity"] in ("critical", "warning")
            assert about["summary"].endswith(".")
            assert about["description"].endswith(".")
            assert about["runbook_url"] == f"docs/runbooks.md#{name.lower()}"


def test_both_helms_render_the_same(rendered: str) -> None:
    assert rules(tools.helm(3)) == rendered


def test_the_file_for_compose_is_as_the_chart_renders_it(rendered: str) -> None:
    assert FILE.read_text("utf-8") == rendered, "`make manifests` writes it anew"


def test_prometheus_takes_the_configuration_for_compose() -> None:
    promtool("check", "config", FILE.parent / "prometheus.yml")


def test_rules_are_of_their_release_alone() -> None:
    text = rules(tools.helm(4), name="night", namespace="speech")
    assert 'namespace="speech", job="night-qingsheng-api"' in text
    assert "default" not in text
    assert '"qingsheng' not in text.replace('"qingsheng:', "")


def test_objectives_and_thresholds_are_values(folder: Path) -> None:
    text = rules(
        tools.helm(4),
        "--set-json",
        "prometheusRule.slo.latency.short.seconds=1,prometheusRule.slo.firstAudio.seconds=0.25,"
        "prometheusRule.slo.latency.medium.objective=97.5,prometheusRule.slo.leastErrors=3,"
        'prometheusRule.slo.latency.routes=["/tts"],prometheusRule.thresholds.memory=0.75,'
        'prometheusRule.runbookUrl="https://wiki.example/tts"',
    )
    (folder / "other.yml").write_text(text, "utf-8")
    promtool("check", "rules", folder / "other.yml")
    assert 'route=~"/tts", length="short", le="1.0"' in text
    assert 'job="qingsheng-api", le="0.25"' in text
    assert "vector(1 - 97.5 / 100)" in text
    assert "* 3600 >= 3" in text
    assert "> 0.75" in text
    assert "runbook_url: https://wiki.example/tts#qingshengdown" in text


def test_the_objectives_in_the_documentation_are_taken(tmp_path: Path) -> None:
    page = (FILE.parents[1] / "docs" / "operations.md").read_text("utf-8")
    (example,) = re.findall(r"^```yaml\n(prometheusRule:\n.*?)^```", page, re.DOTALL | re.MULTILINE)
    (tmp_path / "values.yaml").write_text(example, "utf-8")
    assert 'length="long", le="30.0"' in rules(tools.helm(4), "--values", str(tmp_path / "values.yaml"))


def test_without_workers_none_is_missed() -> None:
    text = rules(tools.helm(4), "--set", "worker.enabled=false,redis.jobs.mode=none")
    assert "QingshengJobsOld" in text
    assert "QingshengWorkerGone" not in text


def test_a_time_that_the_metrics_do_not_tell_is_refused() -> None:
    told = refusal("prometheusRule.slo.latency.short.seconds=2")
    assert "one of 0.005" in told
    assert str(SECONDS[-1]) in told


@pytest.mark.parametrize("objective", ["94.9", "100"])
def test_an_objective_that_no_page_could_be_about_is_refused(objective: str) -> None:
    assert "objective" in refusal(f"prometheusRule.slo.availability.objective={objective}")


def test_a_route_that_does_not_end_with_speech_is_refused() -> None:
    assert "routes" in refusal('prometheusRule.slo.latency.routes=["/tts/ws"]')
