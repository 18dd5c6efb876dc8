"""``s3agents evaluate individual``: minds side by side, over failing endpoints, and bad input that leaves nothing."""

from __future__ import annotations

import csv
import json
import os
import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from s3agents.testing.cascades import write_cascades
from s3agents.testing.command_line import Command
from s3agents.testing.stub_endpoint import StubEndpoint

DATA = os.environ.get("S3AGENTS_DATA")
FAST = ("--set", "model.retries=0", "--set", "model.repairs=0")


@pytest.fixture
def individual(s3agents: Command) -> Command:
    """``s3agents evaluate individual``, in a folder of its own."""
    return partial(s3agents, "evaluate", "individual")


@pytest.fixture
def stub() -> Iterator[StubEndpoint]:
    """An endpoint of no latency."""
    with StubEndpoint().running_in_thread() as endpoint:
        yield endpoint


@pytest.fixture
def levels() -> Path:
    """60 texts with their levels of emotion, in the folder of the test."""
    draw = random.Random(3)
    rows = [f"{draw.randrange(4)},text number {n} says something" for n in range(60)]
    file = Path("levels.csv")
    file.write_text("level,text\n" + "\n".join(rows) + "\n")
    return file


@pytest.fixture
def replies() -> Path:
    """12 posts with their most liked replies."""
    file = Path("popular.jsonl")
    rows = [{"weibo": f"The mill burns, part {n}", "resp": [f"It is the {n}th mill that burns"]} for n in range(12)]
    file.write_text("\n".join(map(json.dumps, rows)))
    return file


@pytest.fixture(autouse=True)
def _here(s3agents: Command) -> None:
    """All fixtures write where the command runs."""


def task(out: str, n: int = 0) -> dict[str, Any]:
    """Task ``n`` of a report."""
    found: dict[str, Any] = json.loads(out)["tasks"][n]
    return found


