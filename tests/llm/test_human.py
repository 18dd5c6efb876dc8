"""Somebody at the terminal in the place of a model: what is shown, what may be typed, and what becomes of it."""

from __future__ import annotations

import asyncio
import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from autogen_core.models import SystemMessage, UserMessage

from s3agents import Run, Simulation
from s3agents.errors import InputError, RunError
from s3agents.llm.base import Request
from s3agents.llm.human import HumanClient, Typed
from s3agents.replies import joint_reply
from s3agents.testing.command_line import command_line
from s3agents.testing.societies import lively_scenario, society_of

KNOWN = {"user": "u1", "tick": 3, "emotion": "moderate", "attitude": "negative", "seed": 5}
SOCIETY = society_of(6, [(a, b) for a in range(6) for b in range(6) if a != b])


class Script:
    """A terminal at which these lines are typed; :attr:`shown` is what was to be read there."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines, self.shown = list(lines), list[str]()

    def show(self, text: str, *, heading: bool = False) -> None:
        """Keep ``text``."""
        self.shown.append(text)

    async def read(self, question: str) -> str:
        """The next line."""
        self.shown.append(question)
        await asyncio.sleep(0)
        if not self.lines:
            raise EOFError
        return self.lines.pop(0)


def request(posts: int = 3, **known: Any) -> Request:
    """A turn with so many posts."""
    messages = [SystemMessage(content="The rules."), UserMessage(content="The posts.", source="scene")]
    return Request(messages, joint_reply(posts), {**KNOWN, **known})


async def typed(*lines: str, posts: int = 3) -> tuple[dict[str, Any], Script]:
    """The reply that comes of ``lines``."""
    script = Script(lines)
    reply = await HumanClient(script).ask(request(posts))
    assert script.lines == []
    return json.loads(str(reply.content)), script


async def test_enter_leaves_everything_as_it_is() -> None:
    """Emotion and attitude stay, nothing is done, and neither post nor text is asked for."""
    reply, script = await typed("", "", "")
    assert reply == {"emotion": "moderate", "attitude": "negative", "action": "inactive", "target": 0, "text": ""}
    assert script.shown[:3] == ["tick 3: you are u1", "The rules.", "The posts."]


async def test_the_beginning_of_a_word_will_do() -> None:
    """What is typed may be short, in capitals, and with blanks around it."""
    reply, _ = await typed(" C", "pos", "f", "2")
    assert reply == {"emotion": "calm", "attitude": "positive", "action": "forward", "target": 2, "text": ""}


async def test_what_is_no_answer_is_asked_for_again() -> None:
    """Words and numbers that are not among the choices are told, and cost nothing."""
    reply, script = await typed("furious", "i", "maybe", "", "p", "7", "x", "1", "Not so fast.")
    assert reply == {
        "emotion": "intense",
        "attitude": "negative",
        "action": "post",
        "target": 1,
        "text": "Not so fast.",
    }
    assert "emotion: wanted one of calm, moderate, intense, got 'furious'" in script.shown
    assert "number: wanted one of 0, 1, 2, 3, got '7'" in script.shown


async def test_only_posts_that_an_act_can_be_about_may_be_named() -> None:
    """Where there is one, it is not asked for; none at all is no choice where the act needs one."""
    script = Script(["", "", "f", "0", "2", "", "", "f"])
    client = HumanClient(script)
    several = await client.ask(request(about={"forward": [2, 3], "post": [0, 1, 2, 3]}))
    only = await client.ask(request(about={"forward": [3]}))
    assert [json.loads(str(reply.content))["target"] for reply in (several, only)] == [2, 3]
    assert "number: wanted one of 2, 3, got '0'" in script.shown
    assert script.shown.count("number of the post [2]: ") == 2


async def test_a_post_without_a_text_begins_anew() -> None:
    """Nothing is made up in the place of what was not typed."""
    reply, script = await typed("", "", "post", "", " ", "", "", "", posts=3)
    assert reply["action"] == "inactive"
    assert "a text that says something" in script.shown


async def test_rules_are_shown_once_and_turns_one_after_the_other() -> None:
    """Two turns at once are asked one by one; what they have in common comes with the first alone."""
    script = Script(["", "", "", "calm", "", ""])
    client = HumanClient(script)
    one, two = await asyncio.gather(client.ask(request()), client.ask(request(user="u2")))
    assert script.shown.count("The rules.") == 1
    assert script.shown.index("tick 3: you are u2") > script.shown.index(
        "action (forward, post, inactive) [inactive]: "
    )
    assert [json.loads(str(reply.content))["emotion"] for reply in (one, two)] == ["moderate", "calm"]


async def test_the_end_of_the_input_ends_the_run() -> None:
    """It is said whose answer was waited for."""
    with pytest.raises(RunError, match="the input ended before u1 had answered"):
        await typed("calm")


async def test_a_human_is_asked_for_nothing_without_keys() -> None:
    """A free text is no turn."""
    with pytest.raises(InputError):
        await HumanClient(Script([])).ask(Request([UserMessage(content="Well?", source="scene")]))


@pytest.mark.parametrize("kind", ["text", "file", "pipe"])
async def test_any_input_is_read_line_by_line(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A text, a file and a pipe give their lines, the last one without an end as well, and then the end."""
    said = "Grüße\r\n\nlast"
    if kind == "text":
        source: Any = io.StringIO(said)
    elif kind == "file":
        (tmp_path / "lines").write_bytes(said.encode())
        source = (tmp_path / "lines").open(encoding="utf-8")
    else:
        read, write = os.pipe()
        os.write(write, said.encode())
        os.close(write)
        source = os.fdopen(read, encoding="utf-8")
    with source:
        terminal = Typed(source)
        assert [await terminal.read("? ") for _ in range(3)] == ["Grüße", "", "last"]
        with pytest.raises(EOFError):
            await terminal.read("? ")
    assert capsys.readouterr().err.startswith("? Grüße\n? \n? last\n?")


