"""``s3agents plugins``: what scenarios can name: the built-in kinds, and what installed packages offer beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from s3agents import __version__
from s3agents.cli.codes import DONE
from s3agents.cli.console import note, out
from s3agents.errors import InputError, explain
from s3agents.plugins import GROUPS, Group, find, load

__all__ = ["register"]

plugins = typer.Typer(
    help="List what scenarios can name: built-in kinds, and plugins of installed packages.",
    invoke_without_command=True,
    epilog="Example: `s3agents plugins --json`",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A kind that a scenario can name, or could.

    Attributes:
        group: of entry points.
        key: of a scenario, where it is named.
        name: by which it is named.
        origin: the package.
        version: of the package.
        value: what is imported; ``None`` for a built-in kind.
        usable: whether the name leads to it.
        why: it does not.
    """

    group: str
    key: str
    name: str
    origin: str
    version: str
    value: str | None = None
    usable: bool = True
    why: str = ""


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    plugins.callback()(_list)
    plugins.command("check", epilog="Example: `s3agents plugins check stubborn`")(_check)
    app.add_typer(plugins, name="plugins")


def _list(context: typer.Context, json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False) -> None:
    if context.invoked_subcommand is not None:
        return
    rows = [row for group in GROUPS.values() for row in _rows(group)]
    if json:
        out().print_json(data=list(map(asdict, rows)))
        return
    table = Table("extension point", "key", "name", "origin", "version")
    for group in GROUPS.values():
        if not any(row.group == group.name for row in rows):
            table.add_row(group.name, group.key, "[dim]none yet[/dim]", "", "")
        for n, row in enumerate(row for row in rows if row.group == group.name):
            where = (group.name, group.key) if n == 0 else ("", "")
            style = "" if row.value is None else "bold" if row.usable else "red"
            table.add_row(*where, f"[{style or 'none'}]{escape(row.name)}[/]", escape(row.origin), escape(row.version))
        table.add_section()
    out().print(table)
    for row in rows:
        if not row.usable:
            note(f"{row.name} of {row.origin} {row.version} cannot be used: {row.why}")


def _check(name: Annotated[str, typer.Argument(metavar="NAME", help="Name of an installed plugin.")]) -> int:
    """Import a plugin, and say whether it is what its extension point wants, as far as can be told without a run."""
    groups = [group for group in GROUPS.values() if any(facts.name == name for facts in find(group.name))]
    if not groups:
        names = sorted({facts.name for group in GROUPS for facts in find(group)})
        wanted = f"an installed plugin ({', '.join(names) or 'there is none'})"
        raise InputError(explain("plugins check", wanted=wanted, got=repr(name)))
    for group in groups:
        load(group.name, name, key=group.key)
        (facts,) = (facts for facts in find(group.name) if facts.name == name)
        out().print(f"[green]{escape(name)}[/green] of {escape(facts.origin)} is {group.thing}", highlight=False)
    return DONE


def _rows(group: Group) -> Iterator[_Row]:
    for name in group.ours:
        yield _Row(group=group.name, key=group.key, name=name, origin="s3agents", version=__version__)
    found = find(group.name)
    for facts in found:
        why = "the name is that of a built-in kind" if facts.name in group.ours else ""
        why = why or ("several packages offer it" if sum(one.name == facts.name for one in found) > 1 else "")
        yield _Row(
            group=group.name,
            key=group.key,
            name=facts.name,
            origin=facts.distribution,
            version=facts.version,
            value=facts.value,
            usable=not why,
            why=why,
        )
