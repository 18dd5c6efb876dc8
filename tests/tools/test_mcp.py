"""A society over MCP, played by the SDK's own client from another process."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import httpx
import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from s3agents.testing.command_line import Command


async def played(client: ClientSession) -> None:
    """A run over the protocol: started, stepped, told something, read, and an error that is an answer."""
    await client.initialize()
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert {"start_run", "step_run", "inject_post", "intervene", "read_curves", "interview_agents", "fork_run"} <= set(
        tools
    )
    assert set(tools["step_run"].inputSchema["properties"]) == {"run", "ticks"}
    about = await called(client, "start_run", scenario="karate_club", settings={"ticks": 3})
    run = about["run"]
    told = await called(client, "step_run", run=run, ticks=2)
    assert [one["tick"] for one in told["ticks"]] == [0, 1]
    await called(client, "inject_post", run=run, author="5", text="I have seen the books.")
    done = await called(client, "intervene", run=run, intervention={"kind": "throttle", "share": 0.0})
    assert done["interventions"] == 1
    assert (await called(client, "step_run", run=run))["done"]
    curves = await client.read_resource(f"s3agents://runs/{run}/curves")  # type: ignore[arg-type]
    assert len(json.loads(curves.contents[0].text)) == 3  # type: ignore[union-attr]
    wrong = await client.call_tool("step_run", {"run": "nothing"})
    assert wrong.isError
    assert run in wrong.content[0].text  # type: ignore[union-attr]


async def called(client: ClientSession, name: str, **arguments: Any) -> Any:
    """What a tool answers."""
    answer = await client.call_tool(name, arguments)
    assert not answer.isError, answer.content
    return json.loads(answer.content[0].text)  # type: ignore[union-attr]


def test_over_standard_input_and_output(tmp_path: Path) -> None:
    """The client starts the server, and the server's run is left in its folder."""

    async def play() -> None:
        arguments = ["-m", "s3agents", "mcp", "--folder", str(tmp_path / "runs")]
        server = StdioServerParameters(command=sys.executable, args=arguments)
        async with stdio_client(server) as (read, write), ClientSession(read, write) as client:
            await played(client)

    asyncio.run(play())
    assert (tmp_path / "runs" / "karate_club-1" / "manifest.json").is_file()


@contextmanager
def listening(folder: Path, token: str) -> Iterator[str]:
    """A server on HTTP; its address."""
    arguments = [sys.executable, "-m", "s3agents", "mcp", "--http", "--port", "0", "--folder", str(folder)]
    with Popen(arguments, stderr=PIPE, text=True, env={**os.environ, "S3AGENTS_MCP_TOKEN": token}) as server:
        assert server.stderr is not None
        try:
            yield next(word for line in server.stderr for word in line.split() if word.startswith("http://"))
        finally:
            server.terminate()
            server.stderr.read()


def test_over_http_with_its_token(tmp_path: Path) -> None:
    """Who knows the token plays; who does not is turned away before anything is looked at."""

    async def play(url: str) -> None:
        async with (
            httpx.AsyncClient(headers={"Authorization": "Bearer secret-of-the-test"}, timeout=60.0) as http,
            streamable_http_client(url, http_client=http) as (read, write, _),
            ClientSession(read, write) as client,
        ):
            await played(client)

    with listening(tmp_path / "runs", "secret-of-the-test") as url:
        asyncio.run(play(url))
        for token in ("", "Bearer ", "Bearer secret-of-the-tes", "Basic secret-of-the-test"):
            request = urllib.request.Request(url, data=b"{}", headers={"Authorization": token})
            with pytest.raises(urllib.error.HTTPError, match="401"):
                urllib.request.urlopen(request, timeout=30)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.org"])
def test_no_other_machine_is_listened_to(s3agents: Command, host: str) -> None:
    """An address that others can reach is refused, with the remedy."""
    done = s3agents("mcp", "--http", "--host", host)
    assert done.code == 2
    assert "loopback" in done.err
