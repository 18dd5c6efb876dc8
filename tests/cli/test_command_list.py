"""The list of commands: true to the commands, which are imported only when they are called or completed."""

from __future__ import annotations

import inspect
import os
import pkgutil
import subprocess
import sys
from importlib import import_module

import pytest
import typer

from s3agents import cli
from s3agents.cli.commands import LISTED, Listed, load
from s3agents.testing.command_line import Command

PROGRAM = "from s3agents.__main__ import main; main()"


def python(code: str, **environ: str) -> str:
    """What a Python process of its own prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, **environ})
    return done.stdout


def registered() -> dict[str, str]:
    """The module of each command that the modules of the command line can add to the whole."""
    found = {}
    for module in [f"{cli.__name__}.{entry.name}" for entry in pkgutil.iter_modules(cli.__path__)]:
        register = getattr(import_module(module), "register", None)
        if register is not None and "app" in inspect.signature(register).parameters:  # others add to a group
            app = typer.Typer()
            register(app)
            found.update(dict.fromkeys(typer.main.get_group(app).commands, module.removeprefix(f"{cli.__name__}.")))
    return found


def test_every_command_is_listed_once() -> None:
    """No command is left out of the list, and none is listed that is not there."""
    names = [listed.name for listed in LISTED]
    assert len(set(names)) == len(names)
    assert {listed.name: listed.module for listed in LISTED} == registered()


@pytest.mark.parametrize("listed", LISTED, ids=lambda listed: listed.name)
def test_a_command_is_listed_by_its_own_help(listed: Listed, s3agents: Command) -> None:
    """The line in the list is the first paragraph of what the command itself says; both can be seen."""
    command = load(listed.name)
    assert not command.hidden
    assert not command.deprecated
    assert " ".join(inspect.cleandoc(command.help).split("\n\n")[0].split()) == listed.help
    assert listed.help.split(".")[0][:40] in s3agents("--help").out
    assert "--help" in s3agents(listed.name, "--help").out


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"]], ids=" ".join)
def test_help_imports_nothing_that_plays(arguments: list[str]) -> None:
    """Whoever asks for the list, or how to begin, waits for nothing that only a run needs."""
    code = (
        f"import sys; from s3agents.cli.main import run_command; code = run_command({arguments});"
        "print(code, sorted({'numpy', 'pandas', 'aiohttp', 'nats', 'networkx',"
        " 'autogen_core', 's3agents.simulation'} & set(sys.modules)))"
    )
    shown = python(code)
    assert "--help" in shown
    assert shown.splitlines()[-1] == "0 []"


@pytest.mark.parametrize(
    ("typed", "wanted", "unwanted"),
    [
        ("ev", "evaluate", "export"),
        ("show --finger", "--fingerprint", "--json"),
    ],
)
def test_shells_complete_commands_and_their_options(typed: str, wanted: str, unwanted: str) -> None:
    """What Tab offers comes from the list for names of commands, and from the command for the rest."""
    words = f"s3agents {typed}"
    place = str(len(words.split()) - 1)
    code = f"import sys; sys.argv = ['s3agents']; {PROGRAM}"
    offered = python(code, _S3AGENTS_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=place)
    assert wanted in offered.split()
    assert unwanted not in offered.split()


def test_a_mistyped_command_is_told_what_it_resembles(s3agents: Command) -> None:
    """Names that are only listed can be suggested as well."""
    done = s3agents("validat")
    assert done.code == 2
    assert "validate" in done.err
