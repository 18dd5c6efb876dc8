"""``s3agents fork`` and ``s3agents compare``, from the change file to the table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from s3agents import Run
from s3agents.testing.command_line import Command

CHANGE = """
seeds:
  - {author: "5", tick: 3, text: "I have seen the books.", attitude: negative, emotion: intense}
"""


@pytest.fixture
def played(s3agents: Command, tmp_path: Path) -> Path:
    """A short run of the karate club, in the working directory."""
    assert s3agents("run", "--ticks", "5", "--bus", "local", "-o", "run").code == 0
    return tmp_path / "run"


def test_a_counterfactual_from_a_file(s3agents: Command, played: Path) -> None:
    """The post of the file is published in the fork alone, and both are compared by the command that is named."""
    Path("change.yaml").write_text(CHANGE)
    forked = s3agents("fork", "run", "--at-tick", "2", "--with", "change.yaml")
    assert forked.code == 0
    assert "s3agents compare run run-fork-2" in forked.err
    assert "I have seen the books." in set(Run("run-fork-2").posts().text)
    compared = s3agents("compare", "run", "run-fork-2", "--json")
    assert compared.code == 0
    told = json.loads(compared.out)
    assert (told["ticks"], told["shared"]) == (5, 2)
    assert {gap["begins"] for gap in told["curves"]} <= {None, 3, 4}
    assert "they part at tick 3" in s3agents("compare", "run", "run-fork-2").out.replace("\n", " ")


def test_what_is_wrong_is_said_and_nothing_written(s3agents: Command, played: Path) -> None:
    """A tick that was not reached, a wrong key in the file, a folder that is no run: exit code 2, one message."""
    Path("change.yaml").write_text("limit: {faults: 1}\n")
    for arguments, says in (
        (("run", "--at-tick", "4"), "more than 5"),
        (("run", "--at-tick", "1", "--with", "change.yaml"), "limit"),
        (("run", "--at-tick", "1", "--with", "nothing.yaml"), "nothing.yaml"),
        (("nowhere", "--at-tick", "1"), "nowhere"),
    ):
        done = s3agents("fork", *arguments)
        assert done.code == 2
        assert done.err.count("error:") == 1
        assert says in done.err
    assert sorted(path.name for path in Path().iterdir()) == ["change.yaml", "run"]
