"""Busy ticks go through: a post to everybody, and a post by everybody, over a real NATS server and in memory.

A twentieth of the size by default; ``S3AGENTS_SLOW=1`` plays them in full: one post to 100,000 followers, and 200,000
posts in a tick. What they took is printed (``-s``).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCALE = 1.0 if os.environ.get("S3AGENTS_SLOW") else 0.05
SCRIPT = Path(__file__).with_name("busy_run.py")
MOST_MB = 250 + round(1_000 * SCALE)
"""Peak of the process that plays: the society itself, its posts once, and what the turns of a tick came to."""

MOST_SERVER_MB = 100 + round(500 * SCALE)
"""Peak of the NATS server."""


def played(kind: str, bus: str, folder: Path) -> dict[str, Any]:
    """What a busy run in a process of its own says of itself."""
    command = [sys.executable, str(SCRIPT), kind, bus, str(folder), str(SCALE)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"\n{kind} over {bus}, scale {SCALE:g}: {told}")
    return told


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", ["celebrity", "crowd"])
def test_a_busy_tick_goes_through(kind: str, tmp_path: Path) -> None:
    """On either bus, to the same record, in bounded memory; every post reaches every follower."""
    local, nats = (played(kind, bus, tmp_path / bus) for bus in ("local", "nats"))
    followers, posts = round(100_000 * SCALE), round(20_000 * SCALE) * 10
    if kind == "celebrity":
        assert local["posts"][0] == 1
        assert local["exposed"][1] == followers
    else:
        assert local["posts"][0] == posts
        assert local["exposed"][1] > 3 * posts
    assert local["fingerprint"] == nats["fingerprint"]
    assert max(local["peak_mb"], nats["peak_mb"]) < MOST_MB
    assert 0 < nats["server_mb"] < MOST_SERVER_MB
