"""What a scenario says of its server lets it in, in every way that a server may ask for; nothing else does."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nkeys
import pytest

from s3agents.bus.nats import NatsBus, NatsCredentials
from s3agents.config.nats import NatsSection
from s3agents.errors import BusError, InputError
from s3agents.testing.bus_contract import a_post, opened, received, shard

sys.path.append(str(Path(__file__).parent))

from bus_jwt import write_operator

MakeServer = Callable[..., Any]

PASSWORD, TOKEN = "right-pass-31337", "right-token-31337"
ENVIRON = {"BUS_USER": "ann", "BUS_PASSWORD": PASSWORD, "BUS_TOKEN": TOKEN, "BUS_WRONG": "wrong-31337"}


def _nkey(folder: Path, byte: int, name: str) -> str:
    """The public half of a key; its seed lies in the file ``name``."""
    keys = nkeys.from_seed(nkeys.encode_seed(bytes([byte]) * 32, nkeys.PREFIX_BYTE_USER))
    (folder / name).write_bytes(keys.seed)
    return str(keys.public_key.decode())


def _certificate(folder: Path) -> tuple[str, str]:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to make a certificate")
    pem, key = str(folder / "server.pem"), str(folder / "key.pem")
    request = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", pem]
    subprocess.run([*request, *names], check=True, capture_output=True)
    return pem, key


def _password(folder: Path) -> tuple[str, dict[str, Any], dict[str, Any]]:
    right = {"credentials": {"user_env": "BUS_USER", "password_env": "BUS_PASSWORD"}}
    wrong = {"credentials": {"user_env": "BUS_USER", "password_env": "BUS_WRONG"}}
    return f"authorization {{ user: ann, password: {PASSWORD} }}", right, wrong


def _token(folder: Path) -> tuple[str, dict[str, Any], dict[str, Any]]:
    right, wrong = ({"credentials": {"token_env": name}} for name in ("BUS_TOKEN", "BUS_WRONG"))
    return f"authorization {{ token: {TOKEN} }}", right, wrong


def _nkeys(folder: Path) -> tuple[str, dict[str, Any], dict[str, Any]]:
    public, _ = _nkey(folder, 1, "right"), _nkey(folder, 2, "wrong")
    right, wrong = ({"credentials": {"nkey_file": str(folder / name)}} for name in ("right", "wrong"))
    return f"authorization {{ users = [ {{ nkey: {public} }} ] }}", right, wrong


def _jwt(folder: Path) -> tuple[str, dict[str, Any], dict[str, Any]]:
    config, user, stranger = write_operator(folder)
    right, wrong = ({"credentials": {"creds_file": str(file)}} for file in (user, stranger))
    return config.read_text(), right, wrong


def _client_certificate(folder: Path) -> tuple[str, dict[str, Any], dict[str, Any]]:
    pem, key = _certificate(folder)
    config = f"tls {{ cert_file: {pem}, key_file: {key}, ca_file: {pem}, verify: true }}"
    return config, {"tls": {"ca": pem, "cert": pem, "key": key}}, {"tls": {"ca": pem}}


WAYS = {
    "user and password": _password,
    "token": _token,
    "nkey": _nkeys,
    "credentials file": _jwt,
    "client certificate": _client_certificate,
}


def known(section: dict[str, Any]) -> NatsCredentials:
    """The credentials of a scenario with such a section ``nats``."""
    return NatsCredentials.of(NatsSection.model_validate(section), ENVIRON)


async def refused(bus: NatsBus) -> str:
    """What is said of a server that does not let us in."""
    with pytest.raises(BusError) as caught:
        await bus.open("run", [])
    return str(caught.value)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
async def test_the_right_credentials_let_in_and_wrong_ones_do_not(
    way: Callable[[Path], Any], make_server: MakeServer, tmp_path: Path
) -> None:
    """Posts go to and fro; who is refused learns where to look, and nothing of what is secret."""
    config, right, wrong = way(tmp_path)
    (tmp_path / "nats.conf").write_text(config)
    server = make_server("-js", "-c", str(tmp_path / "nats.conf"))
    known(right).check_files()
    async with opened(lambda: NatsBus(server.url, known(right)), shard(0, "ann")) as bus:
        await bus.publish([a_post("ann")])
        assert await received(bus, 0, [a_post("ann")]) == [a_post("ann")]
    for other in (known(wrong), NatsCredentials()):
        message = await refused(NatsBus(server.url, other))
        assert "31337" not in message
        if way is not _client_certificate:  # such a server may hang up before it says why
            assert "S3AGENTS_NATS_" in message
            assert "nats.credentials" in message


def test_credentials_files_are_read_before_anything_starts(tmp_path: Path) -> None:
    """Half of one, or another file, is bad input, and nothing of it is shown."""
    _, user, _ = write_operator(tmp_path)
    known({"credentials": {"creds_file": str(user)}}).check_files()
    for text in (user.read_text().partition("-----BEGIN USER NKEY SEED")[0], user.read_text().replace("JWT", "")):
        (tmp_path / "half.creds").write_text(text)
        with pytest.raises(InputError, match=r"creds_file: wanted a credentials file") as caught:
            known({"credentials": {"creds_file": str(tmp_path / "half.creds")}}).check_files()
        assert "eyJ" not in str(caught.value)


class Impostor:
    """Somebody on a port who greets like a server, if at all, and writes down what is said to him."""

    def __init__(self, greeting: bytes) -> None:
        self._greeting = greeting
        self.heard = b""
        self.url = ""

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Impostor]:
        """There for the time of the block."""
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.url = f"nats://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self._greeting)
        self.heard += await reader.read()
        writer.close()


_GREETING = b"INFO " + json.dumps({"version": "2.15.0", "auth_required": True, "max_payload": 1 << 20}).encode()


async def test_no_server_of_a_cluster_hears_of_us_unless_it_encrypts(make_server: MakeServer, tmp_path: Path) -> None:
    """One that does not, whoever it is, is passed over; with nobody else the run does not begin."""
    pem, key = _certificate(tmp_path)
    (tmp_path / "nats.conf").write_text(f"tls {{ cert_file: {pem}, key_file: {key} }}\n{_password(tmp_path)[0]}")
    server = make_server("-js", "-c", str(tmp_path / "nats.conf"))
    credentials = known({**_password(tmp_path)[1], "tls": {"ca": pem}})
    async with Impostor(_GREETING + b"\r\n").listening() as impostor:
        message = await refused(NatsBus(impostor.url, credentials))
        assert "wanted an encrypted connection" in message
        for _ in range(4):  # the client shuffles its servers
            async with opened(lambda: NatsBus(f"{impostor.url},{server.url}", credentials), shard(0, "ann")) as bus:
                assert await bus.receive(0, []) == []
        assert impostor.heard == b""


async def test_a_server_that_hangs_keeps_nobody_from_the_others(make_server: MakeServer) -> None:
    """It takes connections, and does not greet."""
    server = make_server()
    async with Impostor(b"").listening() as silent:
        began = time.monotonic()
        async with opened(lambda: NatsBus(f"{silent.url},{server.url}"), shard(0, "ann")) as bus:
            await bus.publish([a_post("ann")])
            assert await received(bus, 0, [a_post("ann")]) == [a_post("ann")]
        assert time.monotonic() - began < 15.0


async def test_a_server_alone_cannot_keep_three_copies(make_server: MakeServer) -> None:
    """The message says what asked for them."""
    message = await refused(NatsBus(make_server().url, replicas=3))
    assert "nats.replicas" in message
