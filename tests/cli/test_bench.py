"""``s3agents bench``: tables, JSON, rows with their targets, and what it refuses.

Passes are measured for real in ``tests/bench``; here but one is, and the others are made up.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from s3agents.bench.load import Load
from s3agents.bench.outcomes import BareOutcome, SocietyOutcome, TickCost
from s3agents.bench.rows import QUICK, ROWS
from s3agents.bench.stages import STAGES
from s3agents.testing.command_line import Command
from s3agents.testing.stub_endpoint import StubEndpoint

SMALL = ("--users", "30", "--ticks", "2", "--concurrency", "8")


@pytest.fixture
def bench(s3agents: Command) -> Command:
    """``s3agents bench``, run in a folder of its own."""
    return partial(s3agents, "--log-level", "error", "bench")


@pytest.fixture
def stub() -> Iterator[StubEndpoint]:
    """An endpoint of no latency that is not ours."""
    with StubEndpoint(model="theirs").running_in_thread() as endpoint:
        yield endpoint


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The jobs of children, none of which is run: a turn takes 2 ms of wall and 1 ms of CPU, a request half of it."""
    jobs: list[dict[str, Any]] = []

    def child(job: dict[str, Any], tell: Any) -> dict[str, Any]:
        jobs.append(job)
        if job["kind"] == "bare":
            return BareOutcome(requests=60, failed=0, sent=1, wall=0.06, cpu=0.03).plain()
        load = Load.from_plain(job["load"])
        asks = load.mode == "llm"
        ticks = [TickCost(tick=t + 1, turns=load.users, wall=0.002, cpu=0.001 * load.users) for t in range(load.ticks)]
        turns = load.users * load.ticks
        return SocietyOutcome(
            users=load.users,
            turns=turns,
            calls=turns * asks,
            faults=0,
            prompt_tokens=0,
            reply_tokens=0,
            wall=0.002 * turns,
            cpu=0.001 * turns,
            start_wall=1.0,
            start_cpu=1.0,
            nats_cpu=0.1,
            workers_cpu=0.1 if load.workers else 0.0,
            peak=10**8 + 5_000 * load.users,
            base=10**7,
            ticks=tuple(ticks),
            stages=dict.fromkeys(STAGES, 0.1),
            bus="nats",
            lookahead=0 if "limits.lookahead=0" in load.overrides else 8 * asks,
        ).plain()

    monkeypatch.setattr("s3agents.bench.bench.run_child", child)
    return jobs


def rows(table: str) -> dict[str, list[str]]:
    """The cells of tables by the first of their row."""
    lines = [[cell.strip() for cell in line.strip("│").split("│")] for line in table.splitlines() if "│" in line]
    return {name: cells for name, *cells in lines}


def test_a_society_beside_the_bare_loop(bench: Command) -> None:
    """Measured in earnest: one table, both sides of what both have, and stages of the society."""
    done = bench(*SMALL, "--latency", "0.001", "--slots", "8")
    assert done.code == 0, done.err
    assert "30 users, 2 ticks, stub of 1 ms, 8 slots, 8 at once" in done.out
    shown = rows(done.out)
    assert shown["turns"] == ["-", "60"]
    assert shown["requests"][0] == shown["requests"][1]
    assert shown["as a ratio to the bare loop"][0] == "1.00"
    assert {"render", "parse", "model client", "recall", "bus", "commit", "agent", "other"} <= shown.keys()
    assert "cores" in done.err
    assert not os.listdir(), "nothing is left where it was called"


def test_without_options_the_quick_rows_are_measured(bench: Command, made_up: list[dict[str, Any]]) -> None:
    """The rate beside the bare loop once, whoever needs it, memory by a smaller society, and the long one by itself."""
    done = bench()
    assert done.code == 0, done.err
    sizes = [(job["kind"], job.get("load", {}).get("users"), job.get("bodies") is not None) for job in made_up]
    assert sizes == [
        ("society", 1_000, True),
        ("society", 1_000, False),
        ("bare", None, True),
        ("society", 250, False),
        ("society", 1_000, False),
    ]
    shown = rows(done.out)
    assert shown["memory of an agent more"] == ["-", "5.0 KB"]
    assert shown["rate"] == ["turns a second in one process, endpoint of 0 ms", "≥ 800 /s", "500 /s"]
    assert shown["turn"] == ["CPU of an LLM turn in tick 1, at most", "≤ 1.000 ms", "1.000 ms"]
    assert {"in tick 1", "in tick 50"} <= shown.keys(), "of the society whose ticks are kept apart"


