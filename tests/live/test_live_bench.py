"""``s3agents bench`` at a real vLLM server: counters by its names, both sides of one figure."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ENV = os.environ.get("S3AGENTS_VLLM_ENV")

pytestmark = [
    pytest.mark.live,
    pytest.mark.timeout(900),
    pytest.mark.skipif(ENV is None, reason="S3AGENTS_VLLM_ENV names no environment with vLLM (.ci/vllm-env makes one)"),
]


def test_a_society_beside_the_bare_loop_at_a_real_server(tmp_path: Path) -> None:
    """All requests are answered, as many tokens are counted by the server as by the record, and prefixes are found."""
    spec = importlib.util.spec_from_file_location("vllm_server", Path(__file__).with_name("vllm_server.py"))
    assert spec is not None
    assert spec.loader is not None
    servers = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(servers)
    options = ["--users", "60", "--ticks", "2", "--set", "model.bound_text=true", "--row", "vllm", "--row", "tokens"]
    with servers.vllm_server(Path(str(ENV)), tmp_path / "vllm.log") as url:
        command = [sys.executable, "-m", "s3agents", "bench", "--model-url", url, *options, "--json"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=800)
    assert done.returncode == 0, done.stderr[-4000:]
    told = json.loads(done.stdout)
    (made,) = told["passes"]
    bare, society = made["bare"], made["society"]
    assert (society["turns"], bare["requests"], bare["failed"]) == (120, society["calls"], 0)
    assert society["counters"]["prompt_tokens"] == society["prompt_tokens"]
    assert bare["counters"]["prompt_tokens"] == society["counters"]["prompt_tokens"]
    assert 0.3 < bare["hit_rate"] < 1.0
    assert abs(bare["hit_rate"] - society["hit_rate"]) < 0.15, "neither profits from what is cached for the other"
    print(f"\n  rate as a share of the bare loop's: {told['rows'][0]['targets'][0]['measured']:.2f}")
