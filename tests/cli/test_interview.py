"""``s3agents interview`` and ``s3agents survey``: from the options to tables of answers."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from s3agents.testing import StubEndpoint
from s3agents.testing.command_line import Command

SURVEY = """
name: trust
items:
  - {id: side, question: "Should the president stay?", options: ["yes", "no"]}
  - {id: why, question: "Why?"}
"""


@pytest.fixture
def stub() -> Iterator[StubEndpoint]:
    """An endpoint."""
    with StubEndpoint().running_in_thread() as endpoint:
        yield endpoint


@pytest.fixture
def run(s3agents: Command) -> Path:
    """A run of textbook agents, and a survey beside it."""
    assert s3agents("run", "--ticks", "4", "--bus", "local", "-o", "run").code == 0
    Path("survey.yaml").write_text(SURVEY)
    return Path("run")


def test_a_survey_of_all_agents(s3agents: Command, run: Path, stub: StubEndpoint) -> None:
    """A table for each question, and a row for each answer in the file; the run is as it was, to the byte."""
    before = {file.name: file.read_bytes() for file in run.iterdir() if file.is_file()}
    done = s3agents("survey", "run", "survey.yaml", "--model-url", stub.url, "--at-tick", "2", "-o", "answers.csv")
    assert done.code == 0
    assert "Should the president stay?" in done.out
    assert "34 of 34 answered" in done.out
    rows = list(csv.DictReader(Path("answers.csv").read_text().splitlines()))
    assert len(rows) == 68
    assert {row["tick"] for row in rows} == {"2"}
    shares = [json.loads(row["probabilities"]) for row in rows if row["item"] == "side"]
    assert all(sum(share.values()) == pytest.approx(1.0) for share in shares)
    assert {file.name: file.read_bytes() for file in run.iterdir() if file.is_file()} == before


def test_an_interview_is_not_asked_twice(s3agents: Command, run: Path, stub: StubEndpoint) -> None:
    """With a file of replies, the same questions to the same agents cost nothing."""
    arguments = ("interview", "run", "Why?", "--agents", "5,6", "--model-url", stub.url, "--replies", "replies.sqlite")
    first = s3agents(*arguments, "--json")
    asked = stub.requests
    second = s3agents(*arguments, "--json")
    assert json.loads(first.out) == json.loads(second.out)
    assert [answer["user"] for answer in json.loads(first.out)] == ["5", "6"]
    assert stub.requests == asked
    choice = s3agents("interview", "run", "Is it?", "--agents", "sample:3", "--option", "yes", "--option", "no",
                      "--model-url", stub.url)  # fmt: skip
    assert choice.code == 0
    assert "3 of 3 answered" in choice.out


def test_what_is_wrong_is_said_before_anything_is_asked(s3agents: Command, run: Path, stub: StubEndpoint) -> None:
    """Exit code 2, one message, no request, no file."""
    Path("bad.yaml").write_text("name: x\nitems: [{question: y, options: [a]}]\n")
    Path("there.csv").write_text("mine")
    model = ("--model-url", stub.url)
    for arguments, says in (
        (("survey", "run", "survey.yaml"), "--model-url"),
        (("survey", "run", "bad.yaml", *model), "bad.yaml"),
        (("survey", "run", "nothing.yaml", *model), "nothing.yaml"),
        (("survey", "nowhere", "survey.yaml", *model), "nowhere"),
        (("survey", "run", "survey.yaml", *model, "--at-tick", "9"), "tick 9"),
        (("survey", "run", "survey.yaml", *model, "--agents", "5,nobody"), "nobody"),
        (("survey", "run", "survey.yaml", *model, "--agents", "sample:x"), "sample:N"),
        (("survey", "run", "survey.yaml", *model, "--agents", ","), "agents:"),
        (("survey", "run", "survey.yaml", *model, "-o", "there.csv"), "there.csv"),
        (("survey", "run", "survey.yaml", *model, "-o", "answers.txt"), ".parquet"),
        (("survey", "run", "survey.yaml", *model, "--pack", "nopack"), "nopack"),
        (("interview", "run", "", *model, "--agents", "5"), "QUESTION"),
        (("interview", "run", "Is it?", *model, "--agents", "5", "--option", "yes"), "--option"),
    ):
        done = s3agents(*arguments)
        assert done.code == 2, arguments
        assert done.err.count("error:") == 1
        assert says in done.err
    assert stub.requests == 0
    assert Path("there.csv").read_text() == "mine"
