"""Passes: what society and bare loop do in processes of their own, and that their figures fit each other."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from s3agents.bench.bare_loop import read_bodies
from s3agents.bench.bench import Bench
from s3agents.bench.counters import Counters, parse_metrics
from s3agents.bench.endpoint import Endpoint
from s3agents.bench.figures import pair_figures
from s3agents.bench.load import Load, trial_name
from s3agents.bench.outcomes import SocietyOutcome
from s3agents.bench.passes import Pair
from s3agents.bench.processes import run_child
from s3agents.bench.usage import descendants_cpu
from s3agents.errors import InputError, RunError
from s3agents.testing.stub_endpoint import StubEndpoint

USERS, TICKS = 40, 3


@pytest.fixture(scope="module")
def pair() -> Pair:
    """A small society beside the bare loop, over a stub of slots."""
    given = {"users": USERS, "ticks": TICKS, "concurrency": 4, "overrides": ("limits.lookahead=0",)}
    with Bench(Endpoint(latency=0.002, slots=4), given=given) as bench:
        made = bench.pair(bench.load())
        assert bench.pair(bench.load()) is made
        assert bench.pairs == [made]
        return made


def outcome(*, wall: float) -> SocietyOutcome:
    """An outcome that has been measured by nobody."""
    noughts = dict.fromkeys(
        ("faults", "prompt_tokens", "reply_tokens", "start_wall", "start_cpu", "nats_cpu", "workers_cpu"), 0
    )
    return SocietyOutcome(users=300, turns=300, calls=0, wall=wall, cpu=wall / 2, peak=2, base=1, ticks=(), **noughts)


def test_everybody_is_active_in_every_tick(pair: Pair) -> None:
    """Turns are what the society owes, each costs something, and none is invented."""
    society = pair.society.outcome
    assert (society.users, society.turns) == (USERS, USERS * TICKS)
    assert [(tick.tick, tick.turns) for tick in society.ticks] == [(tick + 1, USERS) for tick in range(TICKS)]
    assert society.calls >= society.turns
    assert society.bus == "nats"


def test_both_ask_for_the_same(pair: Pair) -> None:
    """As many requests of as many tokens, by the endpoint's own count and by the record's."""
    bare, society = pair.bare, pair.society
    assert bare is not None
    assert bare.outcome.requests == society.outcome.calls
    assert bare.outcome.failed == 0
    for name in ("prompt_tokens", "reply_tokens", "cache_queries", "cache_hits"):
        assert getattr(bare.counters, name) == getattr(society.counters, name) > 0
    assert society.counters.prompt_tokens == society.outcome.prompt_tokens == society.counters.cache_queries
    assert society.counters.reply_tokens == society.outcome.reply_tokens
    assert 0.0 < (society.counters.hit_rate or 0.0) < 1.0


def test_figures_add_up(pair: Pair) -> None:
    """Stages sum up to the processor time of the process, and so do ticks; modules are stages in detail."""
    society = pair.society.outcome
    assert sum(tick.cpu for tick in society.ticks) == pytest.approx(society.cpu)
    assert sum(tick.wall for tick in society.ticks) == pytest.approx(society.wall)
    assert sum(society.stages.values()) == pytest.approx(society.cpu, rel=0.05, abs=0.02)
    assert sum(society.modules.values()) == pytest.approx(sum(society.stages.values()), abs=1e-3)
    assert society.peak > society.base > 0
    assert society.nats_cpu is not None
    assert society.nats_cpu >= 0.0


def test_a_busy_endpoint_is_seen_to_be_busy(pair: Pair) -> None:
    """The bare loop keeps all slots taken for most of the time; a share is a share."""
    assert pair.bare is not None
    for made in (pair.bare, pair.society):
        assert 0.0 <= (made.full or 0.0) <= (made.load or 0.0) <= 1.0
    assert (pair.bare.load or 0.0) > 0.3


def test_a_pair_tells_all_its_figures(pair: Pair) -> None:
    """Names are unique; JSON takes all of it; nothing in it is a path."""
    figures = list(pair_figures(pair))
    assert len({figure.name for figure in figures}) == len(figures)
    text = orjson.dumps(pair.plain()).decode()
    assert "/tmp" not in text  # it is looked for
    assert orjson.loads(text)["ratio"] == pair.ratio


@pytest.mark.skipif(not Path("/proc/stat").exists(), reason="other processes are looked at in /proc")
def test_what_others_spend_is_seen_by_their_program() -> None:
    """A child of a child counts; who has ended does not."""
    spin = "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass\n"
    inner = f"import sys\n{spin}print('done', flush=True)\nsys.stdin.read()"
    outer = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {inner!r}])"
    with subprocess.Popen([sys.executable, "-c", outer], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"done\n"
        assert sum((descendants_cpu() or {}).values()) >= 0.3
        process.communicate()
    assert not descendants_cpu()


@pytest.fixture
def stub() -> Iterator[StubEndpoint]:
    """An endpoint that is not ours and keeps what it is asked."""
    with StubEndpoint(keep=10_000, model="theirs").running_in_thread() as endpoint:
        yield endpoint


def test_at_an_endpoint_of_others_every_body_is_sent_twice(stub: StubEndpoint) -> None:
    """Once by the society, once by the bare loop under the name of another trial, so that no prefix is known."""
    with Bench(Endpoint(url=stub.url, model="theirs"), given={"users": 20, "ticks": 2}) as bench:
        pair = bench.pair(bench.load())
    assert pair.bare is not None
    half = pair.society.outcome.calls
    told = [orjson.dumps(body) for body in stub.bodies]
    warming, society, bare = Counter(told[: -2 * half]), Counter(told[-2 * half : -half]), Counter(told[-half:])
    assert bare.total() == half == pair.bare.outcome.requests
    assert warming.total() >= 20, "a tick of a small society comes first"
    assert not society.keys() & bare.keys()
    assert not warming.keys() & (society | bare).keys()
    renamed = Counter(body.replace(trial_name(3).encode(), trial_name(2).encode()) for body in bare.elements())
    assert renamed == society


def test_workers_come_to_the_same_record(pair: Pair) -> None:
    """Two processes take the turns; what they spend is seen."""
    with Bench(Endpoint(), given={"users": USERS, "ticks": TICKS}) as bench:
        made = bench.society(bench.load(workers=2))
    assert made.outcome.fingerprint == pair.society.outcome.fingerprint
    assert made.outcome.workers_cpu is None or made.outcome.workers_cpu > 0.0


def test_a_society_of_rules_needs_no_endpoint() -> None:
    """It has no bare limit, and its readers are the share that was asked for."""
    with Bench(Endpoint(), given={}) as bench:
        load = bench.load(users=2_000, relations=8_600, posts=0, active=0.05, mode="rules", ticks=1)
        made = bench.society(load)
        (alone,) = bench.pairs
    assert (alone.bare, alone.ratio, alone.share) == (None, None, None)
    assert 0.05 <= made.outcome.turns / 2_000 <= 0.08
    assert made.outcome.calls == 0
    assert "rules" in alone.title
    if Path("/proc/stat").exists():
        assert (made.outcome.chroma_cpu or 0.0) >= 0.0
        peak = made.outcome.chroma_peak
        assert peak == 0 or peak > 10_000_000, "the process of Chroma, if it was up before the run was over"


def test_repeats_take_the_one_of_median_wall_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three runs, one outcome that is neither the fastest nor the slowest; its other figures are of the same run."""
    walls = iter((3.0, 1.0, 2.0))
    monkeypatch.setattr("s3agents.bench.bench.run_child", lambda job, tell: outcome(wall=next(walls)).plain())
    with Bench(Endpoint(), given={}, repeats=3) as bench:
        made = bench.society(bench.load(users=300, mode="rules", ticks=1))
    assert (made.outcome.wall, made.outcome.cpu) == (2.0, 1.0)
    assert next(walls, None) is None


