"""Secrets of a NATS server reach it and nothing else: no manifest, record, log, message or command line."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

from s3agents import Run
from s3agents.testing.command_line import Command, command_line

MakeServer = Callable[..., Any]

PASSWORD, WRONG = "right-pass-31337", "wrong-pass-31337"
SCENARIO: dict[str, Any] = {
    "name": "secret",
    "topic": "A topic.",
    "question": "Is it so?",
    "ticks": 3,
    "society": {"networkx": "karate_club"},
    "seeds": [{"author": "0", "text": "It is so.", "attitude": "positive", "emotion": "intense"}],
    "memory": {"store": "local"},
    "limits": {"bus_mb": 16, "shard": 9},
    "nats": {
        "credentials": {"user_env": "BUS_USER", "password_env": "BUS_PASSWORD"},
        "tls": {"ca": "server.pem", "cert": "server.pem", "key": "key.pem"},
    },
}
_SECONDS = 120.0


@pytest.fixture
def server(make_server: MakeServer, tmp_path: Path) -> Any:
    """One that asks for a password and a certificate; the files of the latter lie in ``tmp_path``."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to make a certificate")
    pem, key = tmp_path / "server.pem", tmp_path / "key.pem"
    request = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(pem)]
    subprocess.run([*request, *names], check=True, capture_output=True)
    tls = f"tls {{ cert_file: {pem}, key_file: {key}, ca_file: {pem}, verify: true }}"
    (tmp_path / "nats.conf").write_text(f"{tls}\nauthorization {{ user: ann, password: {PASSWORD} }}")
    return make_server("-js", "-c", str(tmp_path / "nats.conf"))


def written(folder: Path, **changes: Any) -> str:
    """A scenario file."""
    (folder / "scenario.yaml").write_text(yaml.safe_dump({**SCENARIO, **changes}))
    return str(folder / "scenario.yaml")


class Watch:
    """Reads, while a run is under way, what anybody may: all command lines, and what lies in a folder.

    Args:
        folder: with all that is in it.
        secrets: that should be nowhere there.
    """

    def __init__(self, folder: Path, *secrets: str) -> None:
        self._folder, self._secrets = folder, [secret.encode() for secret in secrets]
        self.workers = 0
        self.found: set[str] = set()

    def look(self) -> None:
        """Look once."""
        for process in psutil.process_iter(["cmdline"]):
            words = " ".join(process.info["cmdline"] or ())
            self.workers += f"{os.sep}workers{os.sep}" in words or " worker " in words
            self._note(words.encode(), words)
        for file in self._folder.rglob("*"):
            try:
                self._note(file.read_bytes(), str(file))
            except OSError:  # a folder, or gone
                continue

    def _note(self, data: bytes, where: str) -> None:
        if any(secret in data for secret in self._secrets):
            self.found.add(where)


