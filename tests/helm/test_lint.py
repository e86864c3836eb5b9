"""Helm, yamllint and both majors are content with the chart."""

from __future__ import annotations

import pytest
from yamllint import linter
from yamllint.config import YamlLintConfig

from tests.helm.rendering import CASES, CHART, MAJORS, ROOT, rendered, run_helm

YAML = [
    CHART / "values.yaml",
    CHART / "Chart.yaml",
    ROOT / "helm" / "small-cluster.yaml",
    *CASES.values(),
    *sorted((ROOT / "k8s").glob("*.yaml")),
]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("major", MAJORS)
def test_helm_finds_nothing_wrong(major: int, case: str) -> None:
    ran = run_helm(major, "lint", "--strict", str(CHART), "--values", str(CASES[case]))
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("case", ["default", *CASES])
def test_both_majors_render_the_same(case: str) -> None:
    password = "--set=redis.auth.password=" + ("" if case == "gateway" else "the-same-in-both")
    three, four = (rendered(case, password, major=major) for major in MAJORS)
    assert three == four


@pytest.mark.parametrize("file", YAML, ids=lambda file: file.name)
def test_yaml_is_tidy(file: object) -> None:
    assert isinstance(file, type(CHART))
    rules = YamlLintConfig((ROOT / ".yamllint.yaml").read_text("utf-8"))
    assert list(linter.run(file.read_text("utf-8"), rules)) == []