def test_modes_and_packs_stand_side_by_side(individual: Command, stub: StubEndpoint, levels: Path) -> None:
    """One call, a row each, on the same probes; probabilities come from the endpoint, and so do tokens."""
    options = (str(levels), "--model-url", stub.url, "--pack", "joint", "--pack", "paper", "--out", "rows.csv")
    done = individual(*options, "--json")
    assert done.code == 0, done.err
    found = task(done.out)
    assert [row["name"] for row in found["rows"]] == ["rules", "llm/joint", "llm/paper"]
    joint, paper = found["rows"][1:]
    assert joint["scores"]["n_ranked"] == 60
    assert joint["scores"]["auc"]["low"] <= joint["scores"]["auc"]["value"] <= joint["scores"]["auc"]["high"]
    assert (joint["usage"]["calls"], paper["usage"]["calls"]) == (60, 120)
    assert joint["usage"]["prompt_tokens"] > 1000
    assert sum(sum(row.values()) for row in joint["confusion"].values()) == 60
    assert found["basis"] | {"left_out": {}} == {
        "n": 60, "unit": "texts", "split": "all", "seed": 0, "seen": None, "left_out": {},
    }  # fmt: skip
    with Path("rows.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 180
    assert {row["mind"] for row in rows} == {"rules", "llm/joint", "llm/paper"}
    again = task(individual(*options, "--json").out)
    for row in (*again["rows"], *found["rows"]):
        row.pop("seconds")
    assert again == found


@pytest.mark.parametrize("columns", [80, 120])
def test_tables_say_what_they_stand_on(
    individual: Command, levels: Path, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    """Guesses, S3's own figures, the confusion and the basis; no line is wider than the terminal."""
    monkeypatch.setenv("COLUMNS", str(columns))
    done = individual(str(levels), "--seed", "5", "--limit", "40")
    assert done.code == 0
    assert max(map(len, done.out.splitlines())) <= columns
    told = " ".join(done.out.split())
    for words in ("majority", "random", "S3 (other data)", "0.718", "truth \\ answer", "n = 40 texts", "seed 5"):
        assert words in told
    assert "20 beyond the limit" in told
    assert "nan" not in told


def test_a_third_of_the_requests_failing_is_a_third_of_faults(
    individual: Command, stub: StubEndpoint, levels: Path
) -> None:
    """Where nothing is asked again, failures are faults by cause; none of them is scored or made up."""
    stub.failures, stub.kinds = 0.3, ("status_500", "garbage", "schema")
    done = individual(str(levels), "--mode", "llm", "--model-url", stub.url, *FAST, "--json")
    assert done.code == 0, done.err
    row = task(done.out)["rows"][0]
    faults = sum(row["faults"].values())
    assert faults == stub.failed.total() > 5
    assert row["scores"]["n"] == 60 - faults
    assert set(row["faults"]) <= {"status_500", "garbage", "schema"}
    stub.failures = 0.0
    stub.fail_next("status_500", "garbage", "schema")
    again = individual(str(levels), "--mode", "llm", "--model-url", stub.url, "--json")
    assert task(again.out)["rows"][0]["faults"] == {}


def test_a_dead_endpoint_is_one_message(individual: Command, levels: Path) -> None:
    """Exit code 1, who failed and how the first probe did; no table, no file."""
    with StubEndpoint().running_in_thread() as gone:
        url = gone.url
    done = individual(str(levels), "--model-url", url, *FAST, "--out", "rows.csv")
    assert done.code == 1
    assert done.out == ""
    assert "60 of 60 probes failed" in done.err
    assert "connection" in done.err
    assert not Path("rows.csv").exists()


def test_a_budget_ends_it(individual: Command, stub: StubEndpoint, levels: Path) -> None:
    """Exit code 1 and one message; what was answered by then is kept where that is asked for."""
    options = (str(levels), "--mode", "llm", "--model-url", stub.url, "--replies", "replies.sqlite")
    done = individual(*options, "--set", "model.budget=4000")
    assert done.code == 1
    assert "budget" in done.err
    assert done.out == ""
    asked = stub.requests
    assert 0 < asked < 60
    assert individual(*options).code == 0
    assert stub.requests - asked < 60


def test_replies_are_kept_and_not_asked_for_again(individual: Command, stub: StubEndpoint, levels: Path) -> None:
    """The second time the figures are the same and the endpoint is not needed."""
    options = (str(levels), "--mode", "llm", "--model-url", stub.url, "--replies", "replies.sqlite", "--json")
    first = task(individual(*options).out)["rows"][0]
    asked = stub.requests
    second = task(individual(*options).out)["rows"][0]
    assert stub.requests == asked
    assert second["scores"] == first["scores"]


def test_texts_have_a_perplexity(individual: Command, stub: StubEndpoint, replies: Path) -> None:
    """Of what the mind wrote and of what users wrote, by the endpoint's own model; every pack writes."""
    done = individual(str(replies), "--model-url", stub.url, "--pack", "joint", "--pack", "paper", "--json")
    assert done.code == 0, done.err
    found = task(done.out)
    assert found["perplexity_by"] == "stub"
    rules, joint, paper = found["rows"]
    for row in (rules, joint, paper, found["real"]):
        assert row["n"] == 12
        assert row["perplexity"]["value"] > 1
        assert 0 < row["distinct_2"] <= 1
    assert joint["cosine"]["value"] < 1
    assert (joint["usage"]["calls"], paper["usage"]["calls"]) == (12, 36)
    table = individual(str(replies), "--model-url", stub.url)
    assert "what users wrote" in table.out
    assert "perplexity by stub" in table.out


def test_an_endpoint_without_prompt_logprobs_leaves_a_blank(
    individual: Command, stub: StubEndpoint, replies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All other scores are there, and the reason is told."""
    monkeypatch.setattr("s3agents.testing.stub_endpoint._ANSWERS", {
        path: answer for path, answer in _answers().items() if path != "/v1/completions"
    })  # fmt: skip
    done = individual(str(replies), "--mode", "llm", "--model-url", stub.url, "--json")
    assert done.code == 0, done.err
    found = task(done.out)
    assert "gives no prompt_logprobs" in found["perplexity_by"]
    assert found["rows"][0]["perplexity"] is None
    assert found["rows"][0]["cosine"] is not None


def _answers() -> dict[str, Any]:
    from s3agents.testing import stub_endpoint

    return dict(stub_endpoint._ANSWERS)


def test_a_fitted_model_stands_beside_the_rules(s3agents: Command, individual: Command) -> None:
    """Learnt from one half, scored on the other; what it has seen counts only where that is asked for, and says so."""
    write_cascades(Path("town"), splits=("dev", "heldout"))
    assert s3agents("fit", "town", "--split", "dev", "--folds", "4", "-o", "model").code == 0
    options = ("town", "--learnt", "model", "--tasks", "event_propagation")
    done = individual(*options, "--json")
    assert done.code == 0, done.err
    found = task(done.out)
    assert [row["name"] for row in found["rows"]] == ["rules", "fitted/town"]
    assert found["basis"]["left_out"]["seen in training"] > 0
    assert found["rows"][1]["scores"]["auc"]["low"] > 0.6 > found["rows"][0]["scores"]["auc"]["value"]
    assert "(seen)" not in individual(*options).out
    assert "fitted/town (seen)" in individual(*options, "--seen", "include").out
    known = individual("town", "--split", "dev", *options[1:]).out
    assert known.count("no score: 0 decisions") == known.count("--seen include") == 2
    assert individual("town", "--learnt", "town").code == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("nowhere",), "nowhere: wanted a folder or file of data"),
        (("levels.csv", "--mode", "psychic"), "--mode: wanted one of rules, fitted, llm, got 'psychic'"),
        (("levels.csv", "--mode", "llm"), "--mode llm: wanted --model-url"),
        (("levels.csv", "--mode", "fitted"), "--mode fitted: wanted --learnt MODEL"),
        (("levels.csv", "--tasks", "dance"), "--tasks: wanted any of emotion_level"),
        (("levels.csv", "--tasks", "text"), "wanted data for text, got data for emotion_level"),
        (("levels.csv", "--split", "dev"), "split of levels.csv"),
        (("levels.csv", "--seen", "maybe"), "--seen: wanted exclude or include"),
        (("levels.csv", "--embedder", "magic"), "--embedder: wanted hashing or minilm"),
        (("levels.csv", "--language", "xx"), "wanted en or zh, got 'xx'"),
        (("levels.csv", "--out", "rows.txt"), "--out: wanted a file that ends in .csv"),
        (("levels.csv", "--out", "no/rows.csv"), "no such folder"),
        (("levels.csv", "--history", "nowhere"), "nowhere: wanted a folder of cascades"),
        (("levels.csv", "--model-url", "http://127.0.0.1:9/v1", "--pack", "nopack"), "nopack"),
    ],
)
@pytest.mark.usefixtures("levels")
def test_bad_input_is_one_message(individual: Command, options: tuple[str, ...], said: str) -> None:
    """Exit code 2, one message that names the thing, and nothing written."""
    before = sorted(Path().iterdir())
    done = individual(*options)
    assert done.code == 2
    assert said in " ".join(done.err.split())
    assert done.out == ""
    assert sorted(Path().iterdir()) == before


@pytest.mark.skipif(DATA is None, reason="S3AGENTS_DATA names no folder with real data")
@pytest.mark.parametrize("name", ["pheme", "emotion_level", "stance", "rumoureval2017", "ced", "popalm"])
def test_real_data_of_every_kind(individual: Command, stub: StubEndpoint, name: str) -> None:
    """Every set has its tasks, every probe comes to an answer, and nothing is not a number."""
    language = "zh" if name in {"ced", "popalm"} else "en"
    folder = str(Path(str(DATA)) / name)
    model = ("--model-url", stub.url, "--set", "model.repairs=8")  # the stub may forward nothing
    done = individual(folder, "--limit", "60", *model, "--language", language, "--json")
    assert done.code == 0, done.err
    assert "NaN" not in done.out
    for found in json.loads(done.out)["tasks"]:
        assert found["basis"]["n"] <= 60
        assert all(not row["faults"] for row in found["rows"])
        if found["basis"]["n"] == 60 and found["labels"]:
            assert all(row["scores"]["accuracy"] is not None for row in found["rows"])
