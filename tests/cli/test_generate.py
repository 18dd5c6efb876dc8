"""``s3agents generate``: what is asked and what is obtained, bad wishes by name, posts by a model, and scenarios."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import yaml

from s3agents import Run, Society
from s3agents.cli.main import run_command
from s3agents.network.generate.generate import generate_society
from s3agents.scenarios import load_scenario
from s3agents.testing.command_line import Command
from s3agents.testing.stub_endpoint import StubEndpoint

SMALL = ("--users", "200", "--relations", "800", "--posts", "600")


@pytest.fixture
def generate(s3agents: Command) -> Command:
    """``s3agents generate``, run in a folder of its own."""
    return partial(s3agents, "generate")


@pytest.fixture
def stub() -> Iterator[StubEndpoint]:
    """An endpoint of no latency."""
    with StubEndpoint().running_in_thread() as endpoint:
        yield endpoint


def rows(table: str) -> dict[str, list[str]]:
    """The cells of a table by the first of their row."""
    lines = [[cell.strip() for cell in line.strip("│").split("│")] for line in table.splitlines() if "│" in line]
    return {name: cells for name, *cells in lines}


def test_a_society_like_that_of_s3(generate: Command) -> None:
    """One line makes a society of the size of S3's; the table sets what came out beside what was asked."""
    done = generate("-o", "society", "--like", "s3-gender", "--seed", "3")
    assert done.code == 0, done.err
    shown = rows(done.out)
    assert shown["users"] == ["8,563", "8,563"]
    assert shown["relations"] == ["25,656", "25,656"]
    assert shown["posts"] == ["103,905", "103,905"]
    assert shown["reciprocity"] == ["0.30", "0.30"]
    assert shown["homophily of attitudes"] == ["0.20", "0.20"]
    assert shown["influential users"] == ["2.0%", "2.0%"]
    society = Society.load("society", strict=True)
    assert (len(society), society.graph.edges) == (8_563, 25_656)
    assert "s3agents describe society" in done.err


def test_every_key_can_be_given(generate: Command) -> None:
    """Options and ``--set`` reach the section; ``--json`` repeats it with what was obtained."""
    done = generate(
        *(
            "-o",
            "society",
            *SMALL,
            "--reciprocity",
            "0.5",
            "--homophily",
            "0.3",
            "--positive",
            "0.4",
            "--language",
            "zh",
        ),
        *("--topic", "免费校餐", "--question", "该不该免费？", "--set", "classes.influential=0.01"),
        *("--set", "follower_exponent=2.1", "--json"),
    )
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert told["asked"]["classes"] == {"influential": 0.01, "regular": 0.59, "low_impact": 0.4}
    assert (told["asked"]["follower_exponent"], told["asked"]["language"]) == (2.1, "zh")
    assert told["obtained"]["reciprocity"] == pytest.approx(0.5, abs=0.02)
    assert told["obtained"]["positive"] == 0.4
    assert "by_model" not in told
    texts = [text for posts in Society.load("society").history.values() for text in posts]
    assert any("免费校餐" in text for text in texts)
    assert any("该不该免费？" in text for text in texts)


def test_the_command_and_a_scenario_make_the_same(generate: Command) -> None:
    """What is written is what ``society: {generate: ...}`` makes in memory."""
    assert generate("-o", "society", *SMALL, "--seed", "5").code == 0
    scenario = load_scenario(written_scenario(Path("scenario.yaml"), users=200, relations=800, posts=600, seed=5))
    assert scenario.society.generate is not None
    assert Society.load("society", strict=True).digest == generate_society(scenario.society.generate).digest