def test_what_users_call_themselves_commands_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither markup nor control sequences of an id or a text work."""
    Typed(io.StringIO()).show("you are [red]me[/red]", heading=True)
    Typed(io.StringIO()).show("[bold]Hear[/bold] me")
    shown = capsys.readouterr().err
    assert "you are [red]me[/red]" in shown
    assert "[bold]Hear[/bold] me" in shown


async def test_an_id_is_told_on_one_line() -> None:
    """Whatever the data call a user."""
    script = Script([""] * 3)
    await HumanClient(script).ask(request(user="a\x1b[31m\nb"))
    assert script.shown[0] == "tick 3: you are a[31m b"


@pytest.mark.parametrize("kind", ["none", "nothing"])
async def test_a_process_without_input_has_no_lines(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it was started with no input at all or with an empty one, that is the end of it."""
    with Path(os.devnull).open(encoding="utf-8") as nothing:
        monkeypatch.setattr(sys, "stdin", None if kind == "none" else nothing)
        with pytest.raises(RunError, match="the input ended before u1 had answered"):
            await HumanClient().ask(request())


async def test_others_go_on_while_somebody_types() -> None:
    """The wait for a line holds up nothing else of the process."""
    read, write = os.pipe()
    with os.fdopen(read) as source:
        waiting = asyncio.ensure_future(Typed(source).read("? "))
        for _ in range(5):
            await asyncio.sleep(0)
        assert not waiting.done()
        os.write(write, b"here\n")
        assert await waiting == "here"
    os.close(write)


def scenario_of(**changes: Any) -> Any:
    """A run in which u1 is a human and all others are textbook agents."""
    return lively_scenario(
        ["u0"],
        ticks=3,
        cognition={"rules": {"post": 0.5}, "groups": [{"name": "me", "users": ["u1"], "mode": "human"}]},
        **changes,
    )


def test_what_was_typed_is_replayed_and_resumed(tmp_path: Path) -> None:
    """A run whose input ended is resumed to the record of one that never stopped; a replay asks nobody."""
    lines = ["i", "neg", "p", "", "I do not believe it."] + [""] * 30
    whole = Simulation(scenario_of(), SOCIETY, out=tmp_path / "whole", client=HumanClient(Script(lines))).run()
    turns = whole.turns().query("user == 'u1'")
    assert set(turns["mode"]) == {"human"}
    assert len(turns) > 1
    assert "I do not believe it." in set(whole.posts().text)
    with pytest.raises(RunError):
        Simulation(scenario_of(), SOCIETY, out=tmp_path / "run", client=HumanClient(Script(lines[:6]))).run()
    assert Run(tmp_path / "run").manifest.status == "failed"
    Simulation.resume(tmp_path / "run", SOCIETY, client=HumanClient(Script([""] * 30))).run()
    assert Run(tmp_path / "run").fingerprint() == whole.fingerprint()
    again = Simulation.replay(tmp_path / "whole", SOCIETY, out=tmp_path / "again").run()
    assert again.fingerprint() == whole.fingerprint()


def test_workers_have_no_terminal(tmp_path: Path) -> None:
    """A run with a human and workers is refused before it begins."""
    scenario = scenario_of(bus="nats://127.0.0.1:9")
    with pytest.raises(InputError, match="workers: wanted turns that any process can take, got users of mode human"):
        Simulation(scenario, out=tmp_path / "run", workers=1)


def test_the_command_takes_lines_from_its_input(tmp_path: Path) -> None:
    """``s3agents run`` asks on standard error and reads standard input; its result alone is on standard output."""
    options = ["--set", "cognition.groups=[{name: me, users: ['5'], mode: human}]", "--ticks", "4", "--bus", "local"]
    command = [sys.executable, "-m", "s3agents", "run", "karate_club", *options, "-o", str(tmp_path / "run"), "--json"]
    lines = "int\npos\npost\n\nHear me out.\n" + "\n" * 30
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["posts"] > 0
    assert "you are 5" in done.stderr
    assert "Hear me out." in set(Run(tmp_path / "run").posts().text)


def test_the_end_of_the_input_says_how_to_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run has failed, in one message, and can be resumed."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("int\n"))
    options = ("--set", "cognition.groups=[{name: me, users: ['5'], mode: human}]", "--bus", "local")
    ended = command_line(capsys.readouterr)("run", "karate_club", *options, "-o", str(tmp_path / "run"))
    assert ended.code == 1
    assert "the input ended before 5 had answered" in ended.err
    assert "continue with: s3agents resume" in ended.err