def test_what_is_wrong_in_a_child_is_wrong_here() -> None:
    """Bad input is bad input, whichever process found it; a child that breaks is an error with its last words."""
    load = Load(users=5, mode="rules", overrides=("memory.recall=-1",)).plain()
    job: dict[str, Any] = {"kind": "society", "load": load, "url": None, "model": "m", "folder": "x", "bodies": None}
    with pytest.raises(InputError, match=r"memory\.recall"):
        run_child(job, lambda done, of: None)
    with pytest.raises(RunError, match="KeyError"):
        run_child({"kind": "no such kind"}, lambda done, of: None)


def test_bodies_come_back_under_the_name_of_another_trial(tmp_path: Path) -> None:
    """As long as they were."""
    file = tmp_path / "bodies"
    file.write_bytes(f'{{"a":"{trial_name(3)}: x"}}\n{{"b":1}}\n'.encode())
    assert read_bodies(file, was=3, trial=3) == [f'{{"a":"{trial_name(3)}: x"}}'.encode(), b'{"b":1}']
    assert read_bodies(file, was=3, trial=41)[0] == f'{{"a":"{trial_name(41)}: x"}}'.encode()
    assert len({len(trial_name(number)) for number in range(250)}) == 1


def test_metrics_are_read_as_vllm_writes_them() -> None:
    """With labels, comments and exponents; series of one name are summed; older names count as the newer."""
    page = """
# HELP vllm:prompt_tokens_total Number of prefill tokens processed.
# TYPE vllm:prompt_tokens_total counter
vllm:prompt_tokens_total{engine="0",model_name="a"} 1.2e+03
vllm:prompt_tokens_total{engine="1",model_name="a"} 300.0
vllm:gpu_prefix_cache_queries_total{model_name="a"} 1000
vllm:gpu_prefix_cache_hits_total{model_name="a"} 910
process_cpu_seconds_total 12.5
"""
    told = parse_metrics(page)
    assert told["vllm:prompt_tokens_total"] == 1500.0
    made = Counters.between({"process_cpu_seconds_total": 12.0, "vllm:prompt_tokens_total": 500.0}, told)
    assert (made.prompt_tokens, made.cpu_seconds, made.reply_tokens, made.full_seconds) == (1000.0, 0.5, None, None)
    assert made.hit_rate == 0.91
    assert Counters.between({}, {}).hit_rate is None


def test_a_child_ends_with_its_owner() -> None:
    """Whoever wanted the result is gone when the child's standard input ends, and nothing is left running."""
    load = Load(users=300, mode="rules", ticks=10_000, overrides=("bus=local", "memory.store=local")).plain()
    with tempfile.TemporaryDirectory() as folder:
        job = {"kind": "society", "load": load, "url": "", "model": "m", "folder": f"{folder}/run", "bodies": None}
        command = [sys.executable, "-m", "s3agents.bench.child"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(orjson.dumps(job) + b"\n")
            process.stdin.flush()
            assert b"done" in process.stdout.readline()
            process.stdin.close()
            assert process.wait(20) == -signal.SIGTERM
