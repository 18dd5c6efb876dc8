"""``s3agents evaluate forecast`` and ``s3agents calibrate``: what they show and leave; bad input is one message."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import yaml

from s3agents.observed.truth import read_truth
from s3agents.testing.command_line import Command
from s3agents.testing.growing_cascades import write_data

ROWS = ("society", "mean growth", "no growth", "SIR", "independent cascade", "linear threshold")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve clean cases of five stories, and two that are not clean."""
    return write_data(tmp_path_factory.mktemp("forecast") / "data")


def test_a_table_of_all_models_with_its_basis(s3agents: Command, data: Path) -> None:
    """The society and each baseline, on the same cases, none of which was seen."""
    done = s3agents("evaluate", "forecast", str(data), "--folds", "4", "--replicates", "1")
    assert done.code == 0
    for words in (*ROWS, "n = 12 cases", "split dev", "seed 0", "unseen in training", "2 not clean"):
        assert words in done.out
    assert "left out: 2 cases not clean" in done.err


def test_curves_are_kept_and_read_as_curves(s3agents: Command, data: Path) -> None:
    """One table of all, the figures, and a file for each case that other commands read."""
    done = s3agents("evaluate", "forecast", str(data), "--folds", "4", "--replicates", "2", "--out", "kept", "--json")
    told = json.loads(done.out)
    assert all(row["cases"] + sum(row["blank"].values()) == 12 for row in told["rows"])
    assert len(told["rows"]) == 7
    assert json.loads(Path("kept/study.json").read_text(encoding="utf-8")) == told
    with Path("kept/forecasts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = [row for row in rows if float(row["minute"]) <= 30]
    assert all(float(row["forwards"]) == float(row["true_forwards"]) for row in known)
    assert all(float(row["lowest"]) <= float(row["forwards"]) <= float(row["highest"]) for row in rows)
    curve = read_truth("kept/cases/0000.csv").curves["forwards"]
    assert curve.final == pytest.approx(told["cases"][0]["forecasts"]["society"]["final"])


def test_every_case_can_be_shown(s3agents: Command, data: Path) -> None:
    """With all cases, those too that are not clean."""
    done = s3agents(
        *("evaluate", "forecast", str(data), "--cases", "all", "--replicates", "1", "--folds", "4", "--cases-table")
    )
    assert done.code == 0
    assert "n = 14 cases" in done.out
    assert "c13" in done.out


def test_a_graph_is_no_condition(s3agents: Command, tmp_path: Path) -> None:
    """Where there is none, the models that spread along it are blank and say why."""
    bare = write_data(tmp_path / "bare", graph=False)
    done = s3agents("evaluate", "forecast", str(bare), "--folds", "4", "--replicates", "1", "--json")
    rows = {row["forecast_by"]: row for row in json.loads(done.out)["rows"]}
    assert rows["society"]["cases"] == 12
    assert rows["independent cascade"] == {
        "forecast_by": "independent cascade",
        "cases": 0,
        "rmse_over_final": None,
        "median_rmse_over_final": None,
        "final_error": None,
        "blank": {"no follow graph": 12},
    }


def test_a_calibration_is_made_and_used(s3agents: Command, data: Path, tmp_path: Path) -> None:
    """It leaves its trace, forecasts other data unseen, and its own seen."""
    done = s3agents("calibrate", str(data), "-o", "calibrated")
    assert done.code == 0
    assert "seen in training" in done.out
    with Path("calibrated/trace.csv").open(encoding="utf-8", newline="") as file:
        losses = [float(row["loss"]) for row in csv.DictReader(file)]
    assert min(losses) <= losses[0]
    other = write_data(tmp_path / "other", cases=4, seed=9)
    for name, words in ((data, "seen in training"), (other, "n = 4 cases")):
        told = s3agents("evaluate", "forecast", str(name), "--learnt", "calibrated", "--replicates", "1")
        assert told.code == 0
        assert words in told.out


def test_fitted_minds_are_calibrated_for_a_scenario(s3agents: Command, tmp_path: Path) -> None:
    """The part of a scenario that names the model and both factors; the model tells readers apart in forecasts too."""
    data = write_data(tmp_path / "more", cases=18)
    assert s3agents("fit", str(data), "-o", "model").code == 0
    done = s3agents("calibrate", str(data), "--learnt", "model", "--evaluations", "12", "-o", "calibrated", "--json")
    told = json.loads(done.out)["fitted"]
    part = yaml.safe_load(Path("calibrated/scenario.yaml").read_text(encoding="utf-8"))["cognition"]
    assert told["loss"] <= told["start"]
    assert part["fitted"] == {name: told[name] for name in ("base_rate", "time_scale")}
    forecast = s3agents("evaluate", "forecast", str(data), "--learnt", "model", "--folds", "4", "--replicates", "1")
    assert forecast.code == 0
    assert ", seen in training" in forecast.out
    assert "fitted readers alone" in forecast.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--after", "soon"), "--after"),
        (("--after", "0"), "--after"),
        (("--after", "9d"), "time to forecast"),
        (("--folds", "50"), "stories"),
        (("--learnt", "nothing"), "nothing"),
        (("--split", "heldout"), "heldout"),
    ],
)
def test_bad_input_is_one_message(s3agents: Command, data: Path, arguments: tuple[str, ...], words: str) -> None:
    """Exit code 2, and no half a result."""
    done = s3agents("evaluate", "forecast", str(data), *arguments, "--out", "kept")
    assert done.code == 2
    assert words in done.err
    assert not done.out
    assert not Path("kept").exists()


def test_folders_that_are_there_are_kept(s3agents: Command, data: Path) -> None:
    """Neither command writes into them."""
    Path("there").mkdir()
    for command in (("evaluate", "forecast"), ("calibrate",)):
        done = s3agents(*command, str(data), "--out", "there")
        assert done.code == 2
        assert "no such folder yet" in done.err


def test_too_few_cascades_are_said(s3agents: Command, tmp_path: Path) -> None:
    """A pace is not learnt from four."""
    done = s3agents("calibrate", str(write_data(tmp_path / "few", cases=4)), "-o", "calibrated")
    assert done.code == 2
    assert "8 cascades" in done.err
    assert not Path("calibrated").exists()
