"""Inequality keeps the contract of metrics, and is the Gini coefficient."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from s3agents_inequality import gini, unequal_attention

from s3agents import Simulation
from s3agents.report.metrics import Metric
from s3agents.report.summary import summarise
from s3agents.testing import MetricContract
from s3agents.testing.societies import lively_scenario


class TestInequality(MetricContract):
    def make_metric(self) -> Metric:
        """The function itself."""
        return unequal_attention


@pytest.mark.parametrize(
    ("amounts", "wanted"), [([1, 1, 1, 1], 0.0), ([0, 0, 0, 4], 0.75), ([1, 3], 0.25), ([0, 0], None), ([5], 0.0)]
)
def test_the_coefficient_by_hand(amounts: list[float], wanted: float | None) -> None:
    """Half the mean absolute difference, divided by the mean."""
    assert gini(np.array(amounts, float)) == wanted


def test_a_scenario_names_it(tmp_path: Path) -> None:
    """Its numbers stand in the summary of the run."""
    run = Simulation(lively_scenario(["0", "33"], metrics=["inequality"]), out=tmp_path / "run").run()
    metrics = summarise(run).metrics
    assert list(metrics) == ["inequality.reach", "inequality.forwards", "inequality.posts"]
    assert all(0.0 < value < 1.0 for value in metrics.values() if value is not None)
