"""A society over MCP: its tools, and the results of its runs as resources, on stdio or streamable HTTP.

The protocol is the official SDK's, which comes with the extra ``mcp``.
"""

from __future__ import annotations

import json
import secrets
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from s3agents.errors import InputError, explain
from s3agents.tools.offered import offered
from s3agents.tools.sessions import Sessions

if TYPE_CHECKING:
    from mcp.server.fastmcp import FastMCP

__all__ = ["TOKEN_ENV", "make_token", "mcp_server", "serve_http", "with_token"]

TOKEN_ENV = "S3AGENTS_MCP_TOKEN"  # noqa: S105  # the name of a variable
"""Environment variable that holds what HTTP callers must know."""

_TOLD = (
    "Play a social network whose users are agents: start a run of a scenario, step it tick by tick, inject posts, "
    "read curves and posts, interview agents, and fork a run to see what if. What runs came to are resources."
)
_REFUSED = b"send the token of the server: Authorization: Bearer TOKEN\n"

App = Callable[
    [
        MutableMapping[str, Any],
        Callable[[], Awaitable[MutableMapping[str, Any]]],
        Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ],
    Awaitable[None],
]


def mcp_server(sessions: Sessions) -> FastMCP:
    """An MCP server of ``sessions``, which are closed by whoever made them; errors of a tool are its answer.

    Raises:
        InputError: if the SDK is not installed.
    """
    server = _sdk()("s3agents", instructions=_TOLD, log_level="WARNING")
    for tool in offered(sessions):
        server.add_tool(tool.call, name=tool.name, description=tool.told)

    @server.resource("s3agents://runs", name="runs", mime_type="application/json")
    def runs() -> str:
        """All runs, with their status."""
        return json.dumps(sessions.runs())

    @server.resource("s3agents://runs/{run}/curves", name="curves of a run", mime_type="application/json")
    def curves(run: str) -> str:
        """The curves of a run, tick by tick."""
        return json.dumps(sessions.curves(run))

    @server.resource("s3agents://runs/{run}/posts", name="posts of a run", mime_type="application/json")
    def posts(run: str) -> str:
        """The last posts of a run."""
        return json.dumps(sessions.posts(run))

    return server


async def serve_http(server: FastMCP, listener: socket.socket, token: str) -> None:
    """Serve over streamable HTTP until cancelled; who does not send the token is turned away."""
    import uvicorn

    config = uvicorn.Config(with_token(server.streamable_http_app(), token), log_level="warning")
    await uvicorn.Server(config).serve(sockets=[listener])


def make_token() -> str:
    """A token for one occasion."""
    return secrets.token_urlsafe(24)


def with_token(app: App, token: str) -> App:
    """``app``, which answers HTTP only with ``Authorization: Bearer TOKEN``."""
    wanted = f"Bearer {token}".encode()

    async def guarded(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        given = dict(scope.get("headers", ())).get(b"authorization", b"")
        if scope["type"] != "http" or compare_digest(given, wanted):
            await app(scope, receive, send)
            return
        headers = [(b"www-authenticate", b"Bearer"), (b"content-type", b"text/plain")]
        await send({"type": "http.response.start", "status": 401, "headers": headers})
        await send({"type": "http.response.body", "body": _REFUSED})

    return guarded


def _sdk() -> type[FastMCP]:
    try:
        from mcp.server.fastmcp import FastMCP
    except ImportError as exc:
        remedy = "pip install 's3agents[mcp]'"
        raise InputError(explain("mcp", wanted="the MCP SDK", got="an installation without it", remedy=remedy)) from exc
    return FastMCP
