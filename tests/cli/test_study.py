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


def test_runs_that_share_a_model_do_not_close_it_for_each_other(s3agents: Command, study: Path) -> None:
    """Variants that ask different things go on when one of them has come to its end."""
    with StubEndpoint().running_in_thread() as stub:
        model = {"cognition.mode": "llm", "model.url": stub.url, "model.name": "stub", "model.repairs": 9}
        text = STUDY.replace("{ticks: 3}", json.dumps(model)).split("variants:", maxsplit=1)[0]
        variants = "variants: {short: {ticks: 1}, cold: {ticks: 4, model.temperature: 0.1}, hot: {ticks: 4}}\n"
        (study / "asked.yaml").write_text(f"{text}{variants}seeds: 1\noutcomes: [tokens]\nparallel: 2\n")
        done = s3agents("study", "asked.yaml", "-o", "out")
    assert done.code == 0, done.err
    assert "3 of 3 runs are done" in done.err


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


LEVELS = "text,level\n" + "".join(f"{word} number {n},{n % 4}\n" for n in range(24) for word in ("Meals", "Rent"))
ASKED = """
name: asked
scenario: karate_club
individual: {data: [levels.csv], limit: 20}
seeds: 3
outcomes: [emotion_level.accuracy, emotion_level.macro_f1]
"""


def asked_study(folder: Path, url: str, *, outcomes: str = "", variants: str = "") -> None:
    """A study of minds beside texts whose emotion is known."""
    model = {"cognition.mode": "llm", "model.url": url, "model.name": "stub", "model.repairs": 9, "ticks": 2}
    text = f"{ASKED}settings: {json.dumps(model)}\nvariants: {variants or '{one: {}, two: {limits.shard: 7}}'}\n"
    (folder / "asked.yaml").write_text(text.replace("macro_f1]", f"macro_f1{outcomes}]"))
    (folder / "levels.csv").write_text(LEVELS)


def test_minds_beside_real_users_are_an_outcome(s3agents: Command, study: Path) -> None:
    """All variants are asked the same probes, others in each replicate; what is alike is asked once. Nothing is run."""
    with StubEndpoint().running_in_thread() as stub:
        asked_study(study, stub.url)
        dry = json.loads(s3agents("study", "asked.yaml", "-o", "none", "--dry-run", "--json").out)
        before = stub.requests
        done = s3agents("study", "asked.yaml", "-o", "out", "--json")
        assert done.code == 0, done.err
        assert "6 of 6 minds were asked" in done.err
        assert 60 <= stub.requests - before <= 80, "20 probes of 3 replicates, a few of them twice; not those of both"
        again = s3agents("study", "asked.yaml", "-o", "out", "--json")
        assert (again.out, stub.requests - before <= 80) == (done.out, True)
    assert not list(Path("out/cells").glob("*")) if Path("out/cells").exists() else True
    assert dry["runs"] == 0
    assert 110 <= dry["calls"] <= 200
    (accuracy, _) = json.loads(done.out)
    assert (accuracy["outcome"], accuracy["pairs"], accuracy["difference"]) == ("emotion_level.accuracy", 3, 0.0)
    rows = [row for batch in read_parquet_rows("out/outcomes.parquet") for row in batch]
    values = {r["value"] for r in rows if (r["variant"], r["outcome"]) == ("one", "emotion_level.accuracy")}
    assert len(rows) == 2 * 3 * 2
    assert len(values) > 1
    assert "2 variants" in Path("out/study.html").read_text()


def test_runs_and_minds_in_one_study(s3agents: Command, study: Path) -> None:
    """Both kinds of outcome stand in one table; a society plays no part in the score of a mind, which has it once."""
    with StubEndpoint().running_in_thread() as stub:
        asked_study(study, stub.url, outcomes=", forwards", variants="{rules: {cognition.mode: rules}, llm: {}}")
        file = study / "asked.yaml"
        clubs = "societies: {a: {networkx: karate_club}, b: {networkx: karate_club, sample: 20}}\n"
        file.write_text(file.read_text().replace("seeds: 3", "seeds: 2") + clubs)
        done = s3agents("study", "asked.yaml", "-o", "out", "--json")
    assert done.code == 0, done.err
    found = {one["outcome"]: one for one in json.loads(done.out)}
    assert found["forwards"]["pairs"] == 4
    assert found["emotion_level.accuracy"]["pairs"] == 2


def test_a_society_that_is_none_is_told_before_anything_is_run(s3agents: Command, study: Path) -> None:
    """One message; the societies that are fine are not played either."""
    file = study / "pace.yaml"
    file.write_text(STUDY + "societies: {a: {networkx: karate_club}, b: {networkx: tennis_club}}\n")
    wrong = s3agents("study", "pace.yaml", "-o", "out")
    assert wrong.code == 2
    assert "slow_b_2: networkx graph" in wrong.err
    assert "'tennis_club'" in wrong.err
    assert "Traceback" not in wrong.err
    assert not Path("out/cells").exists()


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("emotion_level.accuracy", "emotion_level.warmth", "emotion_level.accuracy, .f1"),
        ("individual: {data: [levels.csv], limit: 20}\n", "", "needs individual"),
        ("emotion_level.accuracy, emotion_level.macro_f1", "forwards", "an outcome that is of it"),
        ("emotion_level.macro_f1", "text.cosine", "text"),
        ("levels.csv", "nothing.csv", "nothing.csv"),
    ],
)
def test_what_is_wrong_with_individuals_is_told_first(
    s3agents: Command, study: Path, before: str, after: str, message: str
) -> None:
    """One message, and no folder."""
    asked_study(study, "http://127.0.0.1:9")
    file = study / "asked.yaml"
    file.write_text(file.read_text().replace(before, after))
    wrong = s3agents("study", "asked.yaml", "-o", "out")
    assert wrong.code == 2
    assert message in wrong.err
    assert not Path("out/cells").exists()
