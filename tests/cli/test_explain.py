"""``s3agents explain``: one turn, for people and for programs."""

from __future__ import annotations

import json

from s3agents import Run
from s3agents.testing import StubEndpoint
from s3agents.testing.command_line import Command


def test_a_turn_with_its_prompt_and_reply(s3agents: Command) -> None:
    """The table shows posts, prompt and reply; ``--no-prompts`` leaves the latter out, ``--json`` has all of it."""
    with StubEndpoint().running_in_thread() as stub:
        model = ("--model-url", stub.url, "--model-name", "stub")
        assert s3agents("run", "--ticks", "3", "--bus", "local", "-o", "run", *model).code == 0
    turn = Run("run").turns().query("mode == 'llm/joint'").iloc[0]
    arguments = ("explain", "run", "--agent", turn.user, "--tick", str(turn.tick))
    shown = s3agents(*arguments)
    assert shown.code == 0
    for part in ("saw", "recalled", "felt and thought", "did", "asked the model", turn.emotion):
        assert part in shown.out
    assert "asked the model" not in s3agents(*arguments, "--no-prompts").out
    told = json.loads(s3agents(*arguments, "--json").out)
    assert json.loads(told["asked"][0]["reply"])["action"] == turn.action == told["did"]["action"]


def test_whoever_had_no_turn_is_told_so(s3agents: Command) -> None:
    """Exit code 2, and one message that names the run, the user and the tick."""
    assert s3agents("run", "--ticks", "2", "--bus", "local", "-o", "run").code == 0
    for arguments in (("--agent", "5", "--tick", "0"), ("--agent", "nobody", "--tick", "0")):
        done = s3agents("explain", "run", *arguments)
        assert done.code == 2
        assert done.err.count("error:") == 1
