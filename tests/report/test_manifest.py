"""Manifests: what they tell, what they never tell, and that a reader never meets half of one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from s3agents import __version__
from s3agents.behaviour.model import BehaviourModel
from s3agents.config import Scenario
from s3agents.embed.base import Vectors
from s3agents.errors import RunFolderError
from s3agents.ids import UserId
from s3agents.network.society import Society
from s3agents.plugins import PluginFacts
from s3agents.report.manifest import Manifest
from s3agents.scenarios import parse_scenario

MakeManifest = Callable[..., Manifest]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class _Embedder:
    name = "hashing-256"

    async def embed(self, texts: Any) -> Vectors:
        raise NotImplementedError

    async def close(self) -> None:
        """Nothing to let go of."""


@dataclass(frozen=True)
class _Pack:
    name: str = "joint"
    version: str = "1.2"
    sha256: str = "f" * 64


@dataclass(frozen=True)
class _Prepared:
    scenario: Scenario
    society: Society
    packs: Mapping[str, _Pack]
    embedder: _Embedder
    outcome: Mapping[UserId, str] | None
    learnt: Mapping[str, BehaviourModel] = field(default_factory=dict)
    plugins: tuple[PluginFacts, ...] = ()


def _prepared(packs: Mapping[str, _Pack], **scenario: Any) -> _Prepared:
    given = {
        "name": "club",
        "topic": "a club",
        "question": "Split?",
        "ticks": 3,
        "society": {"networkx": "karate_club"},
    }
    society = Society.from_networkx(nx.path_graph(3, create_using=nx.DiGraph), name="line")
    return _Prepared(
        scenario=Scenario.model_validate({**given, **scenario}),
        society=society,
        packs=packs,
        embedder=_Embedder(),
        outcome={UserId("0"): "positive"},
    )


def test_a_manifest_tells_what_was_run() -> None:
    """Scenario, society, prompts, model, embedder and versions, each with what identifies it."""
    model = {"url": "http://127.0.0.1:8000/v1", "name": "tiny"}
    prepared = _prepared({"joint": _Pack()}, model=model, cognition={"mode": "llm"})
    manifest = Manifest.begin(prepared, bus="nats", started=NOON)
    assert (manifest.name, manifest.status, manifest.bus, manifest.started) == ("club", "running", "nats", NOON)
    assert manifest.scenario_digest == prepared.scenario.digest()
    assert parse_scenario(manifest.scenario, origin="manifest.json") == prepared.scenario
    society = manifest.society
    assert (society.name, society.origin, society.users, society.edges) == ("line", "karate_club", 3, 2)
    assert society.digest == prepared.society.digest
    assert [pack.model_dump() for pack in manifest.prompts] == [
        {"name": "joint", "language": "en", "version": "1.2", "sha256": "f" * 64}
    ]
    assert manifest.model is not None
    assert (manifest.model.name, manifest.model.url) == ("tiny", "http://127.0.0.1:8000/v1")
    assert manifest.embedder == "hashing-256"
    assert manifest.software.s3agents == __version__
    assert {"autogen-agentchat", "chromadb", "nats-py", "pydantic"} <= set(manifest.software.libraries)
    assert manifest.outcome == {"0": "positive"}


def test_rows_that_were_dropped_are_told() -> None:
    """The account of loading a society is part of what was run."""
    graph = nx.DiGraph([(0, 1), (1, 1)])
    prepared = _prepared({})
    society = Society.from_networkx(graph)
    object.__setattr__(prepared, "society", society)
    report = Manifest.begin(prepared, bus="local", started=NOON).society.report
    assert [(row.reason, row.dropped) for row in report if row.dropped] == [("self-loop", 1)]


def test_without_prompts_no_model_is_named() -> None:
    """A run in which no agent asks a model does not name the one it might have asked."""
    assert Manifest.begin(_prepared({}), bus="local", started=NOON).model is None


def test_keys_of_endpoints_are_left_out() -> None:
    """What the options of a foreign backend call a key or token is not written, at any depth; the rest is."""
    options = {
        "api_key": "sk-1",
        "openai_api_key": "sk-2",
        "token": "sk-3",
        "headers": {"Authorization": "Bearer sk-4", "x-trace": "yes"},
        "nested": [{"password": "sk-5", "size": 2}],
        "max_tokens": 9,
        "key_env": "MY_KEY",
        "azure_ad_token": "sk-6",
        "aws_session_token": "sk-7",
        "aws-secret-access-key": "sk-8",
        "clientSecret": "sk-9",
        "db_password": "sk-10",
        "google_credential": "sk-11",
    }
    manifest = Manifest.begin(_prepared({}, model={"options": options}), bus="local", started=NOON)
    assert "sk-" not in manifest.model_dump_json()
    assert manifest.scenario["model"]["options"] == {
        "headers": {"x-trace": "yes"},
        "nested": [{"size": 2}],
        "max_tokens": 9,
        "key_env": "MY_KEY",
    }


def test_attributes_of_users_are_no_secrets() -> None:
    """An attribute that happens to be called a token still tells which users a group has."""
    groups = [{"name": "holders", "where": {"token": "gold"}}]
    manifest = Manifest.begin(_prepared({}, cognition={"groups": groups}), bus="local", started=NOON)
    assert manifest.scenario["cognition"]["groups"][0]["where"] == {"token": "gold"}


def test_credentials_in_an_address_are_refused(manifest: MakeManifest) -> None:
    """An address with a password in it never reaches the file, nor the message."""
    with pytest.raises(ValueError, match="without user and password") as caught:
        manifest(bus="nats://me:hush@host:4222")
    assert "hush" not in str(caught.value)


def test_a_run_ends_and_goes_on(manifest: MakeManifest) -> None:
    """Each stage replaces what the one before said of the end; going on is remembered with its versions."""
    failed = manifest(status="running").ended("failed", message="too many faults", faults={"timeout": 3}, at=NOON)
    assert (failed.status, failed.failure, failed.finished) == ("failed", "too many faults", NOON)
    assert failed.faults == {"timeout": 3}
    again = failed.again(at=NOON)
    assert (again.status, again.failure, again.finished) == ("running", None, None)
    assert [(r.at, r.software.s3agents) for r in again.resumed] == [(NOON, __version__)]
    done = again.ended("done")
    assert (done.status, done.faults, len(done.resumed)) == ("done", {}, 1)
    assert done.finished is not None
    assert done.finished.tzinfo is UTC


def test_what_is_written_is_read(tmp_path: Path, manifest: MakeManifest) -> None:
    """Writing and reading is identity, over an older file too, and leaves no other file."""
    path = tmp_path / "manifest.json"
    manifest().write(path)
    wanted = manifest(outcome={"ann": "negative"}).again(at=NOON).ended("interrupted", at=NOON)
    wanted.write(path)
    assert Manifest.read(path) == wanted
    assert [file.name for file in tmp_path.iterdir()] == ["manifest.json"]


def test_a_write_that_fails_leaves_the_old_manifest(
    tmp_path: Path, manifest: MakeManifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader meets the old manifest, whole."""
    path = tmp_path / "manifest.json"
    manifest().write(path)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(RunFolderError, match="No space left on device"):
        manifest(status="failed").write(path)
    assert Manifest.read(path).status == "done"
    assert [file.name for file in tmp_path.iterdir()] == ["manifest.json"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "broken JSON"),
        ("[]", "wanted the manifest of a run"),
        ('{"schema_version": 1}', "name: Field required"),
        ('{"schema_version": 99, "novelty": 1}', r"got schema 99 \(a newer version of s3agents wrote it"),
    ],
)
def test_what_is_no_manifest_is_explained(tmp_path: Path, content: str, message: str) -> None:
    """Damaged, foreign and newer files are told apart."""
    path = tmp_path / "manifest.json"
    path.write_text(content)
    with pytest.raises(RunFolderError, match=message):
        Manifest.read(path)


def test_a_missing_manifest_is_explained(tmp_path: Path) -> None:
    """The file is named."""
    with pytest.raises(RunFolderError, match=r"manifest\.json: wanted the manifest of a run"):
        Manifest.read(tmp_path / "manifest.json")


def test_the_file_is_readable_json(tmp_path: Path, manifest: MakeManifest) -> None:
    """Times are UTC in ISO 8601."""
    manifest().write(tmp_path / "manifest.json")
    text = (tmp_path / "manifest.json").read_text(encoding="utf-8")
    assert json.loads(text)["started"] == "2026-01-01T00:00:00Z"
    assert text.startswith('{\n  "schema_version": 1,')
