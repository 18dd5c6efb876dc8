"""The commands that look at endpoints look at those of groups as well."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3agents.testing.command_line import Command, command_line
from s3agents.testing.stub_endpoint import StubEndpoint

SCENARIO = """
name: two
topic: A test.
question: Is it?
ticks: 2
society: {{networkx: karate_club}}
seeds: [{{author: "0", text: Hello.}}]
cognition: {{mode: llm, groups: [{{name: loud, share: 0.5, model: {{url: "{other}"}}}}]}}
model: {{url: "{url}"}}
memory: {{store: local}}
bus: local
"""


@pytest.fixture
def s3agents(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command line."""
    monkeypatch.setenv("COLUMNS", "300")
    return command_line(capsys.readouterr)


def test_models_are_settled_at_each_endpoint(s3agents: Command, tmp_path: Path) -> None:
    """Each endpoint's only model is taken; one that an endpoint does not serve is named with its key."""
    file = tmp_path / "scenario.yaml"
    with StubEndpoint(model="one").running_in_thread() as stub, StubEndpoint(model="two").running_in_thread() as other:
        file.write_text(SCENARIO.format(url=stub.url, other=other.url))
        done = s3agents("run", str(file), "-o", str(tmp_path / "run"))
        assert done.code == 0, done.err
        assert f"model: one, the only one at {stub.url}" in done.err
        assert f"model: two, the only one at {other.url}" in done.err
        assert {body["model"] for body in other.bodies} == {"two"}
        wrong = s3agents("run", str(file), "--set", "cognition.groups.0.model.name=three", "-o", str(tmp_path / "no"))
        assert wrong.code == 2
        assert "cognition.groups.0.model.name: wanted one of two, got 'three'" in wrong.err
        asked = s3agents("doctor", str(file), "--set", "model.name=one", "--set", "cognition.groups.0.model.name=two")
        assert f"{stub.url} serves one; {other.url} serves two" in asked.out


def test_validate_looks_at_the_endpoints_of_groups(s3agents: Command, tmp_path: Path) -> None:
    """A group's address that is none is told before anything runs."""
    file = tmp_path / "scenario.yaml"
    file.write_text(SCENARIO.format(url="http://127.0.0.1:9/v1", other="ftp://nowhere"))
    done = s3agents("validate", str(file))
    assert done.code == 2
    assert "ftp://nowhere" in done.err
