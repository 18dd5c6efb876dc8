"""Individuals against a real vLLM server: emotion, texts and their perplexity, with both prompt packs."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = [pytest.mark.live, pytest.mark.timeout(1800)]

ENV = os.environ.get("S3AGENTS_VLLM_ENV")


def beside(name: str) -> ModuleType:
    """A module in this folder."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def data(folder: Path) -> Path:
    """Texts with levels of emotion, and posts with their most liked replies."""
    folder.mkdir()
    levels = [f"{n % 4},the price of bread rose again in week {n}" for n in range(40)]
    (folder / "levels.csv").write_text("level,text\n" + "\n".join(levels) + "\n")
    rows = [{"weibo": f"Bread is dearer in week {n}", "resp": [f"I bake my own since week {n}"]} for n in range(24)]
    (folder / "popular.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return folder


@pytest.mark.skipif(ENV is None, reason="S3AGENTS_VLLM_ENV names no environment with vLLM (.ci/vllm-env makes one)")
def test_individuals_on_a_real_server(tmp_path: Path) -> None:
    """No fault, probabilities from log probabilities, and a perplexity of what was written and of what users wrote."""
    command = [str(Path(sys.executable).with_name("s3agents")), "evaluate", "individual", str(data(tmp_path / "data"))]
    with beside("vllm_server").vllm_server(Path(str(ENV)), tmp_path / "vllm.log") as url:
        done = subprocess.run(
            [*command, "--model-url", url, "--model-name", "tiny", "--pack", "joint", "--pack", "paper",
             "--set", "model.bound_text=true", "--set", "model.max_tokens=640", "--set", "model.repairs=8",
             "--set", "model.bound_acts=true", "--json"],
            capture_output=True, text=True, timeout=1500,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    emotion, text = json.loads(done.stdout)["tasks"]
    for row in emotion["rows"][1:]:
        assert row["faults"] == {}
        assert row["scores"]["n_ranked"] == 40
        assert row["usage"]["prompt_tokens"] > 40 * 100
    assert text["perplexity_by"] == "tiny"
    for row in (*text["rows"], text["real"]):
        assert row["faults"] == {}
        assert row["n"] == 24
        # a random model finds every one of its tokens about as likely
        assert 300 < row["perplexity"]["value"] < 30_000
