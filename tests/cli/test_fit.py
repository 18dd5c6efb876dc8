"""``s3agents fit``: what it shows and leaves, and that bad input leaves nothing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from s3agents.testing.command_line import Command
from s3agents.traits import scores
from s3agents.traits.learnt.model_file import load_predictors


@pytest.fixture(autouse=True)
def quick_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals from fewer samples."""
    monkeypatch.setattr(scores, "RESAMPLES", 20)


@pytest.fixture
def users(tmp_path: Path) -> Path:
    """Users whose words tell their gender, and whose ages tell nothing."""
    draw = np.random.default_rng(0)
    rows = ["id,sex,age,text"]
    for i in range(60):
        sex = str(draw.choice(["F", "M"]))
        cue = {"F": "hubby", "M": "wifey"}[sex]
        rows.append(f"u{i},{sex},{draw.integers(20, 50)},we went to town {draw.choice(list('abcdefgh'))} {cue} {i}")
    file = tmp_path / "users.csv"
    file.write_text("\n".join(rows) + "\n")
    return file


@pytest.fixture
def stances(tmp_path: Path) -> Path:
    """Texts whose words tell the side, on two targets."""
    rows = ["target,stance,text"]
    for i in range(120):
        side, target = ("favor", "against", "none")[i % 3], ("cats", "dogs")[i % 2]
        rows.append(f"{target},{side},say {side[::-1]} {i} times")
    file = tmp_path / "stances.csv"
    file.write_text("\n".join(rows) + "\n")
    return file


def test_demographics_shows_scores_and_writes_a_model(s3agents: Command, users: Path) -> None:
    """The tables are those of S3's Table 4 with baselines beside them; the model predicts what was asked for."""
    done = s3agents("fit", "demographics", str(users), "-o", "models/mine", "--language", "en")
    assert done.code == 0
    for words in ("Acc", "F1", "AUC", "MSE", "MAE", "Avg % Error", "95 % interval", "most frequent label", "median of"):
        assert words in done.out
    assert "60 groups that share no user or text, seed 0" in done.out
    assert "gender from sex" in done.err
    assert "age: no better than the simplest guess" in done.err
    assert "gender: no better" not in done.err
    assert "written: models/mine" in done.err
    assert {p.method for p in load_predictors(Path("models/mine")).values()} == {"learnt/users"}


def test_json_is_what_the_model_says(s3agents: Command, users: Path) -> None:
    """``--json`` prints the contents of model.json and where it is."""
    options = ("--fields", "gender", "--folds", "3", "--seed", "4", "--name", "mine", "--map", "gender=sex")
    done = s3agents("fit", "demographics", str(users), "-o", "m", *options, "--text", "posts", "--json")
    assert done.code == 0
    shown = json.loads(done.out)
    assert shown.pop("model") == "m"
    assert shown == json.loads(Path("m/model.json").read_text())
    assert (shown["name"], shown["features"]["texts"]) == ("mine", ["posts"])
    assert list(shown["traits"]) == ["gender"]
    found = shown["traits"]["gender"]["cross_validation"]
    assert (found["folds"], found["seed"], found["scores"]["n"]) == (3, 4, 60)
    assert found["scores"]["auc"]["value"] > 0.9


def test_attitude_shows_targets(s3agents: Command, stances: Path) -> None:
    """With a column of targets there is a row for each and their mean; rows of neither side are told."""
    arguments = ("fit", "attitude", str(stances), "--question", " Are you\nfor it? ")
    done = s3agents(*arguments, "-o", "m", "--target-column", "target", "--target", "dogs")
    assert done.code == 0
    for words in ("cats", "dogs", "mean over targets", "macro F1"):
        assert words in done.out
    assert "left out 40 rows (40 x none)" in done.err
    about = json.loads(Path("m/model.json").read_text())["traits"]["attitude"]["about"]
    assert (about["question"], about["targets"], about["target"]) == ("Are you for it?", ["cats", "dogs"], "dogs")
    other = s3agents(*arguments, "-o", "n", "--positive", "none", "--negative", "AGAINST")
    assert other.code == 0
    assert "by target" not in other.out
    assert "left out 40 rows (40 x favor)" in other.err


