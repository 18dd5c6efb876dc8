"""``s3agents explain``: what went on in an agent in one tick of a run."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from s3agents.cli.console import out
from s3agents.cli.options import RunPath
from s3agents.cli.safe_text import safe, safe_lines
from s3agents.ids import UserId
from s3agents.inquiry.account import account
from s3agents.inquiry.moment import read_past
from s3agents.inquiry.retake import retake
from s3agents.prompts.quoting import tidy

__all__ = ["register"]

_TEXT = 400
_LABELS = {"calm": "green", "moderate": "yellow", "intense": "red", "positive": "green", "negative": "red"}


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    example = "Example: `s3agents explain runs/karate_club-20260101-120000 --agent 5 --tick 7`"
    app.command("explain", epilog=example)(_explain)


def _explain(
    run: RunPath,
    agent: Annotated[str, typer.Option(metavar="ID", help="Whose turn.")],
    tick: Annotated[int, typer.Option(min=0, help="In which tick.")],
    prompts: Annotated[bool, typer.Option(help="Show what a model was asked, and what it said.")] = True,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Show what an agent saw, recalled, felt, thought and did in a tick, with which prompt and reply.

    The turn is taken once more from the record of the run, with the recorded replies; nobody is asked.
    """
    told = account(asyncio.run(retake(read_past(run), UserId(agent), tick)))
    if json:
        out().print_json(data=told)
        return
    _print(told, prompts=prompts)


def _print(told: dict[str, Any], *, prompts: bool) -> None:
    console = out()
    console.print(Text(f"{told['user']} in tick {told['tick']} ({told['mode']})", style="bold"))
    console.print(safe(told["persona"] or "nothing is known of this user", _TEXT))
    _titled("saw", _saw(told["saw"]) if told["saw"] else "no mail")
    _titled("recalled", _recalled(told["recalled"]) if told["recalled"] else "nothing")
    _titled("felt and thought", _felt(told))
    _titled("did", _did(told))
    if told["fault"] is not None:
        fault = told["fault"]
        console.print(Text(f"failed at {fault['stage']}, {fault['cause']}: {tidy(fault['message'], _TEXT)}", "red"))
    for number, exchange in enumerate(told["asked"] if prompts else [], start=1):
        _exchange(exchange, number)


def _titled(title: str, shown: Table | Text | str) -> None:
    console = out()
    console.print(Text(f"\n{title}", style="italic"))
    console.print(shown, highlight=False)


def _saw(posts: list[dict[str, Any]]) -> Table:
    table = Table("", "author", "from", "tick", "text")
    for post in posts:
        mark = "read" if post["attended"] else "missed"
        said = Text.assemble(_quoted(post), f" [{tidy(post['label'], _TEXT)}]" if "label" in post else "")
        table.add_row(mark, safe(post["author"], _TEXT), post["source"], str(post["tick"]), said)
    return table


def _recalled(memories: list[dict[str, Any]]) -> Table:
    table = Table("influence", "from", "ticks ago", "text")
    for memory in memories:
        table.add_row(f"{memory['influence']:.2f}", memory["source"], str(memory["age"]), safe(memory["text"], _TEXT))
    return table


def _felt(told: dict[str, Any]) -> Table:
    table = Table("", "before", "after", "probabilities after")
    emotion, attitude = told["emotion"], told["attitude"]
    before = Text.assemble(_label(emotion["before"]["level"]))
    if told["decayed"] not in {None, emotion["before"]["level"]}:
        before.append(f", faded to {told['decayed']}")
    after = emotion["after"]
    shares = "" if after is None else ", ".join(f"{level} {p:.0%}" for level, p in after["p"].items())
    table.add_row("emotion", before, _label(after["level"]) if after else "-", shares)
    was, now = attitude["before"], attitude["after"]
    share = "" if now is None else f"positive {now['p_positive']:.0%}"
    old = Text.assemble(_label(was["stance"]), f" ({was['p_positive']:.0%} positive)")
    table.add_row("attitude", old, _label(now["stance"]) if now else "-", share)
    return table


def _did(told: dict[str, Any]) -> Table | Text:
    did = told["did"]
    if did["action"] is None:
        return Text("nothing: the turn failed")
    table = Table(show_header=False)
    table.add_row("action", did["action"] + (f" of {did['target']}" if did["target"] else ""))
    if did["p"] is not None:
        table.add_row("probabilities", ", ".join(f"{action} {p:.0%}" for action, p in did["p"].items()))
    for post in did["posts"]:
        table.add_row("published", _quoted(post))
    if did["intended"] is not None:
        later = did["intended"]
        table.add_row("intends", f"to {later['action']} in tick {later['due']}: {tidy(later['text'], _TEXT)}")
    table.add_row("memory", f"{len(told['remembered'])} added, {len(told['forgotten'])} forgotten")
    return table


def _exchange(exchange: dict[str, Any], number: int) -> None:
    console = out()
    tokens = f"{exchange['prompt_tokens']} prompt and {exchange['reply_tokens']} reply tokens"
    console.print(Text(f"\nasked the model, {number}: {tokens}", style="italic"))
    for message in exchange["messages"]:
        role = {"SystemMessage": "system", "UserMessage": "user"}.get(message["role"], message["role"])
        console.print(Panel(safe_lines(message["content"]), title=role, title_align="left", border_style="dim"))
    said = exchange["reply"] if exchange["error"] is None else f"no reply: {exchange['error']}"
    console.print(Panel(safe_lines(str(said)), title="reply", title_align="left", border_style="green"))


def _quoted(post: dict[str, Any]) -> Text:
    shown = safe(post["text"], _TEXT)
    return Text.assemble(("forward: ", "dim"), shown) if post["kind"] == "forward" else shown


def _label(label: str) -> Text:
    return Text(label, style=_LABELS.get(label, ""))