def test_json_has_everything(bench: Command, made_up: list[dict[str, Any]]) -> None:
    """Targets with what is wanted, met or not, and the passes that they were made of, with all ticks."""
    done = bench(*SMALL, "--row", "rate", "--row", "turn", "--row", "tokens", "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert [row["row"] for row in told["rows"]] == ["rate", "turn", "tokens"]
    (rate,) = told["rows"][0]["targets"]
    assert (rate["wanted"], rate["better"], rate["met"], rate["measured"]) == (800.0, "least", False, 500.0)
    assert [target["met"] for target in told["rows"][1]["targets"]] == [True, True, False, False, True, False]
    paired, alone = told["passes"]
    assert (paired["ratio"], paired["bare"]["requests"], alone["bare"]) == (2.0, 60, None)
    assert [tick["turns"] for tick in alone["society"]["ticks"]] == [30, 30]
    assert told["machine"]["cores"] >= 1
    assert os.getcwd() not in done.out


def test_any_endpoint_will_do(bench: Command, stub: StubEndpoint, made_up: list[dict[str, Any]]) -> None:
    """Its only model is found; the rows that are of an endpoint are measured at it, under two trials' names."""
    done = bench(*SMALL, "--model-url", f"{stub.url}/", "--row", "vllm", "--row", "tokens")
    assert done.code == 0, done.err
    assert f"theirs at {stub.url}" in done.out.replace("\n", "")
    shown = rows(done.out)
    assert shown["vllm"][1:] == ["≥ 95.0 %", "50.0 %"]
    assert shown["tokens"][:2] == ["prefix-cache hits", "≥ 80.0 %"]
    warming, society, bare = made_up
    assert (warming["load"]["ticks"], warming["bodies"]) == (1, None)
    assert len({warming["load"]["trial"], society["load"]["trial"], bare["trial"]}) == 3
    assert society["load"]["trial"] == bare["was"]
    assert society["model"] == "theirs"


def test_rows_of_the_stub_stay_with_the_stub(bench: Command, stub: StubEndpoint, made_up: list[dict[str, Any]]) -> None:
    """Whatever endpoint is named: their targets are of its latencies and slots."""
    done = bench("--users", "30", "--model-url", stub.url, "--row", "slow-endpoint", "--row", "stragglers")
    assert done.code == 0, done.err
    assert {job["model"] for job in made_up if job["kind"] == "society"} == {"stub"}
    assert {job["concurrency"] for job in made_up if job["kind"] == "bare"} == {256, 128}
    overrides = [job["load"]["overrides"] for job in made_up if job["kind"] == "society" and not job["bodies"]]
    assert overrides == [(), ("limits.lookahead=0",), ()]


def test_workers_share_the_turns_of_a_society(bench: Command, made_up: list[dict[str, Any]]) -> None:
    """What they would send comes from a rehearsal without any."""
    done = bench("--users", "40", "--ticks", "2", "--workers", "3")
    assert done.code == 0, done.err
    assert "3 workers" in done.out
    workers = [(job["load"]["workers"], job["bodies"] is not None) for job in made_up if job["kind"] == "society"]
    assert workers == [(None, True), (3, False), (3, False)]


def test_workers_may_ask_any_endpoint(bench: Command, stub: StubEndpoint, made_up: list[dict[str, Any]]) -> None:
    """The rehearsal is then over that endpoint too; each pass is a trial of its own."""
    done = bench("--users", "40", "--ticks", "2", "--workers", "3", "--model-url", stub.url)
    assert done.code == 0, done.err
    warming, rehearsal, society, bare = made_up
    workers = [(job["load"]["workers"], job["bodies"] is not None) for job in (warming, rehearsal, society)]
    assert workers == [(None, False), (None, True), (3, False)]
    assert (bare["bodies"], bare["was"]) == (rehearsal["bodies"], rehearsal["load"]["trial"])
    assert len({bare["trial"], *(job["load"]["trial"] for job in (warming, rehearsal, society))}) == 4


def test_societies_of_rules_have_rows_too(bench: Command, made_up: list[dict[str, Any]]) -> None:
    """Ticks and memory, with no endpoint and no bare limit; sizes by option."""
    done = bench("--users", "400", "--row", "million", "--row", "nuclear")
    assert done.code == 0, done.err
    shown = rows(done.out)
    assert shown["million"] == ["longest tick", "≤ 60.00 s", "0.00 s"]
    assert shown["nuclear"] == ["longest tick", "≤ 6.00 s", "0.00 s"]
    assert "as a ratio to the bare loop" not in shown
    million, nuclear = (job["load"] for job in made_up)
    assert (million["relations"], million["active"], nuclear["like"]) == (1_720, 0.05, "s3-nuclear")


def test_all_rows_can_be_measured_together(bench: Command, made_up: list[dict[str, Any]]) -> None:
    """But for what needs an endpoint of one's own."""
    done = bench("--users", "20", "--all", "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert [row["row"] for row in told["rows"]] == [name for name in ROWS if name != "vllm"]
    assert made_up


def test_rows_can_be_listed(bench: Command) -> None:
    """All of them, each with what it measures; those of the quick set are among them."""
    done = bench("--list")
    assert done.code == 0
    assert set(ROWS) <= rows(done.out).keys()
    assert set(QUICK) <= ROWS.keys()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--row", "speed"), "--row: wanted one of turn, rate"),
        (("--model-url", "ftp://x"), "--model-url: wanted http://"),
        (("--model-url", "http://127.0.0.1:9/v1"), "an endpoint that answers"),
        (("--model-name", "m"), "--model-url with it"),
        (("--model-url", "http://127.0.0.1:9/v1", "--latency", "1"), "options of the stub"),
        (("--distribution", "normal"), "constant, lognormal, pareto"),
        (("--users", "5", "--set", "memory.recal=1"), "memory.recal"),
        (("--users", "5", "--set", "memory"), "KEY=VALUE"),
        (("--users", "0"), "--users"),
        (("--mode", "rules", "--row", "rate"), "--mode: wanted llm for row rate"),
        (("--users", "5", "--mode", "fitted"), "learnt"),
    ],
)
def test_what_is_wrong_is_said_in_one_message(bench: Command, arguments: tuple[str, ...], said: str) -> None:
    """Exit code 2, and nothing on standard output."""
    done = bench(*arguments)
    assert (done.code, done.out) == (2, ""), done.err
    assert said in done.err.replace("\n", " ")


def test_a_model_that_is_not_served_is_named(bench: Command, stub: StubEndpoint) -> None:
    """With those that are."""
    done = bench("--model-url", stub.url, "--model-name", "other")
    assert done.code == 2
    assert "one of theirs" in done.err
