"""Commands: all of them with a line about each, and the modules that are imported when they are called.

Importing what the commands need takes a second or two, which nobody who asks for help or presses Tab should wait.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup

__all__ = ["LISTED", "Commands", "Listed", "list_commands", "load"]


@dataclass(frozen=True, slots=True)
class Listed:
    """A command as it is listed: among which, its name, the first paragraph of its help, and its module here."""

    panel: str
    name: str
    help: str
    module: str


_PLAY: Final = "Play"
_LOOK: Final = "Look and ask"
_STUDY: Final = "Study prompts and settings"
_MAKE: Final = "Make societies"
_LEARN: Final = "Learn, and say how right it is"
_CHECK: Final = "Check and connect"

LISTED: Final = (
    Listed(_PLAY, "run", "Play a scenario to its end and say what came of it.", "run"),
    Listed(
        _PLAY, "resume", "Go on with a run that was stopped, killed or failed, after its last whole tick.", "resume"
    ),
    Listed(
        _PLAY,
        "replay",
        "Play a run again from its recorded replies, with no endpoint, and hold the two records against each other.",
        "resume",
    ),
    Listed(_PLAY, "fork", "Go on from a tick of a run under other conditions: what if?", "fork"),
    Listed(_PLAY, "worker", "Take turns for a run, from any machine, beginning and ending at any time.", "worker"),
    Listed(_LOOK, "compare", "Show what came of two runs, and where they part.", "compare"),
    Listed(_LOOK, "show", "Show what came of a run, finished or not.", "show"),
    Listed(_LOOK, "report", "Write a report of one or more runs: one HTML file that needs no network.", "report"),
    Listed(
        _LOOK,
        "explain",
        "Show what an agent saw, recalled, felt, thought and did in a tick, with which prompt and reply.",
        "explain",
    ),
    Listed(
        _LOOK, "interview", "Put a question to agents as they were after a tick; the run does not change.", "interview"
    ),
    Listed(
        _LOOK,
        "survey",
        "Put the questions of a file to agents as they were after a tick; the run does not change.",
        "survey",
    ),
    Listed(
        _LOOK,
        "export",
        "Write the tables of a run (Parquet, CSV, JSONL), or who forwarded from whom as a graph (GraphML).",
        "export",
    ),
    Listed(
        _STUDY,
        "study",
        "Run variants of a scenario over societies and seeds, and compare each with the control.",
        "study",
    ),
    Listed(_STUDY, "prompts", "Look at prompt packs, and at what agents were asked with them.", "prompts"),
    Listed(
        _MAKE,
        "new",
        "Write something to begin with: a society, or a plugin, that works, to be changed and tested.",
        "new",
    ),
    Listed(
        _MAKE,
        "build",
        "Build a society from raw data: authors on a topic, whom they are connected to, and what they wrote.",
        "build",
    ),
    Listed(
        _MAKE,
        "generate",
        "Make a synthetic society: users, follow edges, attitudes and earlier posts, all from one seed.",
        "generate",
    ),
    Listed(
        _MAKE, "describe", "Describe a society: its users, their classes, and the shape of its network.", "describe"
    ),
    Listed(
        _MAKE,
        "infer",
        "Predict gender, age, occupation or attitude of the users of whom the data do not give it.",
        "infer",
    ),
    Listed(_LEARN, "fit", "Learn from data, and say how good it is.", "fit"),
    Listed(
        _LEARN,
        "calibrate",
        "Fit the pace of forecasts, and with --learnt the base rate and time scale of fitted minds.",
        "calibrate",
    ),
    Listed(
        _LEARN,
        "evaluate",
        "Hold agents and runs against what really happened, with intervals and baselines.",
        "evaluate",
    ),
    Listed(
        _CHECK,
        "validate",
        "Check a scenario, its society, its prompt packs and everything else that it refers to.",
        "validate",
    ),
    Listed(_CHECK, "doctor", "Check the endpoint, NATS, Chroma and the embedder that a scenario would use.", "doctor"),
    Listed(
        _CHECK, "plugins", "List what scenarios can name: built-in kinds, and plugins of installed packages.", "plugins"
    ),
    Listed(
        _CHECK,
        "bench",
        "Measure what a society costs here, beside the bare limit: a loop that sends the same requests.",
        "bench",
    ),
    Listed(
        _CHECK,
        "vllm",
        "Start the vLLM server that all agents share; further options are handed on to `vllm serve`.",
        "vllm",
    ),
    Listed(_CHECK, "mcp", "Offer societies as tools over the Model Context Protocol (MCP).", "mcp"),
)
"""In the order in which they are listed."""

_MODULES: Final = {listed.name: listed.module for listed in LISTED}


class Commands(TyperGroup):
    """The group of all commands: what is called, or completed, is the command itself in the place of its listing."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        """Name and command that ``args`` begin with, and the rest of them."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command if name is None else load(name), rest


def list_commands(app: typer.Typer) -> None:
    """Add every command to ``app``, a Typer of :class:`Commands`, by its line alone."""
    for listed in LISTED:
        app.command(listed.name, help=listed.help, rich_help_panel=listed.panel)(_listed)


def load(name: str) -> Any:
    """The command, from its module."""
    register: Callable[[typer.Typer], None] = import_module(f"s3agents.cli.{_MODULES[name]}").register
    app = typer.Typer(rich_markup_mode="markdown")
    register(app)
    return typer.main.get_group(app).commands[name]


def _listed() -> None:
    """Stands for a command in the list."""
    raise NotImplementedError
