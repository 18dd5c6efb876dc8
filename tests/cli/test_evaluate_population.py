"""``s3agents evaluate population``: what it shows of runs against a truth, and that bad input is one message."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import s3agents as package
from s3agents.scenarios import load_scenario
from s3agents.testing.cascades import write_cascades
from s3agents.testing.command_line import Command

_SETTINGS = ("bus=local", "memory.store=local", "ticks=12")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Three runs of the karate club that differ in their seeds."""
    folder = tmp_path_factory.mktemp("runs")
    example = Path(__file__).parents[2] / "examples" / "karate_club"
    for seed in (7, 8, 9):
        scenario = load_scenario(example, overrides=[*_SETTINGS, f"seed={seed}"])
        package.Simulation(scenario, out=folder / f"seed-{seed}").run()
    return folder


def _evaluate(s3agents: Command, *arguments: object) -> tuple[int, str, str]:
    done = s3agents("evaluate", "population", *map(str, arguments))
    return done.code, done.out, done.err


def test_replicates_against_another_run(s3agents: Command, runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All tables with their basis, in 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    code, out, err = _evaluate(s3agents, runs / "seed-8", runs / "seed-9", "--truth", runs / "seed-7")
    assert (code, err) == (0, "")
    for words in ("aware", "forwards", "emotion", "positive", "DTW", "in band", "emotion peak", "structural virality"):
        assert words in out
    for words in (
        "E-I index",
        "bimodality",
        "n = 2 replicates",
        "seeds 8, 9",
        "unseen in training",
        "lowest to highest",
    ):
        assert words in out
    assert "nan" not in out.lower()
    assert "…" not in out
    assert max(len(line.rstrip()) for line in out.splitlines()) <= 80


def test_a_run_against_itself_has_no_error(s3agents: Command, runs: Path) -> None:
    """JSON for programs: no error, correlation 1, no distance in time; every score has a value or a reason."""
    code, out, _ = _evaluate(s3agents, runs / "seed-7", "--truth", runs / "seed-7", "--json")
    assert code == 0
    found = json.loads(out)
    (group,) = found["groups"]
    for row in group["curves"]:
        scores = row["scores"]
        assert (scores["rmse"], scores["final_error"], scores["points"]) == (0, 0, 12)
        assert scores["warping"] in {0, None}
        assert scores["correlation"] is None or scores["correlation"] == pytest.approx(1)
    assert {turn["time_error"] for turn in group["turns"]} == {0}
    assert found["real_polarisation"]["ei_index"] == group["polarisation"]["ei_index"]["mean"]


def test_a_table_of_curves_and_a_shift(s3agents: Command, runs: Path, tmp_path: Path) -> None:
    """A tick of the club is half a day; ticks of the truth are as long unless it is said."""
    (tmp_path / "t.csv").write_text("tick,forwards\n0,0\n1,5\n2,9\n")
    code, out, _ = _evaluate(s3agents, runs / "seed-7", "--truth", "t.csv", "--json")
    assert code == 0
    assert json.loads(out)["groups"][0]["curves"][0]["scores"]["end"] == 2 * 720
    code, out, _ = _evaluate(
        s3agents, runs / "seed-7", "--truth", "t.csv", "--truth-tick", "1d", "--shift", "720", "--json"
    )
    scores = json.loads(out)["groups"][0]["curves"][0]["scores"]
    assert (scores["start"], scores["end"]) == (1440, 2880)


def test_what_cannot_be_scored_is_a_blank_with_its_reason(s3agents: Command, runs: Path, tmp_path: Path) -> None:
    """A constant truth, and one from another time."""
    (tmp_path / "t.csv").write_text("minute,forwards,share_positive\n0,0,0.5\n720,0,0.5\n1440,0,0.5\n")
    code, out, _ = _evaluate(s3agents, runs / "seed-7", "--truth", "t.csv")
    assert code == 0
    assert "The real curve ends at 0" in out
    assert "The real curve is constant" in out
    code, out, err = _evaluate(s3agents, runs / "seed-7", "--truth", "t.csv", "--shift", "1e6")
    assert code == 0
    assert "no time in common" in out
    assert "--shift may mend that" in err


BAD = {
    "no truth": (("RUN",), "--truth"),
    "no such truth": (("RUN", "--truth", "nowhere.csv"), "nowhere.csv"),
    "no such run": (("nowhere", "--truth", "t.csv"), "nowhere"),
    "the same run twice": (("RUN", "RUN", "--truth", "t.csv"), "the same record"),
    "no such case": (("RUN", "--truth", "c.csv", "--case", "z"), "case 'z'"),
    "several cases": (("RUN", "--truth", "c.csv"), "--case"),
    "a case of a run": (("RUN", "--truth", "RUN", "--case", "z"), "--case z"),
    "no duration": (("RUN", "--truth", "t.csv", "--truth-tick", "long"), "--truth-tick"),
    "no shift": (("RUN", "--truth", "t.csv", "--shift", "nan"), "shift"),
    "broken rows": (("RUN", "--truth", "b.csv"), "b.csv:3, column 'forwards'"),
}


@pytest.mark.parametrize("kind", sorted(BAD))
def test_bad_input_leaves_with_2(kind: str, s3agents: Command, runs: Path, tmp_path: Path) -> None:
    """One message, no traceback, no table."""
    (tmp_path / "t.csv").write_text("minute,forwards\n0,0\n720,9\n")
    (tmp_path / "b.csv").write_text("minute,forwards\n0,0\n720,many\n")
    (tmp_path / "c.csv").write_text("case_id,minute,forwards\nx,0,0\ny,0,0\n")
    arguments, message = BAD[kind]
    code, out, err = _evaluate(s3agents, *(runs / "seed-7" if a == "RUN" else a for a in arguments))
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


def test_python_gives_the_same(runs: Path) -> None:
    """One run or several, folders or runs."""
    truth = runs / "seed-7"
    one = package.evaluate_population(runs / "seed-8", truth)
    same = package.evaluate_population([package.Run(runs / "seed-8")], truth)
    assert one.to_dict() == same.to_dict()
    with pytest.raises(package.errors.InputError, match="at least one run"):
        package.evaluate_population([], truth)


def test_help_has_an_example(s3agents: Command) -> None:
    """Of replicates against an event."""
    code, out, _ = _evaluate(s3agents, "--help")
    assert code == 0
    assert "event_truth.csv --case" in " ".join(out.split())


@pytest.mark.parametrize(
    ("truth", "case", "adopted"),
    [
        ("pheme/event_truth.csv", "charliehebdo", True),
        ("pheme/dev/truth.csv", "ch-552791196247269378", True),
        ("ced", "ced-3691-lbk2EW", False),
    ],
)
def test_real_data(truth: str, case: str, adopted: bool, s3agents: Command, runs: Path) -> None:
    """A small club against the real thing: far off, with every real figure beside."""
    data = os.environ.get("S3AGENTS_DATA")
    if not data or not Path(data, truth).exists():
        pytest.skip(f"S3AGENTS_DATA names no folder with {truth}")
    code, out, err = _evaluate(s3agents, runs / "seed-7", "--truth", Path(data, truth), "--case", case, "--json")
    assert code == 0, err
    found = json.loads(out)
    assert found["split"] == "dev"
    assert found["real_shapes"]["largest"]["virality"] > 1
    assert bool(found["guessed"]) is adopted
    assert found["groups"][0]["curves"][0]["scores"]["final_error"] > 0.8


def test_runs_stand_beside_baselines(s3agents: Command, tmp_path: Path) -> None:
    """One table of forwards for runs and simple models; without a folder of cascades there is none to make."""
    town = write_cascades(tmp_path / "town")
    scenario = f"{{name: fire, topic: t, question: q, ticks: 24, tick: 5min, society: {{path: {town}}}, bus: local}}"
    (tmp_path / "fire.yaml").write_text(scenario, encoding="utf-8")
    seed = "{author: author1, text: Fire!}"
    options = ("--set", f"seeds=[{seed}]", "--set", "memory.store=local", "-o", "run")
    assert s3agents("run", str(tmp_path / "fire.yaml"), *options).code == 0
    shared = ("run", "--truth", town, "--case", "c03", "--after", "20min")
    code, out, _ = _evaluate(s3agents, *shared)
    assert code == 0
    for words in ("forwards from minute 20 to 115", "fire", "mean growth", "SIR", "independent cascade", "n = 1 case"):
        assert words in out
    found = json.loads(_evaluate(s3agents, *shared, "--json")[1])["beside"]
    assert found["rows"][0]["name"] == "fire"
    assert found["rows"][0]["score"]["rmse"] > 0
    code, out, err = _evaluate(s3agents, "run", "--truth", "run", "--after", "20min")
    assert (code, out) == (2, "")
    assert "--after: wanted a folder of cascades" in err
