"""Whatever keeps a run from a server is one error, at once, that names the server and the remedy and no secret."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nkeys
import pytest
from nats.aio.client import Client, ServerVersion

from s3agents.bus.nats import NatsBus, NatsCredentials
from s3agents.errors import BusError, InputError
from s3agents.testing.bus_contract import a_post, opened, received, shard

MakeServer = Callable[..., Any]

_SOON = 10.0


async def _refusal(bus: NatsBus) -> str:
    began = time.monotonic()
    with pytest.raises(BusError) as refusal:
        await bus.open("run", [])
    assert time.monotonic() - began < _SOON
    return str(refusal.value)


@pytest.fixture
def nobody() -> str:
    """An address where nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"nats://127.0.0.1:{listener.getsockname()[1]}"


async def test_no_server(nobody: str) -> None:
    """The remedies are a server, or none."""
    message = await _refusal(NatsBus(nobody))
    assert message.startswith(f"NATS server {nobody}: wanted it to connect")
    assert "bus: local" in message


async def test_any_server_of_a_cluster_will_do(nobody: str, make_server: MakeServer) -> None:
    """The address may name several."""
    async with opened(lambda: NatsBus(f"{nobody}, {make_server().url}"), shard(0, "ann")) as bus:
        assert await bus.receive(0, []) == []


async def test_a_server_without_jetstream(make_server: MakeServer) -> None:
    """It cannot keep posts."""
    message = await _refusal(NatsBus(make_server("--name", "plain").url))
    assert "nats-server -js" in message


async def test_a_server_that_is_too_old(nats_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Consumers of before 2.10 have one subject."""
    monkeypatch.setattr(Client, "connected_server_version", property(lambda _: ServerVersion("2.9.25")))
    message = await _refusal(NatsBus(nats_url))
    assert "wanted version 2.10 or newer, got 2.9 (" in message


async def test_a_wrong_password_is_refused_and_not_shown(make_server: MakeServer) -> None:
    """The message tells where the right one is looked for."""
    server = make_server("-js", "--user", "ann", "--pass", "right-secret")
    wrong = NatsCredentials(user="ann", password="wrong-secret")
    for bus in (
        NatsBus(server.url),
        NatsBus(server.url, wrong),
        NatsBus(server.url.replace("//", "//ann:wrong-secret@")),
    ):
        message = await _refusal(bus)
        assert "Authorization Violation" in message
        assert "S3AGENTS_NATS_PASSWORD" in message
        assert "secret" not in message


@pytest.mark.parametrize(
    ("options", "known"),
    [
        (("--user", "ann", "--pass", "right"), NatsCredentials(user="ann", password="right")),
        (("--auth", "right"), NatsCredentials(token="right")),
    ],
)
async def test_the_right_credentials_let_in(
    make_server: MakeServer, options: tuple[str, ...], known: NatsCredentials
) -> None:
    """User and password, or a token."""
    server = make_server("-js", *options)
    async with opened(lambda: NatsBus(server.url, known), shard(0, "ann")) as bus:
        await bus.publish([a_post("ann")])
        assert await received(bus, 0, [a_post("ann")]) == [a_post("ann")]


async def test_a_credentials_file_needs_its_package(
    nats_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says which."""
    monkeypatch.setitem(sys.modules, "nkeys", None)
    (tmp_path / "run.creds").touch()
    message = await _refusal(NatsBus(nats_url, NatsCredentials(creds_file=str(tmp_path / "run.creds"))))
    assert "nats-py[nkeys]" in message


@pytest.mark.parametrize(
    ("name", "variable"),
    [("creds_file", "CREDS"), ("nkey_file", "NKEY"), ("tls_ca", "CA"), ("tls_cert", "CERT"), ("tls_key", "KEY")],
)
def test_a_file_that_is_not_there(tmp_path: Path, name: str, variable: str) -> None:
    """The message names the variable and the path."""
    (tmp_path / "there.pem").touch()
    pair = {"tls_cert": str(tmp_path / "there.pem"), "tls_key": str(tmp_path / "there.pem")}
    known = NatsCredentials(**{**(pair if name in pair else {}), name: str(tmp_path / "none.pem")})
    with pytest.raises(InputError, match=rf"S3AGENTS_NATS_{variable}: wanted a file .*none\.pem"):
        known.check_files()


@pytest.mark.parametrize("text", ["", "secret", "SUsecret", "S" * 58])
def test_a_seed_that_is_none_is_refused_and_not_shown(tmp_path: Path, text: str) -> None:
    """Whatever stands in the file."""
    (tmp_path / "seed").write_text(text)
    with pytest.raises(InputError, match="S3AGENTS_NATS_NKEY: wanted a file with the seed") as caught:
        NatsCredentials(nkey_file=str(tmp_path / "seed")).check_files()
    assert not text or text not in str(caught.value)


async def test_an_nkey_lets_in_and_another_does_not(make_server: MakeServer, tmp_path: Path) -> None:
    """The server knows the public half."""
    right, wrong = (nkeys.from_seed(nkeys.encode_seed(bytes([n]) * 32, nkeys.PREFIX_BYTE_USER)) for n in (1, 2))
    config = tmp_path / "nkey.conf"
    config.write_text(f"authorization {{ users = [ {{ nkey: {right.public_key.decode()} }} ] }}")
    (tmp_path / "right").write_bytes(bytes(right.seed) + b"\n")
    (tmp_path / "wrong").write_bytes(wrong.seed)
    server = make_server("-js", "-c", str(config))
    known = NatsCredentials(nkey_file=str(tmp_path / "right"))
    async with opened(lambda: NatsBus(server.url, known), shard(0, "ann")) as bus:
        await bus.publish([a_post("ann")])
        assert await received(bus, 0, [a_post("ann")]) == [a_post("ann")]
    message = await _refusal(NatsBus(server.url, NatsCredentials(nkey_file=str(tmp_path / "wrong"))))
    assert "Authorization Violation" in message
    assert wrong.seed.decode() not in message


async def test_encryption_that_was_asked_for_is_not_forgone(make_server: MakeServer) -> None:
    """A server that does not encrypt gets no password."""
    server = make_server("-js", "--user", "ann", "--pass", "right")
    known = NatsCredentials(user="ann", password="right")
    message = await _refusal(NatsBus(server.url.replace("nats://", "tls://"), known))
    assert "wanted an encrypted connection" in message


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for the loopback address, and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to make a certificate")
    certificate, key = tmp_path / "server.pem", tmp_path / "key.pem"
    request = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*request, *names], check=True, capture_output=True)
    return certificate, key


