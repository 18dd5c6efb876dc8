"""``s3agents prompts``: prompt packs, what is in them and wrong with them, and what agents were asked with them."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from s3agents.cli.codes import DONE, WRONG
from s3agents.cli.console import out
from s3agents.cli.options import RunPath
from s3agents.cli.safe_text import safe_lines
from s3agents.ids import UserId
from s3agents.inquiry.moment import read_past
from s3agents.inquiry.rendering import Rendered, render
from s3agents.prompts.catalogue import difference, lint, list_packs, read_pack
from s3agents.resources import prompts_dir

__all__ = ["prompts", "register"]

prompts = typer.Typer(help="Look at prompt packs, and at what agents were asked with them.", no_args_is_help=True)
_Pack = Annotated[str, typer.Argument(metavar="PACK", help="Name of a bundled pack, or a pack's folder.")]
_Language = Annotated[str, typer.Option(help="Language of the texts.")]
_Json = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    prompts.command("list", epilog="Example: `s3agents prompts list`")(_list)
    prompts.command("show", epilog="Example: `s3agents prompts show joint --language en`")(_show)
    prompts.command("diff", epilog="Example: `s3agents prompts diff joint my/pack`")(_diff)
    prompts.command("lint", epilog="Example: `s3agents prompts lint my/pack`")(_lint)
    prompts.command("render", epilog="Example: `s3agents prompts render RUN --agent 5 --tick 7`")(_render)
    app.add_typer(prompts, name="prompts")


def _list(
    folder: Annotated[Path | None, typer.Argument(help="A folder of packs; the bundled ones by default.")] = None,
    json: _Json = False,
) -> None:
    """List prompt packs with their stages and the length of what all agents share."""
    packs = list_packs(folder)
    if json:
        out().print_json(data=list(map(asdict, packs)))
        return
    table = Table("pack", "language", "version", "stages of a turn", "shared characters", "sha256")
    for pack in packs:
        stages = " > ".join(pack.stages)
        table.add_row(pack.name, pack.language, pack.version, stages, f"{pack.shared:,}", pack.sha256[:12])
    out().print(table)


def _show(pack: _Pack, language: _Language = "en") -> None:
    """Show the files of a prompt pack."""
    for name, text in read_pack(pack, language).items():
        shown = (
            Syntax(text, "yaml", word_wrap=True, background_color="default") if name.endswith("yaml") else Text(text)
        )
        out().print(Panel(shown, title=name, title_align="left", border_style="dim"))


def _diff(
    first: _Pack,
    second: Annotated[str, typer.Argument(metavar="OTHER", help="Another pack.")],
    language: _Language = "en",
) -> int:
    """Show how the texts of two prompt packs differ; exit code 1 if they do, as ``diff`` has it."""
    lines = difference(read_pack(first, language), read_pack(second, language), names=(first, second))
    styles = {"+": "green", "-": "red", "@": "cyan"}
    for line in lines:
        out().print(Text(line, style=styles.get(line[:1], "")))
    if not lines:
        out().print("the texts are the same")
    return 1 if lines else DONE


def _lint(pack: _Pack, json: _Json = False) -> int:
    """Say what is wrong with a prompt pack, and what is worth a look; exit code 2 if it cannot be used."""
    bundled = prompts_dir() / pack
    findings = lint(bundled if bundled.is_dir() and "/" not in pack else Path(pack))
    if json:
        out().print_json(data=list(map(asdict, findings)))
    for finding in [] if json else findings:
        mark = Text("wrong  ", "bold red") if finding.wrong else Text("look   ", "yellow")
        out().print(Text.assemble(mark, (f"{finding.place}: ", "bold"), finding.said))
    if not findings and not json:
        out().print(f"[green]{pack} has nothing wrong with it[/green]")
    return WRONG if any(finding.wrong for finding in findings) else DONE


def _render(
    run: RunPath,
    agent: Annotated[str, typer.Option(metavar="ID", help="Whose turn.")],
    tick: Annotated[int, typer.Option(min=0, help="In which tick.")],
    json: _Json = False,
) -> None:
    """Show exactly what an agent was asked in a turn, with its tokens and the part that all agents share."""
    turn, rendered = asyncio.run(render(read_past(run), UserId(agent), tick))
    if json:
        out().print_json(data=[_plain(one) for one in rendered])
        return
    if not rendered:
        out().print(f"{agent} asked no model in tick {tick} (mode {turn.result.record.mode})", highlight=False)
    for one in rendered:
        for message in one.exchange.messages:
            out().print(
                Panel(safe_lines(str(message.content)), title=message.type, title_align="left", border_style="dim")
            )
        out().print(_told(one), highlight=False)


def _told(one: Rendered) -> str:
    tokens = one.exchange.prompt_tokens
    told = f"{tokens:,} prompt and {one.exchange.reply_tokens:,} reply tokens, {one.chars:,} characters"
    if one.others:
        told += f"; the first {one.shared_chars:,} ({_share(one.shared_tokens, tokens)} of the tokens) are as in the "
        told += f"prompts of {one.others} others of this tick"
    if one.own_chars:
        told += f"; the first {one.own_chars:,} ({_share(one.own_tokens, tokens)}) as in the agent's turn before"
    return told


def _share(part: int, whole: int) -> str:
    return f"about {part / whole:.0%}" if whole else "none"


def _plain(one: Rendered) -> dict[str, object]:
    return {
        "messages": [{"role": message.type, "content": str(message.content)} for message in one.exchange.messages],
        "prompt_tokens": one.exchange.prompt_tokens,
        "reply_tokens": one.exchange.reply_tokens,
        "characters": one.chars,
        "shared_characters": one.shared_chars,
        "shared_tokens": one.shared_tokens,
        "own_characters": one.own_chars,
        "own_tokens": one.own_tokens,
        "others": one.others,
    }