WRONG = {
    "too many relations": (("--users", "5", "--relations", "30"), "at most 20 relations among 5 users, not 30"),
    "no number": (("--users", "many"), "a valid integer"),
    "an exponent of no law": (
        ("--set", "follower_exponent=1"),
        "society.generate.follower_exponent: wanted greater than 1",
    ),
    "an unknown key": (("--set", "follower_exponents=2"), "wanted a known key (perhaps follower_exponent)"),
    "a value that is no YAML": (("--set", "posts=["), "wanted a value in YAML"),
    "no key": (("--set", "=3"), "wanted KEY=VALUE"),
    "two wrong keys": (("--positive", "2", "--homophily", "3"), "2 keys are wrong"),
    "no such population": (("--demographics", "nowhere.yaml"), "nowhere.yaml: wanted a"),
    "keys under a number": (("--users", "9", "--set", "users.most=3"), "wanted keys under users, got 9"),
    "a model without an address": (("--model-name", "qwen"), "model.name: wanted --model-url, got none"),
    "posts by no model": (("--posts-by-model", "3"), "--posts-by-model: wanted --model-url with it"),
    "another preset": (("--like", "facebook"), "'s3-gender' or 's3-nuclear'"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_is_one_message(generate: Command, tmp_path: Path, case: str) -> None:
    """Exit code 2, the key with what was wanted, and nothing written."""
    arguments, message = WRONG[case]
    done = generate("-o", "society", *arguments)
    assert done.code == 2
    assert message in " ".join(done.err.split())
    assert list(tmp_path.iterdir()) == []


def test_a_society_is_not_replaced_unasked(generate: Command) -> None:
    """``--overwrite`` is needed, and then replaces it whole."""
    assert generate("-o", "society", *SMALL).code == 0
    before = Path("society/users.jsonl").read_bytes()
    refused = generate("-o", "society", *SMALL, "--seed", "9")
    assert (refused.code, Path("society/users.jsonl").read_bytes()) == (2, before)
    assert "--overwrite" in refused.err
    assert generate("-o", "society", *SMALL, "--seed", "9", "--overwrite").code == 0
    assert Path("society/users.jsonl").read_bytes() != before


def test_a_model_writes_the_newest_posts(generate: Command, stub: StubEndpoint, tmp_path: Path) -> None:
    """One request a user; the number of posts stays exact, and nothing but the society is left."""
    done = generate("-o", "society", *SMALL, "--model-url", stub.url, "--model-name", "stub", "--posts-by-model", "2")
    assert done.code == 0, done.err
    society = Society.load("society", strict=True)
    told = json.loads(Path("society/society.json").read_text())["by_model"]
    assert sum(map(len, society.history.values())) == 600
    assert told["users_asked"] == len(society.history) == stub.requests
    assert told["posts"] == sum(min(len(posts), 2) for posts in society.history.values())
    assert (told["model"], told["faults"]) == ("stub", {})
    assert f"{told['posts']:,} posts of {told['users_asked']:,} users by the model" in done.err
    assert [entry.name for entry in tmp_path.iterdir()] == ["society"]


def test_requests_that_fail_are_shown(generate: Command, stub: StubEndpoint) -> None:
    """Users whose request failed for good keep posts from templates, and the command says how many."""
    stub.fail_next("status_400", "status_400")
    done = generate("-o", "society", *SMALL, "--model-url", stub.url, "--model-name", "stub")
    assert done.code == 0, done.err
    faults = json.loads(Path("society/society.json").read_text())["by_model"]["faults"]
    assert faults == {"status_400": 2}
    assert "2 requests failed (2 status_400): these users keep posts from templates" in done.err


def test_too_many_failures_leave_no_society(generate: Command, stub: StubEndpoint) -> None:
    """Exit code 1; what was answered is kept, so that the same command goes on."""
    stub.failures, stub.kinds = 0.5, ("status_400",)
    model = ("--model-url", stub.url, "--model-name", "stub", "--set", "model.concurrency=1")
    done = generate("-o", "society", *SMALL, *model)
    assert done.code == 1
    assert "more than the limit of 5%" in " ".join(done.err.split())
    assert not Path("society").exists()
    asked, stub.failures = stub.requests - sum(stub.failed.values()), 0.0
    assert generate("-o", "society", *SMALL, *model).code == 0
    society = Society.load("society")
    assert asked > 0
    assert stub.requests - sum(stub.failed.values()) == len(society.history)


def written_scenario(file: Path, *, sample: int | None = None, **generate: object) -> Path:
    """A scenario over a generated society."""
    society: dict[str, object] = {"generate": generate}
    if sample is not None:
        society["sample"] = sample
    base = {"name": "made", "topic": "A topic.", "question": "Yes?", "ticks": 2, "society": society, "bus": "local"}
    seeds = [{"author": "u00000", "text": "Hello.", "attitude": "positive"}]
    file.write_text(yaml.safe_dump({**base, "seeds": seeds, "memory": {"store": "local"}}))
    return file


def test_a_scenario_may_ask_for_a_society(tmp_path: Path) -> None:
    """A run makes the society itself; sampling works on it, and the first user is the most followed one."""
    file = written_scenario(tmp_path / "scenario.yaml", sample=50, users=200, seed=1)
    assert run_command(["run", str(file), "-o", str(tmp_path / "run")]) == 0
    run = Run(tmp_path / "run")
    assert (run.manifest.status, run.manifest.society.users) == ("done", 50)
    assert run.manifest.society.name == "generated"


def test_a_preset_names_the_society(tmp_path: Path) -> None:
    """Manifests call a society by its preset."""
    file = written_scenario(tmp_path / "scenario.yaml", like="s3-nuclear", users=100)
    assert run_command(["run", str(file), "-o", str(tmp_path / "run")]) == 0
    assert Run(tmp_path / "run").manifest.society.name == "s3-nuclear"


def test_the_digest_of_a_scenario_covers_its_society(tmp_path: Path) -> None:
    """Another seed or size of the society is another scenario; where the file of its population lies is not."""
    base = load_scenario(written_scenario(tmp_path / "scenario.yaml", users=100))
    for key, same in (("seed=1", False), ("users=101", False), ("topic=gender", False), ("demographics=a.yaml", True)):
        other = load_scenario(tmp_path, overrides=[f"society.generate.{key}"])
        assert (other.digest() == base.digest()) is same


def test_a_society_speaks_the_language_of_its_scenario(tmp_path: Path) -> None:
    """Unless it says otherwise."""
    file = written_scenario(tmp_path / "scenario.yaml", users=100)
    for overrides, language in (
        ([], "en"),
        (["language=zh"], "zh"),
        (["language=zh", "society.generate.language=en"], "en"),
    ):
        made = load_scenario(file, overrides=overrides).society.generate
        assert made is not None
        assert made.language == language


@pytest.mark.parametrize("more", ["society.path=there", "society.networkx=karate_club"])
def test_a_scenario_has_one_society(tmp_path: Path, capsys: pytest.CaptureFixture[str], more: str) -> None:
    """A society is read, bundled or made: two of these are an error."""
    file = written_scenario(tmp_path / "scenario.yaml", users=100)
    assert run_command(["validate", str(file), "--set", more]) == 2
    assert "exactly one of path, networkx and generate" in " ".join(capsys.readouterr().err.split())
