"""``s3agents mcp``: societies for programs that speak the Model Context Protocol."""

from __future__ import annotations

import asyncio
import os
import socket
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import typer

from s3agents.cli.asking import ModelName, ModelSets, ModelUrl
from s3agents.cli.console import words
from s3agents.cli.infer_model import read_model
from s3agents.errors import InputError, explain
from s3agents.tools.mcp import TOKEN_ENV, make_token, mcp_server, serve_http
from s3agents.tools.sessions import Sessions

__all__ = ["register"]

_EPILOG = f"""Examples:

`s3agents mcp` speaks over standard input and output: name it as a server in your client's settings.

`s3agents mcp --http --port 8765` listens on this machine only; callers send the token of `{TOKEN_ENV}`, or the one that
it prints.
"""


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("mcp", epilog=_EPILOG)(_mcp)


def _mcp(
    folder: Annotated[Path, typer.Option(help="Folder of the runs.")] = Path("runs"),
    scenarios: Annotated[
        Path | None, typer.Option(help="Folder of scenarios that may be played beside the bundled ones.")
    ] = None,
    http: Annotated[bool, typer.Option(help="Listen on HTTP instead of standard input and output.")] = False,
    host: Annotated[str, typer.Option(help="Address to listen on; of this machine only.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port to listen on.")] = 8765,
    model_url: ModelUrl = None,
    model_name: ModelName = None,
    overrides: ModelSets = None,
) -> None:
    """Offer societies as tools over the Model Context Protocol (MCP)."""
    if scenarios is not None and not scenarios.is_dir():
        raise InputError(explain(f"--scenarios {scenarios}", wanted="a folder", got="none"))
    if not ip_address(host).is_loopback if _is_address(host) else host != "localhost":
        remedy = "forward the port to this machine, as with ssh -L"
        raise InputError(explain(f"--host {host}", wanted="a loopback address", got="another", remedy=remedy))
    section = read_model(model_url, model_name, overrides or (), origin="s3agents mcp")
    sessions = Sessions(folder, scenarios=scenarios, model=section)
    asyncio.run(_served(sessions, http=http, host=host, port=port))


async def _served(sessions: Sessions, *, http: bool, host: str, port: int) -> None:
    server = mcp_server(sessions)
    try:
        if not http:
            await server.run_stdio_async()
            return
        known = os.environ.get(TOKEN_ENV)
        token = known or make_token()
        with _listener(host, port) as listener:
            url = f"http://{host}:{listener.getsockname()[1]}{server.settings.streamable_http_path}"
            told = f"token: that of {TOKEN_ENV}" if known else f"token: {token}"
            words().print(f"{url}  {told}", highlight=False, markup=False, soft_wrap=True)
            await serve_http(server, listener, token)
    finally:
        await sessions.close()


def _listener(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as exc:
        what, got = f"--port {port}", exc.strerror or str(exc)
        raise InputError(explain(what, wanted="a port that is free", got=got, remedy="try --port 0")) from exc


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