def played(watch: Watch, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What came of ``s3agents --log-level debug ARGUMENTS``, watched all the time."""
    over = threading.Event()

    def look_on() -> None:
        while not over.wait(0.2):
            watch.look()

    looking = threading.Thread(target=look_on)
    looking.start()
    try:
        return subprocess.run(
            [sys.executable, "-m", "s3agents", "--log-level", "debug", *arguments],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
            env={**os.environ, "BUS_USER": "ann", "BUS_PASSWORD": PASSWORD},
        )
    finally:
        over.set()
        looking.join()
        watch.look()


def test_no_secret_gets_out(server: Any, tmp_path: Path) -> None:
    """A run with workers of its own; its scenario holds the names of the variables alone."""
    scenario = written(tmp_path, bus=server.url)
    key = (tmp_path / "key.pem").read_text().splitlines()[2]
    (tmp_path / "run").mkdir()
    watch = Watch(tmp_path / "run", PASSWORD, key)
    done = played(watch, "run", scenario, "-o", str(tmp_path / "run"), "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert watch.workers, "no worker was seen"
    assert watch.found == set()
    assert "NATS" in done.stderr, "nothing of the connection was logged"
    for secret in (PASSWORD, key):
        assert secret not in done.stdout + done.stderr
    manifest = Run(tmp_path / "run").manifest
    assert manifest.scenario["nats"]["credentials"] == SCENARIO["nats"]["credentials"]
    assert manifest.status == "done"


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """The command line, as a function."""
    return command_line(capsys.readouterr)


@pytest.fixture
def knowing(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The environment of somebody who knows the password."""
    monkeypatch.setenv("BUS_USER", "ann")
    monkeypatch.setenv("BUS_PASSWORD", PASSWORD)
    monkeypatch.setenv("S3AGENTS_NATS_TOKEN", "of another server")
    return monkeypatch


def test_every_command_finds_its_way_in(
    server: Any, knowing: pytest.MonkeyPatch, command: Command, tmp_path: Path
) -> None:
    """``doctor`` and ``run`` by the scenario; a run that failed over another address is resumed over the right one."""
    scenario = written(tmp_path, bus=server.url)
    told = command("doctor", scenario)
    assert "JetStream answers" in " ".join(told.out.split())
    assert command("run", scenario, "-o", str(tmp_path / "run")).code == 0
    lost = written(tmp_path, bus="nats://127.0.0.1:9")
    assert command("run", lost, "-o", str(tmp_path / "lost")).code == 1
    resumed = command("resume", str(tmp_path / "lost"), "--set", f"bus={server.url}")
    assert resumed.code == 0, resumed.err
    assert Run(tmp_path / "lost").manifest.bus == server.url
    assert Run(tmp_path / "lost").fingerprint() == Run(tmp_path / "run").fingerprint()


def test_a_wrong_password_is_told_and_not_shown(
    server: Any, knowing: pytest.MonkeyPatch, command: Command, tmp_path: Path
) -> None:
    """By every command that goes to the server."""
    scenario = written(tmp_path, bus=server.url)
    knowing.setenv("BUS_PASSWORD", WRONG)
    for arguments in (
        ("--log-level", "debug", "run", scenario, "-o", str(tmp_path / "run")),
        ("--log-level", "debug", "worker", "--scenario", scenario, "--wait", "0"),
        ("--log-level", "debug", "doctor", scenario),
    ):
        told = command(*arguments)
        assert told.code == 1, told.err
        assert "Authorization Violation" in " ".join((told.out + told.err).split())
        assert "31337" not in told.out + told.err


def test_what_is_missing_is_one_message(knowing: pytest.MonkeyPatch, command: Command, tmp_path: Path) -> None:
    """And exit code 2, before anything is written or connected to; ``doctor`` has it among its findings."""
    scenario = written(tmp_path, bus="nats://127.0.0.1:9")
    for file in ("server.pem", "key.pem"):
        (tmp_path / file).touch()
    assert "nats.tls" in command("validate", scenario).err
    knowing.delenv("BUS_PASSWORD")
    commands = (
        ("run", scenario, "-o", str(tmp_path / "run")),
        ("worker", "--scenario", scenario),
        ("worker", "--bus", "nats://127.0.0.1:9", "--set", "nats.credentials.token_env=S3AGENTS_TEST_NOT_SET"),
    )
    for arguments in commands:
        told = command(*arguments)
        assert told.code == 2, told.err
        assert told.err.count("nats.credentials.") == 1
        assert not (tmp_path / "run").exists()
    assert "nats.credentials.password_env" in " ".join(command("doctor", scenario).out.split())


def test_a_secret_on_the_command_line_of_a_worker_is_refused(command: Command) -> None:
    """All who can see the list of processes can read it."""
    told = command("worker", "--bus", f"nats://ann:{PASSWORD}@127.0.0.1:9")
    assert told.code == 2
    assert "S3AGENTS_BUS" in told.err
    assert PASSWORD not in told.err
