"""A society among LangChain's tools and runnables."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from s3agents.errors import InputError
from s3agents.tools.langchain import SocietyToolkit, simulation_runnable
from s3agents.tools.sessions import Sessions


def test_an_agent_plays_a_society_by_tools(tmp_path: Path) -> None:
    """Each tool takes what its schema says; an error is the tool's answer, not the agent's end."""

    async def play() -> None:
        sessions = Sessions(tmp_path)
        tools = {tool.name: tool for tool in SocietyToolkit(sessions=sessions).get_tools()}
        assert {
            "start_run",
            "step_run",
            "inject_post",
            "intervene",
            "read_curves",
            "interview_agents",
            "fork_run",
        } <= set(tools)
        assert set(tools["step_run"].args) == {"run", "ticks"}
        assert all(len(tool.description) > 30 for tool in tools.values())
        about = await tools["start_run"].ainvoke({"scenario": "karate_club", "settings": {"ticks": 3}})
        told = await tools["step_run"].ainvoke({"run": about["run"], "ticks": 2})
        assert [one["tick"] for one in told["ticks"]] == [0, 1]
        wrong = await tools["step_run"].ainvoke({"run": "nothing"})
        assert about["run"] in wrong
        assert "validation error" in await tools["step_run"].ainvoke({"runs": 1})
        curves = await tools["read_curves"].ainvoke({"run": about["run"]})
        assert len(curves) == 2
        await sessions.close()

    asyncio.run(play())


def test_a_simulation_is_a_step_of_a_chain(tmp_path: Path) -> None:
    """Scenario and posts in, curves out; several at a time with ``abatch``; a wrong key is an error."""

    async def play() -> list[dict[str, Any]]:
        sessions = Sessions(tmp_path)
        chain = simulation_runnable(sessions) | (lambda told: told["curves"][-1])
        posts = [{"author": "5", "text": "No.", "tick": 2, "attitude": "negative"}]
        wanted = {"scenario": "karate_club", "settings": {"ticks": 4}}
        last = await chain.abatch([wanted, {**wanted, "posts": posts}, {**wanted, "ticks": 2}])
        with pytest.raises(InputError, match="scenario"):
            await chain.ainvoke({"scenaro": "karate_club"})
        await sessions.close()
        return last

    plain, told, short = asyncio.run(play())
    assert (plain["tick"], told["tick"], short["tick"]) == (3, 3, 1)
    assert told["posts_total"] != plain["posts_total"] or told["forwards_total"] != plain["forwards_total"]
