"""Metrics of installed packages as outcomes of a study."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from s3agents.cli.main import run_command
from s3agents.testing.plugin_packages import write_package

STUDY = """
name: counted
scenario: karate_club
settings: {ticks: 2, metrics: [counts]}
variants:
  slow: {cognition.rules.forward: 0.0, cognition.rules.post: 0.0}
  fast: {cognition.rules.forward: 0.9}
seeds: 1
outcomes: [forwards, metrics.counts.forwards]
"""
CODE = """
def counts(run):
    return {"forwards": (run.posts().kind == "forward").sum(), "posts": None}
"""


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package with a metric, in whose folder the study is."""
    write_package(tmp_path / "site", "counting", {"s3agents.metric": {"counts": "counting:counts"}}, code=CODE)
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.delitem(sys.modules, "counting", raising=False)
    monkeypatch.chdir(tmp_path)


def test_a_metric_is_an_outcome_as_any_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Compared in pairs, by the name METRIC.COLUMN."""
    (tmp_path / "study.yaml").write_text(STUDY)
    assert run_command(["study", "study.yaml", "-o", "out", "--json"]) == 0
    compared = {one["outcome"]: one for one in json.loads(capsys.readouterr().out)}
    assert compared["metrics.counts.forwards"]["difference"] == compared["forwards"]["difference"] > 0


@pytest.mark.parametrize("outcome", ["metrics.cuonts", "metrics.counts_forwards", "metrics."])
def test_a_metric_that_the_scenario_does_not_name_is_refused(
    tmp_path: Path, outcome: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is run."""
    (tmp_path / "study.yaml").write_text(STUDY.replace("metrics.counts.forwards", outcome))
    assert run_command(["study", "study.yaml", "-o", "out"]) == 2
    assert outcome in capsys.readouterr().err
    assert not (tmp_path / "out" / "cells").exists()


def test_a_column_that_a_metric_has_not_is_told_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is known only once the metric has been asked; the runs are kept."""
    (tmp_path / "study.yaml").write_text(STUDY.replace("counts.forwards", "counts.likes"))
    assert run_command(["study", "study.yaml", "-o", "out"]) == 2
    assert "metrics.counts.forwards, metrics.counts.posts" in capsys.readouterr().err
    assert len(list((tmp_path / "out" / "cells").iterdir())) == 2