def test_a_model_is_replaced_on_demand_only(s3agents: Command, users: Path) -> None:
    """An existing model is refused before anything is fitted; with ``--overwrite`` it is replaced."""
    arguments = ("fit", "demographics", str(users), "-f", "gender", "-o", "m")
    assert s3agents(*arguments).code == 0
    refused = s3agents(*arguments, "--name", "new")
    assert refused.code == 2
    assert "--overwrite" in refused.err
    assert s3agents(*arguments, "--name", "new", "--overwrite").code == 0
    assert json.loads(Path("m/model.json").read_text())["name"] == "new"


def test_dropped_rows_are_told_or_an_error(s3agents: Command, users: Path) -> None:
    """Rows that cannot be used are counted with file and line, and with ``--strict`` are an error."""
    with users.open("a") as file:
        file.write("x,F,abc,  \ny,F,abc,hello\n")
    done = s3agents("fit", "demographics", str(users), "-f", "gender", "-o", "m")
    assert done.code == 0
    assert "1 x no text, such as users.csv:62" in done.err
    assert "1 x invalid age (value dropped, row kept), such as users.csv:63 'abc'" in done.err
    strict = s3agents("fit", "demographics", str(users), "-f", "gender", "-o", "n", "--strict")
    assert strict.code == 2
    assert "strict reading" in strict.err
    assert not Path("n").exists()


BAD = {
    "a file that is not there": (("demographics", "nowhere.csv"), "nowhere.csv"),
    "an unknown field": (("demographics", "users.csv", "--fields", "shoes"), "--fields"),
    "a field without a column": (("demographics", "users.csv", "--fields", "occupation"), "occupation"),
    "no column of a trait": (("demographics", "stances.csv"), "--map gender=COLUMN"),
    "a mapping that is none": (("demographics", "users.csv", "--map", "gender"), "--map 'gender'"),
    "an unknown text": (("demographics", "users.csv", "--text", "songs"), "--text"),
    "a bad name": (("demographics", "users.csv", "--name", "a/b"), "name of a model"),
    "one fold": (("demographics", "users.csv", "--folds", "1"), "--folds"),
    "one gender": (("demographics", "users.csv", "--map", "gender=text"), "two or more labels"),
    "no question": (("attitude", "stances.csv"), "--question"),
    "a blank question": (("attitude", "stances.csv", "-q", " "), "--question"),
    "one side": (("attitude", "stances.csv", "-q", "Q?", "--negative", "never"), "got 40 x positive"),
    "a label on both sides": (("attitude", "stances.csv", "-q", "Q?", "--negative", "Favor"), "in both"),
    "a target without a column": (("attitude", "stances.csv", "-q", "Q?", "--target", "cats"), "--target-column"),
    "no such column": (("attitude", "stances.csv", "-q", "Q?", "--target-column", "about"), "'about'"),
    "no such target": (
        ("attitude", "stances.csv", "-q", "Q?", "--target-column", "target", "--target", "fish"),
        "one of cats, dogs",
    ),
    "nothing to do": ((), "Commands"),
}


@pytest.mark.parametrize("kind", sorted(BAD))
@pytest.mark.usefixtures("users", "stances")
def test_bad_input_leaves_with_2_and_nothing_behind(kind: str, s3agents: Command, tmp_path: Path) -> None:
    """One clear message, no traceback, exit code 2, and no folder made."""
    arguments, message = BAD[kind]
    done = s3agents("fit", *arguments, *(("-o", "out") if arguments else ()))
    assert done.code == 2
    assert message in done.err + done.out
    assert "Traceback" not in done.err
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["stances.csv", "users.csv"]


@pytest.mark.parametrize("name", ["demographics", "attitude"])
def test_help_has_an_example(name: str, s3agents: Command) -> None:
    """The help of each command has an example."""
    done = s3agents("fit", name, "--help")
    assert done.code == 0
    assert f"s3agents fit {name}" in done.out
