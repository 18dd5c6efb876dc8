"""The HTTP of the stub endpoint, byte by byte."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3agents.testing.stub_http import HangUp, HttpAnswer, HttpRequest, HttpServer


async def echo(request: HttpRequest) -> HttpAnswer:
    """What was asked, and how; or nothing, or an error."""
    if request.path == "/gone":
        raise HangUp
    if request.path == "/broken":
        raise LookupError("nothing there")
    return HttpAnswer(body=f"{request.method} {request.path} ".encode() + request.body, kind="text/plain")


async def said(*pieces: bytes) -> bytes:
    """All that comes back for ``pieces``, sent one by one, until the server ends the connection."""
    server = HttpServer(echo)
    port = await server.start("127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0)
    async with asyncio.timeout(10.0):
        try:
            answer = await reader.read()
        except ConnectionResetError:
            answer = b""
    writer.close()
    await server.stop()
    return answer


def asked(path: str, body: bytes = b"", more: str = "") -> bytes:
    """A request."""
    return f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n{more}\r\n".encode() + body


@settings(max_examples=25, deadline=None)
@given(st.lists(st.binary(max_size=40), min_size=1, max_size=3), st.lists(st.integers(1, 200), max_size=6))
def test_requests_are_answered_in_their_order_however_they_come(bodies: list[bytes], cuts: list[int]) -> None:
    """In pieces, and several at once; the last one says that it is."""
    last = len(bodies) - 1
    data = b"".join(asked(f"/{n}?q", body, "Connection: close\r\n" * (n == last)) for n, body in enumerate(bodies))
    places = sorted({0, *(cut for cut in cuts if cut < len(data)), len(data)})
    pieces = [data[a:b] for a, b in pairwise(places)]
    told = [f"POST /{n} ".encode() + body for n, body in enumerate(bodies)]
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n{}Content-Length: {}\r\n\r\n"
    wanted = [head.format("Connection: close\r\n" * (n == last), len(b)).encode() + b for n, b in enumerate(told)]
    assert asyncio.run(said(*pieces)) == b"".join(wanted)


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"x" * 100_000,
    ],
)
async def test_what_is_no_request_is_refused(data: bytes) -> None:
    """And the connection ends."""
    assert (await said(data)).startswith(b"HTTP/1.1 400 Bad Request\r\n")


async def test_a_handler_may_hang_up_or_fail() -> None:
    """A failure is an answer; a request with none ends the connection."""
    assert await said(asked("/gone")) == b""
    assert (await said(asked("/broken", more="Connection: close\r\n"))).startswith(
        b"HTTP/1.1 500 Internal Server Error"
    )


@pytest.mark.parametrize("stopped", [False, True])
async def test_who_hangs_up_cancels_the_request(stopped: bool) -> None:
    """Be it the client or the server."""
    begun, cancelled = asyncio.Event(), asyncio.Event()

    async def hang(request: HttpRequest) -> HttpAnswer:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        raise AssertionError

    server = HttpServer(hang)
    _, writer = await asyncio.open_connection("127.0.0.1", await server.start("127.0.0.1", 0))
    writer.write(asked("/"))
    async with asyncio.timeout(10.0):
        await begun.wait()
        if stopped:
            await server.stop()
        else:
            writer.close()
        await cancelled.wait()
    writer.close()
    await server.stop()
    assert not server.connections
