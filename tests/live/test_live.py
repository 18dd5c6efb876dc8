"""The whole of ``breaking_news`` on 300 users against a real vLLM server, and its replay once the server is gone."""

from __future__ import annotations

import importlib.util
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from s3agents import Run
from s3agents.llm.completion import Completion
from s3agents.llm.reply_store import ReplyStore

pytestmark = [pytest.mark.live, pytest.mark.timeout(1800)]

ENV = os.environ.get("S3AGENTS_VLLM_ENV")
DATA = os.environ.get("S3AGENTS_DATA")


def beside(name: str) -> ModuleType:
    """A module in this folder."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def society_folder(folder: Path) -> Path:
    """The real Twitter society where it is there, else a made-up one of the same layout, of 400 users."""
    if DATA is not None:
        return Path(DATA) / "pheme"
    rng = np.random.default_rng(5)
    (folder / "dev").mkdir(parents=True)
    users = [{"user_id": f"u{n}", "description": f"Writes about subject {n % 7}."} for n in range(400)]
    (folder / "users.jsonl").write_text("\n".join(map(json.dumps, users)))
    edges = {(int(a), int(b)) for a, b in zip(rng.integers(0, 400, 1600), rng.zipf(1.6, 1600) % 400, strict=True)}
    (folder / "follows.csv").write_text("follower,followee\n" + "\n".join(f"u{a},u{b}" for a, b in edges if a != b))
    seed = {"case_id": "ch-552785375161499649", "kind": "source", "user_id": "u1", "text": "Shots heard downtown."}
    (folder / "dev" / "posts.jsonl").write_text(json.dumps(seed))
    return folder


def s3agents(*arguments: str) -> str:
    """The output of a command that must end well."""
    command = [str(Path(sys.executable).with_name("s3agents")), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1500)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


@pytest.mark.skipif(ENV is None, reason="S3AGENTS_VLLM_ENV names no environment with vLLM (.ci/vllm-env makes one)")
@pytest.mark.parametrize("pack", ["joint", "paper"])
def test_breaking_news_on_a_real_server(pack: str, tmp_path: Path) -> None:
    """Replies all parse, log probabilities arrive, every step is accounted for, and the replay equals the run."""
    data = society_folder(tmp_path / "data")
    with beside("vllm_server").vllm_server(Path(str(ENV)), tmp_path / "vllm.log") as url:
        s3agents("doctor", "--model-url", url, "--set", "model.name=tiny")
        s3agents(
            "run", "breaking_news", "-p", f"data={data}", "-o", str(tmp_path / "run"),
            "--model-url", url, "--model-name", "tiny", "--set", f"cognition.pack={pack}",
            "--set", "society.sample=300", "--set", "model.bound_text=true", "--set", "limits.post_chars=80",
            "--set", "model.max_tokens=320", "--set", "model.repairs=8", "--set", "model.bound_acts=true",
        )  # fmt: skip
    run = Run(tmp_path / "run")
    check_record(run, pack)
    check_replies(tmp_path / "run" / "replies.sqlite", run)
    s3agents("replay", str(tmp_path / "run"), "-o", str(tmp_path / "replay"))
    assert Run(tmp_path / "replay").fingerprint() == run.fingerprint()


def check_record(run: Run, pack: str) -> None:
    """No fault, probabilities that come from the endpoint, and every agent-step in its place."""
    ticks, turns = run.ticks(), run.turns()
    asked = turns[turns["mode"] == f"llm/{pack}"]
    assert run.manifest.status == "done"
    assert run.faults().empty
    assert len(asked) > 20
    assert (ticks.acted + ticks.inactive + ticks.faulted + ticks.not_exposed == 300).all()
    for name in ("p_positive", "p_calm", "p_forward"):
        assert asked[name].between(0.001, 0.999).mean() > 0.9, f"{name} of most turns comes from log probabilities"
    assert (asked.calls >= (1 if pack == "joint" else 3)).all()
    assert (asked.prompt_tokens > 100).all()


def check_replies(path: Path, run: Run) -> None:
    """Every single reply that came is JSON, also those whose choice could not be carried out and was asked again."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        kinds = dict(db.execute("SELECT kind, count(*) FROM replies GROUP BY kind"))
        keys = [key for (key,) in db.execute("SELECT key FROM replies")]
    assert set(kinds) == {"reply"}
    with ReplyStore(path, readonly=True) as store:
        results = [store.get(key) for key in keys]
    for result in results:
        assert isinstance(result, Completion)
        assert result.finish_reason == "stop"
        assert isinstance(json.loads(str(result.content)), dict)
        assert result.logprobs
    assert len(results) >= run.turns().calls.sum() > 0
