"""Figures of a run: they show the numbers of its tables, and say why where there is nothing to show."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from s3agents.errors import InputError
from s3agents.network.society import Society
from s3agents.observed.curve import Curve, Truth
from s3agents.record.base import TickRecord
from s3agents.record.connection import reading
from s3agents.report.figures.clock import Clock, span_told
from s3agents.report.figures.course import COLUMNS
from s3agents.report.figures.curves import PANELS, curve_exhibit
from s3agents.report.figures.network import network_exhibit
from s3agents.report.figures.stacks import attitudes, emotions
from s3agents.report.page.groups import group_runs
from s3agents.report.run import Run
from s3agents.testing.societies import society_of

WriteRun = Callable[..., Run]
Story = tuple[TickRecord, ...]
PLOTS = ("plot_curves", "plot_emotion", "plot_attitude", "plot_cascade", "plot_network", "plot_memory")


def _traces(figure: Any, name: str) -> list[Any]:
    return [trace for trace in figure.data if trace.name == name]


@pytest.mark.parametrize("name", sorted(PANELS))
def test_a_curve_is_that_of_the_run(run: Run, name: str) -> None:
    """Tick by tick, in minutes since the start, without the gaps."""
    figure = curve_exhibit(name, [run.course()]).figure
    assert figure is not None
    (line,) = _traces(figure, "simulated")
    table = run.curves().dropna(subset=[COLUMNS[name]])
    assert line.x.tolist() == (table["tick"] * 60).tolist()
    assert line.y.tolist() == pytest.approx(table[COLUMNS[name]].tolist())
    assert "(minutes)" in figure.layout.xaxis.title.text


def test_replicates_have_a_band_from_the_lowest_to_the_highest(
    tmp_path: Path, write_run: WriteRun, story: Story, sequel: TickRecord
) -> None:
    """Two runs of one scenario that differ in their seeds: the mean of both, up to the last tick of both."""
    scenario = write_run(tmp_path / "a", story).scenario
    other = write_run(tmp_path / "b", (*story[:2], sequel), scenario={**scenario, "seed": 2})
    (group,) = group_runs([Run(tmp_path / "a"), other])
    band = group.course().band("aware")
    assert band.minutes.tolist() == [0.0, 60.0, 120.0, 180.0]
    assert (band.lowest.tolist(), band.highest.tolist()) == ([1, 3, 3, 3], [1, 3, 4, 4])
    assert band.mean.tolist() == [1.0, 3.0, 3.5, 3.5]
    exhibit = curve_exhibit("aware", [group.course()])
    assert exhibit.figure is not None
    assert len(exhibit.figure.data) == 2
    assert "2 runs of 4 ticks" in exhibit.told


def test_other_scenarios_are_no_replicates(tmp_path: Path, write_run: WriteRun, story: Story) -> None:
    """Another number of ticks is another scenario, told apart by the folder of its run."""
    first = write_run(tmp_path / "a", story)
    second = write_run(tmp_path / "b", story, scenario={**first.scenario, "ticks": 9})
    groups = group_runs([first, second])
    assert [group.name for group in groups] == ["a", "b"]
    figure = curve_exhibit("aware", [group.course() for group in groups]).figure
    assert figure is not None
    assert [trace.name for trace in figure.data] == ["a", "b"]


def test_the_truth_stands_beside_the_simulation_until_that_ends(run: Run) -> None:
    """What really happened after the last tick is not drawn; a curve that the truth lacks is said to be lacking."""
    real = Curve("aware", np.array([0.0, 60.0, 600.0]), np.array([1.0, 2.0, 9.0]))
    truth = Truth("street", "dev", "bridge", {"aware": real})
    exhibit = curve_exhibit("aware", [run.course()], truth)
    assert exhibit.figure is not None
    (line,) = _traces(exhibit.figure, "real")
    assert (line.x.tolist(), line.y.tolist()) == ([0.0, 60.0], [1.0, 2.0])
    assert "street bridge, split dev" in exhibit.told
    assert "The truth has no such curve." in curve_exhibit("forwards", [run.course()], truth).told


def test_counts_of_emotions_and_attitudes_are_those_of_the_story(run: Run) -> None:
    """As worked out with pencil and paper; Ann changes sides in tick 2."""
    with reading(run.record) as db:
        felt, sides = emotions(db, 4), attitudes(db, 4)
    assert {name: counts.tolist() for name, counts in felt.items()} == {
        "calm": [1, 0, 0, 0],
        "moderate": [0, 0, 1, 0],
        "intense": [0, 1, 1, 0],
    }
    assert {name: counts.tolist() for name, counts in sides.items()} == {
        "negative": [0, 1, 2, 2],
        "positive": [1, 1, 1, 1],
    }


def test_a_cascade_shows_each_post_once(run: Run) -> None:
    """Three posts at their ticks, with the side of each author where it is known."""
    figure = run.plot_cascade()
    dots = [trace for trace in figure.data if trace.mode == "markers"]
    assert sum(len(trace.x) for trace in dots) == 3
    assert sorted(x for trace in dots for x in trace.x) == [0.0, 60.0, 120.0]
    assert "ann" in figure.layout.title.text


def test_a_network_without_its_society_is_that_of_forwards(run: Run) -> None:
    """And the sentence says so; with the society everybody is drawn, reached or not."""
    with reading(run.record) as db:
        passed = network_exhibit(db, None, why="it has burnt")
        whole = network_exhibit(db, society_of(5, [(1, 0), (2, 0)]))
        nobody = network_exhibit(db, Society.empty())
    assert "not who follows whom: it has burnt" in passed.told
    assert "3 of the 3 users" in passed.told
    assert whole.figure is not None
    assert sum(len(trace.x) for trace in whole.figure.data if trace.mode == "markers") == 5
    assert nobody.figure is None


def test_users_of_a_large_network_who_had_a_turn_are_drawn(run: Run) -> None:
    """Of a thousand users those are drawn who took part, for the rest have nothing to show."""
    import networkx as nx

    graph: Any = nx.star_graph(1000)
    nx.relabel_nodes(graph, {0: "ann", 1: "bob", 2: "dan"}, copy=False)
    with reading(run.record) as db:
        exhibit = network_exhibit(db, Society.from_networkx(nx.relabel_nodes(graph, str)))
    assert exhibit.figure is not None
    assert sum(len(trace.x) for trace in exhibit.figure.data if trace.mode == "markers") == 3
    assert "3 of the 3 users who had a turn, of 1,001 in the society" in exhibit.told


@pytest.mark.parametrize("plot", PLOTS)
def test_plots_are_figures_with_titles_and_axes(run: Run, plot: str) -> None:
    """Whatever a notebook shows has a title, and its JSON has no NaN."""
    figure = getattr(run, plot)()
    assert figure.layout.title.text
    json.loads(figure.to_json(), parse_constant=pytest.fail)


@pytest.mark.parametrize("plot", PLOTS)
def test_plots_of_an_empty_run_say_why(tmp_path: Path, write_run: WriteRun, plot: str) -> None:
    """No traces, and a sentence in their place."""
    figure = getattr(write_run(tmp_path / "run", ()), plot)()
    assert len(figure.data) == 0
    assert figure.layout.annotations[0].text.startswith("Nothing to draw")


def test_a_run_shows_itself_in_a_notebook(tmp_path: Path, run: Run, write_run: WriteRun) -> None:
    """A small table, in which a name cannot be taken for markup; a run of no tick has no numbers."""
    told = run._repr_html_()
    assert "<td>4</td>" in told
    assert "33%" in told
    scenario = {**run.scenario, "question": "<b>Closed?</b>"}
    assert "<b>" not in write_run(tmp_path / "run", (), scenario=scenario)._repr_html_()


def test_without_plotly_the_message_names_the_extra(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a traceback of an import."""
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    monkeypatch.setitem(sys.modules, "plotly.subplots", None)
    for plot in PLOTS:
        if plot != "plot_memory":  # of which this run has none
            with pytest.raises(InputError, match=r"s3agents\[plots\]"):
                getattr(run, plot)()


@pytest.mark.parametrize(
    ("minutes", "unit"), [(0.0, "minutes"), (180.0, "minutes"), (181.0, "hours"), (5760.0, "hours"), (5761.0, "days")]
)
def test_the_unit_of_a_time_axis_goes_by_its_length(minutes: float, unit: str) -> None:
    """Minutes up to three hours, hours up to four days."""
    assert Clock.spanning([minutes]).unit == unit


@pytest.mark.parametrize(
    ("minutes", "told"), [(15.0, "15 min"), (90.0, "90 min"), (120.0, "2 h"), (2880.0, "2 d"), (0.75, "45 s")]
)
def test_a_tick_in_words(minutes: float, told: str) -> None:
    """In the largest unit in which it is a whole number."""
    assert span_told(minutes) == told
