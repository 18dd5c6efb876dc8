"""The command line: what each command does, its exit codes, and that bad input changes nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import yaml

from s3agents import Run
from s3agents.testing.command_line import Command
from s3agents.testing.stub_endpoint import StubEndpoint


@pytest.fixture(scope="module")
def stub() -> Iterator[StubEndpoint]:
    """An endpoint of no latency."""
    with StubEndpoint().running_in_thread() as endpoint:
        yield endpoint


def society(folder: Path, users: str = '{"user_id": "a"}\n{"user_id": "b"}\n', follows: str = "a,b\n") -> Path:
    """The folder of a small society."""
    folder.mkdir()
    (folder / "users.jsonl").write_text(users)
    (folder / "follows.csv").write_text(f"follower,followee\n{follows}")
    return folder


def scenario(folder: Path, **changes: object) -> Path:
    """A scenario file over the society beside it."""
    file = folder / "scenario.yaml"
    base = {
        "name": "mine",
        "topic": "A topic.",
        "question": "Yes?",
        "ticks": 3,
        "society": {"path": "society"},
        "seeds": [{"author": "b", "text": "Hello.", "attitude": "positive"}],
        "bus": "local",
    }
    file.write_text(yaml.safe_dump({**base, **changes}))
    return file


def test_the_demo_runs_shows_and_exports(s3agents: Command, tmp_path: Path) -> None:
    """``run`` plays the bundled demo, says where the results lie, and the other commands read them."""
    done = s3agents("run")
    assert done.code == 0
    assert "karate_club: done" in done.out
    assert "against what really happened" in done.out
    (folder,) = (tmp_path / "runs").iterdir()
    assert f"results: runs/{folder.name}" in done.err
    shown = s3agents("show", str(folder), "--json")
    assert json.loads(shown.out)["comparison"]["compared"] == 34
    assert s3agents("show", str(folder), "--fingerprint").out.strip() == Run(folder).fingerprint()
    exported = s3agents("export", str(folder), "-f", "csv", "-o", "tables")
    assert exported.code == 0
    assert len(pd.read_csv(tmp_path / "tables" / "turns.csv")) == len(Run(folder).turns())
    assert s3agents("export", str(folder), "-f", "csv", "-o", "tables").code == 2
    assert s3agents("export", str(folder), "-f", "graphml").code == 0
    assert (folder / "export-graphml" / "diffusion.graphml").is_file()


def test_a_model_run_replays_without_its_endpoint(s3agents: Command, stub: StubEndpoint) -> None:
    """A run with a model leaves its replies; the replay asks nobody and has the same record."""
    arguments = ("--model-url", stub.url, "--model-name", "stub", "--ticks", "4", "--bus", "local")
    assert s3agents("run", "karate_club", "-o", "first", *arguments).code == 0
    asked = stub.requests
    assert asked > 0
    replayed = s3agents("replay", "first", "-o", "second")
    assert replayed.code == 0
    assert "the replay equals the run" in replayed.out
    assert stub.requests == asked
    assert Run("first").fingerprint() == Run("second").fingerprint()


def test_the_only_model_of_an_endpoint_needs_no_name(s3agents: Command, stub: StubEndpoint) -> None:
    """Without a name the one model that is served is taken; a name that is not served is wrong input."""
    done = s3agents("run", "-o", "run", "--ticks", "2", "--model-url", stub.url)
    assert done.code == 0
    assert Run("run").scenario["model"]["name"] == "stub"
    other = s3agents("run", "-o", "other", "--model-url", stub.url, "--model-name", "gpt-9")
    assert other.code == 2
    assert "wanted one of stub" in other.err


def test_a_failed_run_says_how_to_go_on(s3agents: Command, stub: StubEndpoint) -> None:
    """The folder of a run that failed, was stopped or was killed is named with the command that goes on with it."""
    done = s3agents("run", "-o", "run", "--ticks", "4", "--model-url", stub.url, "--set", "model.budget=3000")
    assert done.code == 1
    assert "s3agents resume run" in done.err
    assert "continue with: s3agents resume run" in s3agents("show", "run").err
    small = s3agents("resume", "run", "--budget", "10")
    assert small.code in {1, 2}
    assert s3agents("resume", "run", "--budget", "9000000").code == 0


def test_posts_cannot_steer_the_terminal(s3agents: Command, tmp_path: Path) -> None:
    """Control sequences, markup and emoji codes of a post are shown as harmless text."""
    society(tmp_path / "society")
    text = "\x1b[2J\x1b]0;title\x07[red]X[/b] :smile:"
    scenario(tmp_path, seeds=[{"author": "b", "text": text}], cognition={"rules": {"forward": 1.0}})
    done = s3agents("run", "scenario.yaml", "-o", "run")
    assert done.code == 0
    assert "[red]X[/b] :smile:" in done.out
    assert "\x1b[2J" not in done.out
    assert "\x07" not in done.out


def test_a_dead_endpoint_is_a_failure_that_can_be_mended(s3agents: Command, stub: StubEndpoint) -> None:
    """With nobody at the address the run fails with 1 and says so; once there is somebody, resume ends it."""
    quick = ("--set", "model.retries=1", "--set", "model.patience=2")
    done = s3agents("run", "-o", "run", "--ticks", "3", "--model-url", "http://127.0.0.1:9/v1", *quick)
    assert done.code == 1
    assert "turns failed" in done.err
    assert "connection" in done.err
    assert Run("run").manifest.status == "failed"
    assert len(Run("run").ticks()) == 1
    assert not Run("run").faults().empty
    assert s3agents("resume", "run", "--model-url", stub.url).code == 0
    assert Run("run").manifest.status == "done"
    assert Run("run").faults().empty


def test_validate_and_doctor(s3agents: Command, stub: StubEndpoint) -> None:
    """``validate`` accepts the demo; ``doctor`` checks all four things, and an unknown model is found out."""
    assert "is valid" in s3agents("validate", "karate_club").out
    healthy = s3agents("doctor", "--model-url", stub.url, "--set", "model.name=stub")
    assert healthy.code == 0
    assert healthy.out.count("ok") >= 4
    sick = s3agents("doctor", "--model-url", stub.url, "--set", "model.name=other")
    assert sick.code == 1
    assert "not 'other'" in sick.out


def test_vllm_prints_its_command(s3agents: Command) -> None:
    """``vllm --print`` shows a command with this workload's flags, and hands further options on."""
    done = s3agents("vllm", "some/model", "--print", "--max-num-seqs", "7")
    assert done.code == 0
    assert done.out.startswith("vllm serve some/model")
    assert "--enable-prefix-caching" in done.out
    assert "--max-num-seqs 7" in done.out


