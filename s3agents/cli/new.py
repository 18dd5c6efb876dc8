"""``s3agents new``: write something to begin with, which works as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from s3agents.cli.console import out

__all__ = ["new", "register"]

new = typer.Typer(
    help="Write something to begin with: a society, or a plugin, that works, to be changed and tested.",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    new.command("society", epilog="Example: `s3agents new society my_town && s3agents run my_town`")(_society)
    new.command("plugin", epilog="Example: `s3agents new plugin grumpy --kind cognition`")(_plugin)
    app.add_typer(new, name="new")


def _society(
    name: Annotated[Path, typer.Argument(metavar="NAME", help="A new folder; its name is that of the society.")],
) -> None:
    """Write a small society with journalists, officials and trolls: a commented scenario, its data and a test.

    It can be run as it is, with no model and no key; README.md in the folder says what to do next.
    """
    from s3agents.scaffold import new_society

    for file in new_society(name):
        out().print(str(file), highlight=False, markup=False, soft_wrap=True)
    out().print(f"run it with: s3agents run {name}", highlight=False, markup=False, soft_wrap=True)


def _plugin(
    name: Annotated[Path, typer.Argument(metavar="NAME", help="A new folder; its name is that of the package.")],
    kind: Annotated[
        str,
        typer.Option(
            help="What it is: action, agent, channel, cognition, embedder, intervention, metric, recorder or society."
        ),
    ],
) -> None:
    """Write a package with a plugin that works: module, entry point, README and a test that runs its contract suite.

    It is a copy of one of ours, under a name of its own.
    """
    from s3agents.plugin_scaffold import new_plugin

    for file in new_plugin(name, kind):
        out().print(str(file), highlight=False, markup=False, soft_wrap=True)
    told = f"install and test it with: cd {name} && pip install -e '.[test]' && pytest"
    out().print(told, highlight=False, markup=False, soft_wrap=True)
