"""``s3agents report``: a page from one or more runs."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from s3agents.config import Scenario
from s3agents.simulation import Simulation
from s3agents.testing.command_line import Command
from s3agents.testing.societies import lively_scenario

Runs = dict[str, Path]


def _played(folder: Path, **changes: object) -> Path:
    scenario: Scenario = lively_scenario(["0", "33"], **changes)  # type: ignore[arg-type]
    return Simulation(scenario, out=folder).run().folder


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """Two replicates, and a run of no tick; nobody changes them but for their reports."""
    base = tmp_path_factory.mktemp("runs")
    return {
        "one": _played(base / "one", seed=1),
        "two": _played(base / "two", seed=2),
        "none": _played(base / "none", ticks=0),
    }


def test_a_report_lies_beside_its_run(s3agents: Command, runs: Runs) -> None:
    """The network is the society's, found by its name; the page is made anew each time."""
    for _ in range(2):
        done = s3agents("report", str(runs["one"]))
        assert done.code == 0, done.err
        assert done.out.strip() == str(runs["one"] / "report.html")
    page = (runs["one"] / "report.html").read_text(encoding="utf-8")
    assert "drawn are 34 of the 34 users" in page
    assert "no network is needed" in done.err


def test_several_runs_have_a_page_where_the_command_was_given(s3agents: Command, runs: Runs, tmp_path: Path) -> None:
    """It is replaced only when told to."""
    both = (str(runs["one"]), str(runs["two"]))
    assert s3agents("report", *both).code == 0
    assert "2 runs of 6 ticks" in (tmp_path / "report.html").read_text(encoding="utf-8")
    done = s3agents("report", *both)
    assert (done.code, done.out) == (2, "")
    assert "--overwrite" in done.err
    assert s3agents("report", *both, "--overwrite").code == 0


def test_a_truth_is_drawn_beside_the_runs(s3agents: Command, runs: Runs, tmp_path: Path) -> None:
    """From any table of curves."""
    (tmp_path / "real.csv").write_text("minute,aware,forwards\n0,1,0\n60,5,2\n120,9,4\n", encoding="utf-8")
    done = s3agents("report", str(runs["one"]), "--truth", "real.csv", "-o", "page.html")
    assert done.code == 0, done.err
    assert "Real: real, split all" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_scores_stand_beside_the_curves(s3agents: Command, runs: Runs, tmp_path: Path) -> None:
    """Those of ``evaluate population``, with what they stand on."""
    (tmp_path / "real.csv").write_text("minute,aware\n0,1\n60,5\n120,9\n180,12\n240,12\n", encoding="utf-8")
    both = (str(runs["one"]), str(runs["two"]))
    assert s3agents("report", *both, "--truth", "real.csv", "-o", "page.html").code == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    for told in ("How near to what really happened", "RMSE", "n = 2 replicates, split all, seed 1"):
        assert told in page
    told = s3agents("evaluate", "population", *both, "--truth", "real.csv", "--json")
    assert f"<td>{json.loads(told.out)['groups'][0]['curves'][0]['scores']['rmse_over_final']:.3f}</td>" in page


def test_a_truth_that_began_earlier_is_shifted(s3agents: Command, runs: Runs, tmp_path: Path) -> None:
    """Only what follows tick 0 is drawn; another run is a truth as well."""
    (tmp_path / "real.csv").write_text("minute,aware\n0,1\n60,5\n", encoding="utf-8")
    one = str(runs["one"])
    assert s3agents("report", one, "--truth", "real.csv", "--shift", "600", "-o", "late.html").code == 0
    assert "The truth has no such curve." in (tmp_path / "late.html").read_text(encoding="utf-8")
    assert s3agents("report", one, "--truth", str(runs["two"]), "-o", "run.html").code == 0
    assert "Real: two, split" in (tmp_path / "run.html").read_text(encoding="utf-8")


def test_what_cannot_be_scored_says_why(s3agents: Command, runs: Runs, tmp_path: Path) -> None:
    """A run of no tick has nothing to be held against anything."""
    (tmp_path / "real.csv").write_text("minute,aware\n0,1\n60,5\n", encoding="utf-8")
    assert s3agents("report", str(runs["none"]), "--truth", "real.csv", "-o", "page.html").code == 0
    assert "Nothing was scored." in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_society_that_is_gone_is_told(s3agents: Command, tmp_path: Path) -> None:
    """Who forwarded whom is drawn instead, and the page says why."""
    folder = tmp_path / "society"
    folder.mkdir()
    (folder / "users.jsonl").write_text("".join(f'{{"user_id": "{n}"}}\n' for n in range(40)), encoding="utf-8")
    follows = "".join(f"{n},{m}\n" for n in range(40) for m in range(40) if n != m)
    (folder / "follows.csv").write_text(f"follower,followee\n{follows}", encoding="utf-8")
    run = _played(tmp_path / "run", society={"path": str(folder)})
    (folder / "follows.csv").write_text("follower,followee\n1,2\n", encoding="utf-8")
    assert s3agents("report", str(run)).code == 0
    assert "is no longer the one that the run went over" in (run / "report.html").read_text(encoding="utf-8")
    (folder / "users.jsonl").unlink()
    assert s3agents("report", str(run)).code == 0
    assert "cannot be read where the scenario has it" in (run / "report.html").read_text(encoding="utf-8")


def test_a_run_of_no_tick_has_a_report(s3agents: Command, runs: Runs) -> None:
    """Of sentences that say why there is nothing to draw."""
    assert s3agents("report", str(runs["none"])).code == 0
    assert "no tick was committed" in (runs["none"] / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{one}", "-o", "page.pdf"], "ends in .html"),
        (["{one}", "-o", "nowhere/page.html"], "a file in a folder that exists"),
        (["nowhere"], "wanted the folder of a run"),
        (["{one}", "{one}"], "wanted each run once"),
        (["{one}", "--case", "a"], "--truth beside it"),
        (["{one}", "--truth", "nowhere.csv"], "nowhere.csv"),
        (["{one}", "--price-in", "-1"], "price of prompt tokens"),
    ],
)
def test_what_is_wrong_is_one_message(
    s3agents: Command, runs: Runs, tmp_path: Path, arguments: list[str], message: str
) -> None:
    """Exit code 2, and nothing written."""
    done = s3agents("report", *(argument.format(**runs) for argument in arguments))
    assert (done.code, done.out) == (2, "")
    assert message in " ".join(done.err.split())
    assert done.err.count("error:") == 1
    assert list(tmp_path.iterdir()) == []


def test_without_plotly_the_message_names_the_extra(
    s3agents: Command, runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is read or written."""
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    done = s3agents("report", str(runs["one"]), "-o", "page.html")
    assert done.code == 2
    assert "s3agents[plots]" in done.err
    assert list(tmp_path.iterdir()) == []
