"""MetricContract: what every metric has to keep to, as tests.

Needs the package ``pytest``. For a metric of your own::

    class TestMyMetric(MetricContract):
        def make_metric(self) -> Metric:
            return my_metric
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import SupportsFloat

from s3agents.report.metrics import Metric
from s3agents.report.run import Run
from s3agents.simulation import Simulation
from s3agents.testing.societies import lively_scenario, society_of

__all__ = ["MetricContract", "a_lively_run", "a_silent_run"]

_FRIENDS = [(a, b) for a in range(8) for b in range(8) if a != b and (a + b) % 3]


def a_lively_run(folder: Path) -> Run:
    """A run of a few ticks in which eight users post and forward."""
    return _run(folder, ["u0", "u3"])


def a_silent_run(folder: Path) -> Run:
    """A run in which nobody ever says anything."""
    return _run(folder, [])


class MetricContract:
    """A metric is a function of a run: the same numbers each time, by the same names for any run, and nothing else."""

    def make_metric(self) -> Metric:
        """The metric."""
        raise NotImplementedError

    def test_it_gives_numbers(self, tmp_path: Path) -> None:
        """One, or several by name; ``None`` where there is nothing to measure."""
        for number in _values(self.make_metric()(a_lively_run(tmp_path / "run"))).values():
            assert number is None or isinstance(number, SupportsFloat)

    def test_a_run_in_which_nothing_happens_is_measured(self, tmp_path: Path) -> None:
        """By the same names, so that runs can be compared."""
        metric = self.make_metric()
        lively, silent = metric(a_lively_run(tmp_path / "lively")), metric(a_silent_run(tmp_path / "silent"))
        assert list(_values(lively)) == list(_values(silent))

    def test_the_same_run_gives_the_same_numbers(self, tmp_path: Path) -> None:
        """Whatever was measured in between."""
        metric, run = self.make_metric(), a_lively_run(tmp_path / "run")
        first = _values(metric(run))
        metric(a_silent_run(tmp_path / "other"))
        assert repr(first) == repr(_values(metric(run))) == repr(_values(self.make_metric()(Run(run.folder))))

    def test_it_changes_nothing(self, tmp_path: Path) -> None:
        """The folder of the run has the same files afterwards, with the same bytes."""
        run = a_lively_run(tmp_path / "run")
        before = _files(run.folder)
        self.make_metric()(run)
        assert _files(run.folder) == before


def _run(folder: Path, authors: list[str]) -> Run:
    scenario = lively_scenario(authors, ticks=4)
    return Simulation(scenario, society_of(8, _FRIENDS), out=folder).run()


def _values(came: object) -> dict[str, object]:
    if not isinstance(came, Mapping):
        return {"": came}
    assert all(isinstance(name, str) and name for name in came)
    return dict(came)


def _files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
