"""Offered: the tools that a society is to other programs, by name, each with what it does and takes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from s3agents.tools.sessions import FREE_KEYS, Sessions

__all__ = ["Offered", "offered"]


@dataclass(frozen=True, slots=True)
class Offered:
    """A tool.

    Attributes:
        name: by which it is called.
        told: what it does, for whoever chooses among tools.
        call: what is called; its arguments and what it returns are plain values.
    """

    name: str
    told: str
    call: Callable[..., Any]


def offered(sessions: Sessions) -> tuple[Offered, ...]:
    """The tools of ``sessions``."""
    calls: dict[str, Callable[..., Any]] = {
        "list_scenarios": sessions.scenarios,
        "list_runs": sessions.runs,
        "start_run": sessions.start,
        "step_run": sessions.step,
        "inject_post": sessions.inject,
        "intervene": sessions.intervene,
        "about_run": sessions.about,
        "read_curves": sessions.curves,
        "read_posts": sessions.posts,
        "interview_agents": sessions.interview,
        "fork_run": sessions.fork,
    }
    return tuple(Offered(name, _told(call), call) for name, call in calls.items())


def _told(call: Callable[..., Any]) -> str:
    """The docstring of ``call`` without what it raises and without markup."""
    told = (inspect.getdoc(call) or "").partition("Raises:")[0].strip()
    for markup, plain in (("``", "'"), (":data:`FREE_KEYS`", "below"), (":meth:`scenarios`", "list_scenarios")):
        told = told.replace(markup, plain)
    keys = f" Settings are keys of the scenario: {', '.join(FREE_KEYS)}, and keys below them."
    return told + (keys if "settings" in told else "")
