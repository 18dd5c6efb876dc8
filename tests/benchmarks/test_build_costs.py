"""What a build costs: time and memory, printed (``pytest -m benchmark``); S3AGENTS_BENCH_POSTS sets the size."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from s3agents import Society

pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc"),
]

POSTS = int(os.environ.get("S3AGENTS_BENCH_POSTS", "100000"))
USERS = POSTS // 10
EDGES = POSTS
MOST_BYTES = 1_000_000_000

_RUN = """
import sys
from s3agents.cli.main import run_command
code = run_command(sys.argv[1:])
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
sys.exit(code)
"""
_FILLER = "words that say nothing in particular but have to be read and looked through all the same"


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Prints a figure, whether or not pytest captures output."""

    def printed(text: str) -> None:
        with capsys.disabled():
            print(f"\n  {text}", end="")

    return printed


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Raw tables: a tenth as many users as posts, as many edges; one post in ten is on the topic, some are broken."""
    folder = tmp_path_factory.mktemp("raw")
    rng = np.random.default_rng(5)
    with (folder / "users.jsonl").open("w", encoding="utf-8") as file:
        counts = rng.integers(0, 5000, (USERS, 3)).tolist()
        for n, (followers, followees, posts) in enumerate(counts):
            file.write(
                f'{{"user_id":"user{n}","gender":"female","age":{20 + n % 50},"bio":"I am number {n}.",'
                f'"followers_count":{followers},"followees_count":{followees},"posts_count":{posts}}}\n'
            )
    with (folder / "follows.csv").open("w", encoding="utf-8") as file:
        file.write("follower,followee\n")
        ends = rng.integers(0, USERS + 10, (EDGES, 2)).tolist()
        file.writelines(f"user{a},user{b}\n" for a, b in ends)
    with (folder / "posts.jsonl").open("w", encoding="utf-8") as file:
        authors = (USERS * rng.random(POSTS) ** 2).astype(int).tolist()
        for n, author in enumerate(authors):
            topic = "nuclear power" if author % 20 == 0 else "the weather"
            file.write(
                f'{{"post_id":"{10**17 + n}","user_id":"user{author}","text":"On {topic}, {n}: {_FILLER}",'
                f'"time":{1_420_000_000 + n},"kind":"post","parent_id":"{10**17 + n // 3}"}}\n'
            )
    return folder


def _cpu() -> float:
    """Seconds of CPU of the processes that this one has waited for."""
    spent = os.times()
    return spent.children_user + spent.children_system


def test_cost_of_a_build(raw: Path, tmp_path: Path, say: Callable[[str], None]) -> None:
    """Time and peak memory of a build in a process of its own; what it writes loads without anything dropped."""
    out = tmp_path / "society"
    begun, cpu = time.perf_counter(), _cpu()
    command = ("build", str(raw), "-o", str(out), "--layout", "tables", "-k", "nuclear", "--json")
    done = subprocess.run([sys.executable, "-c", _RUN, *command], capture_output=True, text=True, check=True)
    took, cpu = time.perf_counter() - begun, _cpu() - cpu
    peak = 1024 * int(done.stdout.splitlines()[-1])
    size = f"{POSTS:,} posts, {USERS:,} users, {EDGES:,} edges"
    say(f"build of {size}: {took:.1f} s ({cpu:.1f} s of CPU), peak {peak / 1e6:,.0f} MB")
    assert peak < MOST_BYTES
    assert len(Society.load(out, strict=True)) > 0
