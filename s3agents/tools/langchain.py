"""A society for LangChain: a toolkit of what can be done with one, and a whole simulation as a runnable.

::

    sessions = Sessions(Path("runs"))
    agent = create_agent(model, tools=SocietyToolkit(sessions=sessions).get_tools())
    told = await simulation_runnable(sessions).ainvoke({"scenario": "karate_club", "ticks": 5})
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

from langchain_core.runnables import Runnable, RunnableLambda
from langchain_core.tools import BaseTool, BaseToolkit, StructuredTool, ToolException
from pydantic import ConfigDict

from s3agents.errors import InputError, S3AgentsError, explain
from s3agents.tools.offered import offered
from s3agents.tools.sessions import Sessions

__all__ = ["SocietyToolkit", "simulation_runnable"]

_INPUTS = ("scenario", "settings", "posts", "ticks")


class SocietyToolkit(BaseToolkit):
    """Tools by which an agent plays societies: start, step, inject, read, interview, fork.

    What goes wrong is told to the agent as the tool's answer, so that it can do better.

    Attributes:
        sessions: the societies; closed by whoever made them.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    sessions: Sessions

    def get_tools(self) -> list[BaseTool]:
        """The tools; they are asynchronous, so call them with ``ainvoke``."""
        return [
            StructuredTool.from_function(
                coroutine=_told_to_the_agent(tool.call),
                name=tool.name,
                description=tool.told,
                handle_tool_error=True,
                handle_validation_error=True,
            )
            for tool in offered(self.sessions)
        ]


def simulation_runnable(sessions: Sessions) -> Runnable[Mapping[str, Any], dict[str, Any]]:
    """A simulation from its scenario to its curves, as one step of a chain; call it with ``ainvoke`` or ``abatch``.

    Input is a mapping: ``scenario``, and if wanted ``settings`` (see :data:`~s3agents.tools.sessions.FREE_KEYS`),
    ``posts`` (what :meth:`~s3agents.stepping.Steps.inject` takes, with the ``tick`` of each), ``ticks`` to play, by
    default all. Output is where the run stands, with its ``curves``.
    """

    async def simulate(wanted: Mapping[str, Any]) -> dict[str, Any]:
        return await _simulated(sessions, wanted)

    return RunnableLambda(simulate, name="simulation")


async def _simulated(sessions: Sessions, wanted: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := sorted(set(wanted) - set(_INPUTS)) or [name for name in ("scenario",) if name not in wanted]:
        raise InputError(explain("simulation", wanted=f"scenario, with any of {', '.join(_INPUTS)}", got=str(unknown)))
    about = await sessions.start(wanted["scenario"], wanted.get("settings"))
    run, last = about["run"], min(int(wanted.get("ticks", about["ticks"])), about["ticks"])
    posts = sorted(wanted.get("posts", ()), key=lambda post: int(post.get("tick", 0)))
    at = 0
    for post in posts:
        tick = int(post.get("tick", 0))
        if tick > at:
            await sessions.step(run, tick - at)
            at = tick
        await sessions.inject(run, **{key: value for key, value in post.items() if key != "tick"})
    if last > at:
        await sessions.step(run, last - at)
    return {**sessions.about(run), "curves": sessions.curves(run)}


def _told_to_the_agent(call: Callable[..., Any]) -> Callable[..., Any]:
    """``call`` as a coroutine whose errors LangChain hands to the agent."""

    @wraps(call)
    async def answered(*args: Any, **kwargs: Any) -> Any:
        try:
            done = call(*args, **kwargs)
            return await done if iscoroutinefunction(call) else done
        except S3AgentsError as error:
            raise ToolException(str(error)) from error

    return answered