async def test_posts_travel_encrypted(make_server: MakeServer, certificate: tuple[Path, Path]) -> None:
    """With the certificates given, and only with them."""
    server = make_server("-js", "--tls", "--tlscert", str(certificate[0]), "--tlskey", str(certificate[1]))
    url = server.url.replace("nats://", "tls://")
    async with opened(lambda: NatsBus(url, NatsCredentials(tls_ca=str(certificate[0]))), shard(0, "ann")) as bus:
        await bus.publish([a_post("ann")])
        assert await received(bus, 0, [a_post("ann")]) == [a_post("ann")]
    assert "certificate" in (await _refusal(NatsBus(url))).lower()


async def test_a_server_that_asks_for_a_certificate(make_server: MakeServer, certificate: tuple[Path, Path]) -> None:
    """The client's own lets it in; without one it stays out."""
    pem, key = map(str, certificate)
    server = make_server("-js", "--tlsverify", "--tlscert", pem, "--tlskey", key, "--tlscacert", pem)
    known = NatsCredentials(tls_ca=pem, tls_cert=pem, tls_key=key)
    async with opened(lambda: NatsBus(server.url, known), shard(0, "ann")) as bus:
        await bus.publish([a_post("ann")])
        assert await received(bus, 0, [a_post("ann")]) == [a_post("ann")]
    await _refusal(NatsBus(server.url, NatsCredentials(tls_ca=pem)))


def test_credentials_come_from_the_environment_and_stay_out_of_sight() -> None:
    """Empty variables count as absent."""
    environ = {"S3AGENTS_NATS_USER": "ann", "S3AGENTS_NATS_PASSWORD": "secret-1", "S3AGENTS_NATS_TOKEN": "secret-2"}
    known = NatsCredentials.from_env({**environ, "S3AGENTS_NATS_CREDS": "", "S3AGENTS_NATS_CA": "ca.pem"})
    assert known == NatsCredentials(user="ann", password="secret-1", token="secret-2", tls_ca="ca.pem")
    assert "secret" not in repr(known)
    assert NatsCredentials.from_env({}) == NatsCredentials()


@pytest.mark.parametrize("half", [{"S3AGENTS_NATS_USER": "ann"}, {"S3AGENTS_NATS_PASSWORD": "secret"}])
def test_half_of_user_and_password_is_an_error(half: dict[str, str]) -> None:
    """It would be ignored in silence."""
    with pytest.raises(InputError, match="both S3AGENTS_NATS_USER and S3AGENTS_NATS_PASSWORD"):
        NatsCredentials.from_env(half)
