"""Runs beside baselines: one table for the forwards of a real case, on the minutes that both have."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from s3agents.errors import InputError
from s3agents.forecasting.beside import Beside, beside_baselines
from s3agents.forecasting.models import BASELINES
from s3agents.observed.cascades import Cascades, read_cascades
from s3agents.report.figures.course import Course
from s3agents.testing.cascades import write_cascades

TICK = 5.0


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Cascades:
    """Cascades of which two tell one story."""
    return read_cascades(write_cascades(tmp_path_factory.mktemp("data") / "town"))


def _real(town: Cascades, case: str, *, ticks: int = 25) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Real forwards by each tick."""
    adopted = town.adoptions[(town.adoptions["case_id"] == case) & (town.adoptions["kind"] == "forward")]
    times = np.sort(adopted["minute"].to_numpy(dtype=np.float64))
    return times.searchsorted(np.arange(ticks) * TICK, side="right").astype(np.float64)


def _course(*replicates: object) -> Course:
    frames = tuple(pd.DataFrame({"forwards_total": values}) for values in replicates)
    return Course(name="run", minutes=TICK, replicates=frames)


def _beside(town: Cascades, course: Course, **options: float) -> Beside:
    return beside_baselines({"run": course}, town, "c03", after=options.pop("after", 20.0), **options)


def test_a_run_that_is_the_truth_has_no_error(town: Cascades) -> None:
    """Nor has the mean of two that lie as far below as above it; every baseline stands beside."""
    real = _real(town, "c03")
    for course in (_course(real), _course(real - 1, real + 1)):
        found = _beside(town, course)
        assert [row.name for row in found.rows] == ["run", *BASELINES]
        assert found.rows[0].score is not None
        assert (found.rows[0].score.rmse, found.rows[0].score.final) == (0, 0)
        assert all(row.score is not None and row.score.rmse > 0 for row in found.rows[1:])


def test_what_is_known_and_learnt_from_is_told(town: Cascades) -> None:
    """Cases of the same story teach nothing; the end is that of the run."""
    found = _beside(town, _course(_real(town, "c03", ticks=13)))
    assert found.learnt_from == 14
    assert (found.after, found.until) == (20.0, 60.0)
    assert found.known == int(_real(town, "c03")[4])
    assert found.true_final == _real(town, "c03")[12]
    assert found.basis.told() == "n = 1 case, split dev, seed 0, nobody knows whether seen in training"


def test_a_shifted_run_begins_later(town: Cascades) -> None:
    """Tick 0 of a run may be a later minute of the cascade."""
    found = _beside(town, _course(_real(town, "c03")[2:]), shift=2 * TICK)
    assert found.rows[0].score is not None
    assert found.rows[0].score.rmse == 0


def test_what_cannot_be_forecast_is_told(town: Cascades) -> None:
    """A case without a beginning, and a run that ends before it."""
    with pytest.raises(InputError, match="--after"):
        beside_baselines({"run": _course(_real(town, "c03"))}, town, "nothing", after=20.0)
    with pytest.raises(InputError, match="time to forecast"):
        _beside(town, _course(_real(town, "c03", ticks=3)))