@pytest.mark.parametrize("name", ["run", "resume", "replay", "show", "export", "validate", "doctor", "vllm"])
def test_help_has_an_example(name: str, s3agents: Command) -> None:
    """Every command's help tells what it does, with an example."""
    done = s3agents(name, "--help")
    assert done.code == 0
    assert f"s3agents {name}" in done.out


def test_loading_is_accounted_for(s3agents: Command, tmp_path: Path) -> None:
    """Rows that are left out are shown with their reason, and are an error with ``--strict``."""
    society(tmp_path / "society", follows="a,b\na,b\na,a\nghost,b\n")
    scenario(tmp_path)
    done = s3agents("run", "scenario.yaml", "-o", "run")
    assert done.code == 0
    for reason in ("duplicate", "self", "ghost"):
        assert reason in done.err
    strict = s3agents("run", "scenario.yaml", "-o", "strict", "--strict")
    assert strict.code == 2
    assert not (tmp_path / "strict").exists()


BAD = {
    "an unknown command": ("walk",),
    "an unknown option": ("run", "--colour", "red"),
    "an unknown scenario": ("run", "atlantis"),
    "a folder without scenario": ("run", "."),
    "an override that is none": ("run", "--set", "ticks"),
    "an unknown key": ("run", "--set", "tikcs=3"),
    "negative ticks": ("run", "--ticks", "-1"),
    "ticks of no number": ("run", "--ticks", "many"),
    "an unknown bus": ("run", "--bus", "pigeon"),
    "a parameter not declared": ("run", "-p", "x=1"),
    "a parameter that is none": ("run", "-p", "x"),
    "a parameter not given": ("run", "breaking_news"),
    "data that are not there": ("run", "breaking_news", "-p", "data=nowhere"),
    "an unknown prompt pack": ("run", "--model-url", "http://127.0.0.1:9/v1", "--set", "cognition.pack=nonsense"),
    "a seed of nobody": ("run", "--set", "seeds.0.author=nobody"),
    "a group of nobody": ("run", "--set", 'cognition.groups=[{name: g, users: ["99"]}]'),
    "a comparison with nothing": ("run", "--set", "compare.attribute=shoes"),
    "a mode without endpoint": ("run", "--set", "cognition.mode=llm"),
    "an embedder that does not import": ("run", "--set", "memory.embedder={kind: langchain, path: 'no.where:X'}"),
    "an unknown backend": ("run", "--set", "cognition.mode=llm", "--set", "model.backend=no.where:X"),
    "a run that is none": ("show", "nowhere"),
    "a resumption of nothing": ("resume", "nowhere"),
    "a replay of nothing": ("replay", "nowhere"),
    "an unknown format": ("export", "nowhere", "-f", "xml"),
    "an unknown networkx graph": ("run", "--set", "society.networkx=nonsense"),
    "vllm where there is none": ("vllm", "some/model"),
}


@pytest.mark.parametrize("kind", sorted(BAD))
def test_bad_input_leaves_with_2_and_nothing_behind(
    kind: str, s3agents: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One clear message, no traceback, exit code 2, and no folder made."""
    monkeypatch.setenv("PATH", str(tmp_path))
    done = s3agents(*BAD[kind])
    assert done.code == 2
    assert done.err.startswith("error: ")
    assert "Traceback" not in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_used_folder_is_left_untouched(s3agents: Command, tmp_path: Path) -> None:
    """A run into a folder with something in it is refused, and the something stays as it was."""
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "thesis.txt").write_text("mine")
    assert s3agents("run", "-o", "taken").code == 2
    assert [f.read_text() for f in (tmp_path / "taken").iterdir()] == ["mine"]


def test_without_a_server_program_the_bus_is_local(s3agents: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no nats-server is to be had, ``run`` says so in a line and goes on in memory."""
    monkeypatch.setattr("s3agents.wiring.find_nats_server", lambda: None)
    done = s3agents("run", "-o", "run", "--ticks", "2")
    assert done.code == 0
    assert "no nats-server program found" in done.err
    assert Run("run").manifest.bus == "local"


def test_the_console_script_is_installed() -> None:
    """The command is there by name, tells its version, and reads exit codes as the shell does."""
    program = Path(sys.executable).with_name("s3agents")
    if not program.exists():
        pytest.skip("the project is not installed in this environment")
    shown = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    assert shown.stdout.startswith("s3agents ")
    assert subprocess.run([program, "show", "nowhere"], capture_output=True).returncode == 2
