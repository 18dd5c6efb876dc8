"""``s3agents new society``: a society that works as it is, says what it consists of, and overwrites nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from s3agents import Run
from s3agents.resources import examples_dir
from s3agents.scenarios import load_scenario, parse_scenario
from s3agents.testing.command_line import Command

MARK = "# ---- What follows is off"


def test_a_new_society_runs_as_it_is(s3agents: Command, tmp_path: Path) -> None:
    """The folder holds scenario, data, instructions and a test; it is valid and runs at once, under its own name."""
    town = tmp_path / "towns" / "my_town"
    written = s3agents("new", "society", str(town))
    assert written.code == 0, written.err
    files = ["README.md", "follows.csv", "posts.jsonl", "scenario.yaml", "test_society.py", "users.csv"]
    assert sorted(file.name for file in town.iterdir()) == files
    assert all(str(town / file) in written.out for file in files)
    assert not any("newsroom" in (town / file).read_text(encoding="utf-8") for file in files)
    valid = s3agents("validate", str(town), "--strict")
    assert valid.code == 0, valid.err
    assert "groups: journalists 4, officials 3, trolls 3, rushed" in valid.err
    done = s3agents("run", str(town), "-o", str(tmp_path / "run"))
    assert done.code == 0, done.err
    run = Run(tmp_path / "run")
    assert run.scenario["name"] == "my_town"
    assert run.ticks().forwards.sum() > 10


def test_its_own_test_passes(s3agents: Command, tmp_path: Path) -> None:
    """The test that comes along can be run by pytest, and holds."""
    assert s3agents("new", "society", str(tmp_path / "town")).code == 0
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path / "town")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=os.environ, check=False)
    assert done.returncode == 0, done.stdout


def test_what_is_commented_out_can_be_had(tmp_path: Path) -> None:
    """Every section that is off is one that a scenario takes."""
    file = examples_dir() / "newsroom" / "scenario.yaml"
    on, _, off = file.read_text(encoding="utf-8").partition(MARK)
    assert off
    sections = yaml.safe_load("\n".join(line.removeprefix("# ") for line in off.splitlines()[1:]))
    assert set(sections) == {"model", "actions", "channels", "interventions", "compare"}
    data = {**yaml.safe_load(on), **sections}
    parse_scenario(data, origin="all of it")
    assert load_scenario(file).name == "newsroom"


@pytest.mark.parametrize("there", ["a file in it", "a file of that name"])
def test_nothing_is_overwritten(s3agents: Command, tmp_path: Path, there: str) -> None:
    """What is there stays, and nothing is left beside it."""
    town = tmp_path / "town"
    if there == "a file in it":
        town.mkdir()
        (town / "mine.txt").write_text("mine")
    else:
        town.write_text("mine")
    done = s3agents("new", "society", str(town))
    assert done.code == 2
    assert f"{town}: wanted a new folder, got one that is there" in done.err
    assert [file.name for file in tmp_path.iterdir()] == ["town"]
    assert (town / "mine.txt" if town.is_dir() else town).read_text() == "mine"


def test_an_empty_folder_may_be_filled(s3agents: Command, tmp_path: Path) -> None:
    """A folder that was made for it is as good as none."""
    (tmp_path / "town").mkdir()
    assert s3agents("new", "society", str(tmp_path / "town")).code == 0


@pytest.mark.parametrize("name", ["my town", "-x.y", "straße"])
def test_a_name_that_is_none_is_told(s3agents: Command, tmp_path: Path, name: str) -> None:
    """The name of the folder is that of the scenario, and has to be one."""
    done = s3agents("new", "society", str(tmp_path / name))
    assert done.code == 2
    assert "name of a society: wanted letters, digits, - and _" in done.err
    assert list(tmp_path.iterdir()) == []
