"""``s3agents prompts``: packs as their authors and users look at them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from s3agents import Run
from s3agents.resources import prompts_dir
from s3agents.testing import StubEndpoint
from s3agents.testing.command_line import Command


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A copy of a bundled pack."""
    shutil.copytree(prompts_dir() / "joint", tmp_path / "mine")
    return tmp_path / "mine"


def test_all_packs_are_listed(s3agents: Command) -> None:
    """Name, language, version, stages and the length of the shared head of each bundled pack."""
    packs = json.loads(s3agents("prompts", "list", "--json").out)
    assert {(pack["name"], pack["language"]) for pack in packs} >= {("joint", "en"), ("joint", "zh"), ("paper", "en")}
    assert all(pack["shared"] > 100 for pack in packs)
    assert "joint" in s3agents("prompts", "list").out


def test_a_pack_is_shown_whole(s3agents: Command) -> None:
    """Every file is there, and an unknown pack is told of."""
    shown = s3agents("prompts", "show", "joint", "--language", "en").out
    assert {"pack.yaml", "system.txt", "turn.txt"} <= set(shown.split())
    assert s3agents("prompts", "show", "nothing").code == 2


def test_two_packs_differ_where_they_do(s3agents: Command, mine: Path) -> None:
    """A copy is the same; a changed line is shown, and the exit code is that of diff."""
    same = s3agents("prompts", "diff", "joint", "mine")
    assert (same.code, same.out.strip()) == (0, "the texts are the same")
    file = mine / "en" / "system.txt"
    file.write_text(file.read_text() + "\nBe brief.\n")
    other = s3agents("prompts", "diff", "joint", "mine")
    assert other.code == 1
    assert "+Be brief." in other.out


def test_what_is_wrong_with_a_pack(s3agents: Command, mine: Path) -> None:
    """The bundled packs can be used; an unknown placeholder cannot; what is left out is worth a look."""
    for pack in ("joint", "paper"):
        findings = json.loads(s3agents("prompts", "lint", pack, "--json").out)
        assert not [finding for finding in findings if finding["wrong"]]
    turn = mine / "en" / "turn.txt"
    turn.write_text(turn.read_text().replace("{memories}", ""))
    looked = s3agents("prompts", "lint", "mine")
    assert looked.code == 0
    assert "{memories}" in looked.out
    turn.write_text("{mood}")
    wrong = s3agents("prompts", "lint", "mine")
    assert wrong.code == 2
    assert "mood" in wrong.out
    assert s3agents("prompts", "lint", "nowhere").code == 2


def test_what_an_agent_was_asked(s3agents: Command) -> None:
    """The prompt as the endpoint got it, its tokens as the endpoint counted them, and the part that all share."""
    with StubEndpoint().running_in_thread() as stub:
        model = ("--model-url", stub.url, "--model-name", "stub")
        assert s3agents("run", "--ticks", "4", "--bus", "local", "-o", "run", *model).code == 0
    turn = Run("run").turns().query("mode == 'llm/joint'").iloc[-1]
    arguments = ("prompts", "render", "run", "--agent", turn.user, "--tick", str(turn.tick))
    (told,) = json.loads(s3agents(*arguments, "--json").out)
    assert told["prompt_tokens"] == turn.prompt_tokens
    system = told["messages"][0]["content"]
    assert len(system) < told["shared_characters"] < told["characters"]
    assert "tokens" in s3agents(*arguments).out
