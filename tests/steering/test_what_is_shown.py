"""What a run's summary, tables and exports tell of what was done to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3agents import Run, Simulation
from s3agents.report.export import export
from s3agents.report.steered import SteeredSum
from s3agents.report.summary import summarise
from s3agents.testing.command_line import command_line
from s3agents.testing.societies import lively_scenario
from s3agents.testing.steered_runs import star_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The star, whose post is labelled, and recommended to u4."""
    label = {"kind": "label", "from": 1, "posts": {"text": "seed"}, "text": "disputed"}
    channels = [{"kind": "random", "readers": "all"}]
    return star_run(tmp_path_factory.mktemp("shown") / "run", label, channels=channels)


def test_the_summary_has_a_line_for_each(run: Run) -> None:
    """Its span, and the sums of its effects."""
    counts = {"posts": 1, "accounts": 0, "edges": 0, "first_tick": 1, "last_tick": 3}
    label, channel = summarise(run).steered
    assert label == SteeredSum(section="interventions", number=0, kind="label", deliveries=label.deliveries, **counts)
    assert label.deliveries >= 3
    assert (channel.kind, channel.first_tick, channel.deliveries, channel.accounts) == ("random", 1, 1, 1)


def test_tables(run: Run, tmp_path: Path) -> None:
    """By tick, with columns of fixed types, and as files."""
    counts = ["posts", "deliveries", "accounts", "edges"]
    assert run.steered().columns.tolist() == ["tick", "section", "number", "kind", *counts]
    assert run.marks().drop(columns="weight").values.tolist() == [[1, "0.0.u0", "labelled", 0, "disputed"]]
    assert [file.name for file in export(run, ["steered", "marks"], "csv", tmp_path)] == ["steered.csv", "marks.csv"]


def test_the_command_line_shows_it(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """``show`` has a line for each; one that was not steered has no such table."""
    show = command_line(lambda: tuple(capsys.readouterr()))
    done = show("show", str(run.folder))
    assert (done.code, "interventions.0" in done.out, "random" in done.out) == (0, True, True)
    alone = star_run(run.folder.with_name("alone"))
    assert "interventions" not in show("show", str(alone.folder)).out


def test_a_turn_is_explained_with_the_note_that_was_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside the post that had it."""
    label = {"kind": "label", "at": 1, "posts": {"text": "seed"}, "text": "disputed"}
    Simulation(lively_scenario(["0"], ticks=2, interventions=[label]), out=tmp_path / "run").run()
    explain = command_line(lambda: tuple(capsys.readouterr()))
    assert "[disputed]" in explain("explain", str(tmp_path / "run"), "--agent", "1", "--tick", "1").out


def test_the_report_has_a_section_for_it(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is something to tell."""
    report = command_line(lambda: tuple(capsys.readouterr()))
    alone = star_run(tmp_path / "alone")
    for shown, there in ((run, True), (alone, False)):
        page = tmp_path / f"{there}.html"
        assert report("report", str(shown.folder), "--out", str(page)).code == 0
        assert ("Interventions and channels" in page.read_text(encoding="utf-8")) is there
