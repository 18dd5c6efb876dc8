"""Lines of JSON keep the contract of recorders, and tell what the record tells."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from s3agents_jsonlines import JsonLines

from s3agents import Simulation
from s3agents.errors import InputError
from s3agents.testing import RecorderContract
from s3agents.testing.recorder_contract import a_tick
from s3agents.testing.societies import lively_scenario


class TestJsonLines(RecorderContract):
    def make_recorder(self) -> JsonLines:
        """With all that it can tell."""
        return JsonLines(exposures=True)


def test_a_run_leaves_a_line_for_each_tick(tmp_path: Path) -> None:
    """With the posts and turns that the record has."""
    scenario = lively_scenario(["0", "33"], recorders=[{"kind": "jsonlines"}])
    run = Simulation(scenario, out=tmp_path / "run").run()
    lines = [json.loads(line) for line in (tmp_path / "run" / "ticks.jsonl").read_text().splitlines()]
    posts, turns = run.posts(), run.turns()
    assert [line["tick"] for line in lines] == run.ticks()["tick"].tolist()
    assert [post["id"] for line in lines for post in line["posts"]] == posts["id"].tolist()
    told = [(turn["user"], turn["action"], turn["p_positive"]) for line in lines for turn in line["turns"]]
    assert told == list(zip(turns["user"], turns["action"], turns["p_positive"], strict=True))


def test_half_a_line_is_removed(tmp_path: Path) -> None:
    """As a crash leaves it."""
    recorder = JsonLines()
    recorder.begin(tmp_path, -1)
    recorder.commit(a_tick(0))
    recorder.close()
    whole = (tmp_path / "ticks.jsonl").read_text()
    (tmp_path / "ticks.jsonl").write_text(whole + '{"tick":1,"po')
    again = JsonLines()
    again.begin(tmp_path, 0)
    again.close()
    assert (tmp_path / "ticks.jsonl").read_text() == whole


def test_its_file_is_in_the_folder_of_the_run(tmp_path: Path) -> None:
    """Another name is refused before the run begins."""
    scenario = lively_scenario(["0"], recorders=[{"kind": "jsonlines", "options": {"file": "../ticks.jsonl"}}])
    with pytest.raises(InputError, match=r"recorders.0.kind: plugin 'jsonlines'.*in the folder of the run"):
        Simulation(scenario, out=tmp_path / "run")
