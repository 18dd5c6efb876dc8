"""Two runs side by side: where they part, and by how much."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3agents import Run, Simulation
from s3agents.errors import InputError
from s3agents.fork import fork_run
from s3agents.report.figures.futures import futures_exhibit
from s3agents.report.futures import QUANTITIES, compare_runs
from s3agents.testing.societies import lively_scenario, society_of

SOCIETY = society_of(4, [(1, 0), (2, 0), (3, 1)])
STILL = {"rules": {"forward": 0.0, "post": 0.0, "contagion": 0.0}}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Run]:
    """A run in which u0 says something and nobody else does, and its fork, in which u3 says something at tick 3."""
    folder = tmp_path_factory.mktemp("futures")
    first = Simulation(lively_scenario(["u0"], ticks=5, cognition=STILL), SOCIETY, out=folder / "a").run()
    post = {"author": "u3", "text": "No.", "tick": 3, "attitude": "negative", "emotion": "intense"}
    second = fork_run(folder / "a", at_tick=1, changes={"seeds": [post]}, out=folder / "b", society=SOCIETY)
    return first, second.run()


def test_where_two_futures_part(runs: tuple[Run, Run]) -> None:
    """Worked out by hand: one post more from tick 3 on, u3 aware of the topic from then on, no forward anywhere."""
    futures = compare_runs(*runs)
    gaps = {gap.curve: gap for gap in futures.gaps}
    assert futures.shared == 1
    assert futures.ticks == 5
    assert (gaps["posts"].first, gaps["posts"].second) == (1.0, 2.0)
    assert (gaps["posts"].largest, gaps["posts"].tick, gaps["posts"].begins) == (1.0, 3, 3)
    assert (gaps["aware"].first, gaps["aware"].second, gaps["aware"].begins) == (3.0, 4.0, 3)
    assert (gaps["forwards"].difference, gaps["forwards"].largest, gaps["forwards"].begins) == (0.0, 0.0, None)
    assert gaps["emotion_level"].begins == 3  # only one of them has a turn at that tick: nothing to subtract
    assert gaps["emotion_level"].largest is not None


def test_a_run_and_itself_do_not_differ(runs: tuple[Run, Run]) -> None:
    """No gap is anything but nothing, and none begins anywhere."""
    futures = compare_runs(runs[0], runs[0])
    assert futures.shared is None
    assert {gap.begins for gap in futures.gaps} == {None}
    assert {gap.largest for gap in futures.gaps} == {0.0}


def test_both_futures_are_drawn(runs: tuple[Run, Run]) -> None:
    """Three lines for each curve: both runs and their difference."""
    figure = futures_exhibit(compare_runs(*runs)).shown()
    assert len(figure.data) == 3 * len(QUANTITIES)


def test_ticks_of_another_length_cannot_be_compared(runs: tuple[Run, Run], tmp_path: Path) -> None:
    """The message names the run, and both lengths."""
    other = Simulation(lively_scenario(["u0"], ticks=2, tick="1d"), SOCIETY, out=tmp_path / "other").run()
    with pytest.raises(InputError, match="1440 min"):
        compare_runs(runs[0], other)
