"""``s3agents study``: from the file to the table and the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from s3agents import Run
from s3agents.tables import read_parquet_rows
from s3agents.testing import StubEndpoint
from s3agents.testing.command_line import Command

STUDY = """
name: pace
scenario: karate_club
settings: {ticks: 3}
variants:
  slow: {cognition.rules.forward: 0.0, cognition.rules.post: 0.0}
  fast: {cognition.rules.forward: 0.6}
seeds: 3
outcomes: [forwards, share_positive, accuracy]
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """The file of a study, in the working directory."""
    (tmp_path / "pace.yaml").write_text(STUDY)
    return tmp_path


def test_a_study_from_its_file_to_its_tables(s3agents: Command, study: Path) -> None:
    """A row for each run and outcome, each variant beside the control; a second time nothing is run again."""
    done = s3agents("study", "pace.yaml", "-o", "out", "--json")
    assert done.code == 0
    compared = {one["outcome"]: one for one in json.loads(done.out)}
    assert set(compared) == {"forwards", "share_positive", "accuracy"}
    assert compared["forwards"]["control"] == 0.0
    assert compared["forwards"]["difference"] > 0.0
    rows = [row for batch in read_parquet_rows("out/outcomes.parquet") for row in batch]
    assert len(rows) == 2 * 3 * 3
    value = next(r["value"] for r in rows if (r["variant"], r["seed"], r["outcome"]) == ("fast", 1, "forwards"))
    assert value == Run("out/cells/fast_1").ticks().forwards.sum()
    assert "forwards is" in Path("out/study.html").read_text()
    before = {file: file.stat().st_mtime_ns for file in Path("out/cells").glob("*/run.sqlite")}
    again = s3agents("study", "pace.yaml", "-o", "out", "--json")
    assert json.loads(again.out) == json.loads(done.out)
    assert {file: file.stat().st_mtime_ns for file in Path("out/cells").glob("*/run.sqlite")} == before
    assert "no corrected p can fall below" in s3agents("study", "pace.yaml", "-o", "out").err


def test_what_cells_share_is_asked_once_and_a_budget_ends_it(s3agents: Command, study: Path) -> None:
    """Two variants that are alike cost as much as one; a study whose budget is used up goes on with a larger one."""
    with StubEndpoint().running_in_thread() as stub:
        file = study / "asked.yaml"
        text = (
            STUDY.split("variants:", maxsplit=1)[0]
            + "variants: {one: {}, two: {limits.shard: 7}}\nseeds: 1\noutcomes: [tokens]\n"
        )
        model = {"cognition.mode": "llm", "model.url": stub.url, "model.name": "stub", "ticks": 2}
        text = text.replace("settings: {ticks: 3}", f"settings: {json.dumps(model)}").replace(
            "name: pace", "name: asked"
        )
        file.write_text(text)
        assert s3agents("study", "asked.yaml", "-o", "out").code == 0
        spent, asked = Run("out/cells/one_0").ticks(), stub.requests
        assert asked == spent.calls.sum()
        dry = json.loads(s3agents("study", "asked.yaml", "-o", "none", "--dry-run", "--sample", "2", "--json").out)
        assert dry["calls"] == 2 * spent.calls.sum()
        assert not Path("none").exists()
        tokens = int(spent.prompt_tokens.sum() + spent.reply_tokens.sum())
        file.write_text(text + f"budget: {tokens // 2}\n")
        short = s3agents("study", "asked.yaml", "-o", "short")
        assert short.code == 1
        assert "token budget" in short.err
        assert "the same command goes on" in short.err
        file.write_text(text + f"budget: {tokens * 2}\n")
        assert s3agents("study", "asked.yaml", "-o", "short").code == 0
    assert Run("short/cells/one_0").fingerprint() == Run("out/cells/one_0").fingerprint()


def test_a_changed_study_wants_another_folder(s3agents: Command, study: Path) -> None:
    """What was run under one description is never mixed with another's; other files are left alone."""
    assert s3agents("study", "pace.yaml", "-o", "out").code == 0
    (study / "pace.yaml").write_text(STUDY.replace("0.6", "0.5"))
    changed = s3agents("study", "pace.yaml", "-o", "out")
    assert changed.code == 2
    assert "fast_0" in changed.err
    (study / "mine").mkdir()
    (study / "mine" / "notes.txt").write_text("mine")
    assert s3agents("study", "pace.yaml", "-o", "mine").code == 2
    assert (study / "mine" / "notes.txt").read_text() == "mine"


def test_other_words_are_another_study(s3agents: Command, study: Path) -> None:
    """A patch that was changed is told of before anything is run, and the words that were played stay on file."""
    with StubEndpoint().running_in_thread() as stub:
        model = {"cognition.mode": "llm", "model.url": stub.url, "model.name": "stub", "ticks": 1}
        patch = 'other: {prompt_patch: {replace: {system.txt: [["never an assistant", "WORDS"]]}}}'
        text = (
            f"name: words\nscenario: karate_club\nsettings: {json.dumps(model)}\nvariants: {{plain: {{}}, {patch}}}\n"
        )
        (study / "words.yaml").write_text(text + "seeds: 1\n")
        assert s3agents("study", "words.yaml", "-o", "out").code == 0
        played = Path(Run("out/cells/other_0").scenario["cognition"]["pack"]) / "en" / "system.txt"
        assert "WORDS" in played.read_text()
        assert s3agents("study", "words.yaml", "-o", "out").code == 0
        asked = stub.requests
        (study / "words.yaml").write_text(text.replace("WORDS", "no machine") + "seeds: 1\n")
        changed = s3agents("study", "words.yaml", "-o", "out")
    assert changed.code == 2
    assert "other_0" in changed.err
    assert stub.requests == asked
    assert "WORDS" in played.read_text()
    (study / "mine").mkdir()
    (study / "mine" / "notes.txt").write_text("mine")
    assert s3agents("study", "words.yaml", "-o", "mine").code == 2
    assert [path.name for path in (study / "mine").iterdir()] == ["notes.txt"]


def test_prices_make_a_cost(s3agents: Command, study: Path) -> None:
    """Money follows from tokens and a file of prices; a file that is none is told of."""
    with StubEndpoint().running_in_thread() as stub:
        model = {"cognition.mode": "llm", "model.url": stub.url, "model.name": "stub", "ticks": 2}
        (study / "asked.yaml").write_text(STUDY.replace("{ticks: 3}", json.dumps(model)))
        (study / "prices.yaml").write_text("stub: {prompt: 1.0, reply: 10.0}\n")
        dry = ("study", "asked.yaml", "-o", "none", "--dry-run", "--prices")
        found = json.loads(s3agents(*dry, "prices.yaml", "--json").out)
    expected = (found["prompt_tokens"] + 10 * found["reply_tokens"]) / 1e6
    assert found["cost"] == pytest.approx(expected)
    (study / "prices.yaml").write_text("stub: {promt: 1.0}\n")
    wrong = s3agents(*dry, "prices.yaml")
    assert wrong.code == 2
    assert "prices.yaml: stub" in wrong.err
