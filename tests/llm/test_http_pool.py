"""Connections: whole answers however they are sent and cut, kept and used again, never with somebody else's answer."""

from __future__ import annotations

import asyncio
import gzip
import shutil
import ssl
import subprocess
import zlib
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yarl import URL

from s3agents.llm import http_connection
from s3agents.llm.http_connection import HttpAnswer, HttpConnection
from s3agents.llm.http_deadlines import Deadlines
from s3agents.llm.http_pool import HttpPool

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


class Wire(asyncio.Transport):
    """A transport that keeps what is written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.aborted = False

    def write(self, data: Any) -> None:
        """Keep it."""
        self.written += data

    def abort(self) -> None:
        """Note it."""
        self.aborted = True


async def asked(*pieces: bytes, end: bool = False) -> tuple[HttpConnection, asyncio.Task[HttpAnswer]]:
    """A connection that was asked once and to which ``pieces`` came, and the call."""
    connection = HttpConnection()
    connection.connection_made(Wire())
    call = asyncio.ensure_future(connection.ask(b"GET / HTTP/1.1\r\n\r\n"))
    await asyncio.sleep(0)
    for piece in pieces:
        connection.data_received(piece)
    if end:
        connection.connection_lost(None)
    await asyncio.sleep(0)
    return connection, call


async def failure_of(*pieces: bytes, end: bool = False) -> str:
    """What the error of a call says."""
    connection, call = await asked(*pieces, end=end)
    with pytest.raises(ConnectionError) as caught:
        await call
    assert not connection.usable
    return str(caught.value)


def framed(status: int, headers: Sequence[tuple[str, str]], body: bytes, framing: str) -> bytes:
    """An answer as it goes over the wire."""
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name}: {value}" for name, value in headers)]
    if framing == "length":
        lines.append(f"content-length: {len(body)}")
    if framing == "chunks":
        lines.append("Transfer-Encoding: chunked")
        edges = range(0, len(body), 3)
        chunks = [body[edge : edge + 3] for edge in edges]
        body = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


NAMES = st.text("abcXYZ-", min_size=1, max_size=6).map(lambda name: f"X-{name}")
VALUES = st.text("abc 123;=", max_size=8).map(str.strip)


@settings(deadline=None)
@given(
    wanted=st.tuples(
        st.sampled_from([200, 400, 429, 500]), st.lists(st.tuples(NAMES, VALUES), max_size=3), st.binary(max_size=20)
    ),
    framing=st.sampled_from(["length", "chunks", "end"]),
    interim=st.booleans(),
    data=st.data(),
)
def test_an_answer_is_the_same_however_it_is_cut(
    wanted: tuple[int, list[tuple[str, str]], bytes], framing: str, interim: bool, data: st.DataObject
) -> None:
    """Status, headers and body come through: with a length, in chunks, or up to the end of the connection."""
    wire = (b"HTTP/1.1 100 Continue\r\n\r\n" if interim else b"") + framed(*wanted, framing)
    cuts = data.draw(st.sets(st.integers(1, len(wire) - 1), max_size=6))
    pieces = [wire[a:b] for a, b in pairwise([0, *sorted(cuts), len(wire)])]

    async def answer() -> HttpAnswer:
        connection, call = await asked(*pieces, end=framing == "end")
        assert connection.usable == (framing != "end")
        return await call

    got = asyncio.run(answer())
    shown = [(name, value) for name, value in got.headers.items() if name.startswith("X-")]
    assert (got.status, shown, got.body) == wanted


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate", "GZIP", "identity"])
async def test_a_compressed_body_is_unpacked(coding: str) -> None:
    """Nobody asked for it, but some servers do it."""
    packed = {"identity": b"hello", "deflate": zlib.compress(b"hello")}.get(coding, gzip.compress(b"hello"))
    _, call = await asked(framed(200, [("Content-Encoding", coding)], packed, "length"))
    assert (await call).body == b"hello"


@pytest.mark.parametrize(
    ("wire", "end", "why"),
    [
        (b"<html>", False, "no HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok", True, "before its answer was whole"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", True, "before its answer was whole"),
        (b"HTTP/1.1 200 OK\r\n", True, "before its answer was whole"),
        (b"", True, "before its answer was whole"),
        (b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", False, "no HTTP/1.1"),
        (framed(200, [("Content-Encoding", "br")], b"x", "length"), False, "not asked for"),
        (framed(200, [("Content-Encoding", "gzip")], b"x", "length"), False, "unpacked"),
        (framed(200, [("Content-Encoding", "gzip")], gzip.compress(b"hello")[:-9], "length"), False, "unpacked"),
        (framed(200, [], b"x" * 200, "length"), False, "more than 100 bytes"),
        (framed(200, [("Content-Encoding", "gzip")], gzip.compress(b"x" * 200), "length"), False, "too long"),
        (framed(200, [("X", "y")] * 9, b"x", "length"), False, "more than 8 headers"),
        (framed(200, [("X", "y" * 150)], b"x", "length"), False, "more than 140 bytes of headers"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 150, False, "more than 140 bytes of headers"),
        (b"HTTP/1.1 200 " + b"y" * 150, False, "more than 140 bytes of headers"),
        (framed(200, [], b"x", "chunks")[:-2] + b"X: y\r\n" * 8 + b"\r\n", False, "more than 8 headers"),
        (framed(200, [], b"x", "chunks")[:-2] + b"X: " + b"y" * 150, False, "more than 100 bytes around its body"),
    ],
)
async def test_what_is_no_whole_answer_is_a_broken_connection(
    monkeypatch: pytest.MonkeyPatch, wire: bytes, end: bool, why: str
) -> None:
    """Another protocol, a body cut short or without bound: the call fails, and the connection is not used again."""
    monkeypatch.setattr(http_connection, "_MOST_BYTES", 100)
    monkeypatch.setattr(http_connection, "_MOST_HEADERS", 8)
    monkeypatch.setattr(http_connection, "_MOST_HEAD_BYTES", 140)
    assert why in await failure_of(wire, end=end)


@pytest.mark.parametrize("more", [OK, OK[:20], b"\x00"])
async def test_an_answer_that_nobody_asked_for_is_nobody_s(more: bytes) -> None:
    """Whole or not, with the answer or after it: the connection is given up."""
    connection, call = await asked(OK + more)
    assert (await call).body == b"ok"
    assert not connection.usable
    connection, call = await asked(OK)
    await call
    assert connection.usable
    connection.data_received(more)
    assert not connection.usable
    with pytest.raises(ConnectionError, match="closed"):
        await connection.ask(b"")


async def test_a_server_that_hangs_up_afterwards_is_believed() -> None:
    """``Connection: close``, and HTTP/1.0."""
    for wire in (framed(200, [("Connection", "close")], b"ok", "length"), OK.replace(b"1.1", b"1.0")):
        connection, call = await asked(wire)
        assert (await call).body == b"ok"
        assert not connection.usable


async def test_a_cancelled_call_takes_its_connection_with_it() -> None:
    """The answer to it may come yet, and is not for the next."""
    connection, call = await asked()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert not connection.usable


@asynccontextmanager
async def serving(handler: Handler, *, tls: ssl.SSLContext | None = None, **more: Any) -> AsyncIterator[HttpPool]:
    """A pool of connections to a server that does as ``handler`` says."""
    served: list[asyncio.Task[None]] = []

    def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.append(asyncio.ensure_future(handler(reader, writer)))

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    url = f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    pool = HttpPool(URL(url), **{"headers": {"X-Mine": "1"}, "limit": 2, "timeout": 5.0, **more})
    try:
        yield pool
    finally:
        await pool.close()
        await pool.close()
        server.close()
        await asyncio.gather(*served)


class Server:
    """Answers ``ok`` to all requests of a connection, and counts both."""

    def __init__(self, *, answers: int = 1000) -> None:
        self.connections = 0
        self.heads: list[bytes] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self._answers = answers

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections += 1
        for _ in range(self._answers):
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                break
            self.heads.append(head)
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.partition(b":")[2]))
            await self.gate.wait()
            writer.write(OK)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def test_connections_are_used_again() -> None:
    """One after the other needs one; the request is what it should be."""
    server = Server()
    async with serving(server) as pool:
        for _ in range(3):
            assert (await pool.send("POST", "/v1/x?y=1", b"body")).body == b"ok"
    assert server.connections == 1
    assert server.heads[0].startswith(b"POST /v1/x?y=1 HTTP/1.1\r\nContent-Length: 4\r\nHost: 127.0.0.1:")
    assert b"\r\nX-Mine: 1\r\n" in server.heads[0]


async def test_a_connection_that_was_idle_too_long_is_not_used_again() -> None:
    """The server may be about to hang up."""
    server = Server()
    async with serving(server) as pool:
        await pool.send("GET", "/")
        pool._idle[0].since -= 5.0
        await pool.send("GET", "/")
        assert len(pool._all) == 1
    assert server.connections == 2


async def test_a_connection_that_was_hung_up_is_not_used_again() -> None:
    """Even at once; the next request gets another and does not fail."""
    server = Server(answers=1)
    async with serving(server) as pool:
        for _ in range(3):
            assert (await pool.send("GET", "/")).status == 200
            while pool._idle and pool._idle[0].usable:
                await asyncio.sleep(0)
    assert server.connections == 3


async def test_connections_are_bounded_and_waited_for() -> None:
    """Never more than the limit; who is cancelled leaves his place to others."""
    server = Server()
    server.gate.clear()
    async with serving(server, limit=2) as pool:
        calls = [asyncio.ensure_future(pool.send("GET", f"/{n}")) for n in range(6)]
        while len(server.heads) < 2:
            await asyncio.sleep(0)
        calls[0].cancel()
        server.gate.set()
        answers = await asyncio.gather(*calls, return_exceptions=True)
    assert isinstance(answers[0], asyncio.CancelledError)
    assert all(isinstance(answer, HttpAnswer) for answer in answers[1:])
    assert server.connections == 3
    assert sorted(head.split()[1] for head in server.heads[2:]) == [b"/2", b"/3", b"/4", b"/5"]


async def test_the_wait_for_a_connection_counts() -> None:
    """The time of a request begins when it is made."""
    server = Server()
    server.gate.clear()
    async with serving(server, limit=1) as pool:
        first = asyncio.ensure_future(pool.send("GET", "/"))
        while not server.heads:
            await asyncio.sleep(0)
        pool._timeout = 0.01
        with pytest.raises(TimeoutError):
            await pool.send("GET", "/")
        server.gate.set()
        await first
    assert len(server.heads) == 1


async def test_answers_that_take_too_long_are_given_up_together_or_one_by_one() -> None:
    """On kept connections as on new ones; a connection whose answer may still come is not used again."""
    server = Server()
    async with serving(server) as pool:
        await pool.send("GET", "/")
        server.gate.clear()
        patient, hasty = (pool._timeout, pool._deadlines), (0.01, Deadlines(0.01))
        pool._timeout, pool._deadlines = hasty
        answers = await asyncio.gather(*(pool.send("GET", "/") for _ in range(3)), return_exceptions=True)
        assert [type(answer) for answer in answers] == [TimeoutError] * 3
        assert not pool._idle
        server.gate.set()
        pool._timeout, pool._deadlines = patient
        assert (await pool.send("GET", "/")).status == 200


async def test_time_is_counted_from_the_request_and_ends_with_its_answer() -> None:
    """The one timer wakes for whom is due next, whoever has been answered meanwhile, and not after the last."""
    loop = asyncio.get_running_loop()
    deadlines = Deadlines(0.02)
    answered, left = loop.create_future(), loop.create_future()
    deadlines.watch(answered)
    deadlines.forget(answered)
    await asyncio.sleep(0.001)
    deadlines.watch(left)
    with pytest.raises(TimeoutError):
        await left
    assert not answered.done()
    assert (deadlines._due, deadlines._timer) == ({}, None)
    deadlines.watch(answered)
    deadlines.close()
    assert deadlines._timer is None


async def test_a_closed_pool_fails_what_is_under_way() -> None:
    """With an error of the connection."""
    server = Server()
    server.gate.clear()
    async with serving(server) as pool:
        call = asyncio.ensure_future(pool.send("GET", "/"))
        while not server.heads:
            await asyncio.sleep(0)
        await pool.close()
        with pytest.raises(ConnectionError):
            await call
        server.gate.set()


@pytest.mark.parametrize("value", ["a\r\nX-Other: b", "a\0", "ключ"])
def test_a_header_is_one_line(value: str) -> None:
    """Nothing can be smuggled into a request by a key."""
    with pytest.raises(ValueError, match="one line of ASCII"):
        HttpPool(URL("http://h"), headers={"Authorization": value}, limit=1, timeout=1.0)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl program, to make a certificate")
async def test_tls_wants_a_certificate_that_it_can_trust(tmp_path: Path) -> None:
    """A server without one is refused, and that error is told apart; one that is trusted is spoken to."""
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run(command, check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(cert, key)
    async with serving(Server(), tls=tls) as pool:
        with pytest.raises(ssl.SSLCertVerificationError):
            await pool.send("GET", "/")
        assert pool._tls is not None
        pool._tls.load_verify_locations(cert)
        for _ in range(2):
            assert (await pool.send("GET", "/")).body == b"ok"
