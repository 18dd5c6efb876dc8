"""What can grow has a limit: at the limit a run ends with one message, and goes on when it is given more room."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3agents import Simulation
from s3agents.agents.inbox import bounded
from s3agents.bus.local import LocalBus
from s3agents.config import Scenario
from s3agents.config.scenario import ROOM
from s3agents.errors import BusError, ConfigError, MemoryStoreError, RecordError, S3AgentsError
from s3agents.events import Delivery, Source
from s3agents.testing.bus_contract import a_post, opened, received, shard
from s3agents.testing.command_line import command_line
from s3agents.testing.societies import lively_scenario, society_of
from s3agents.testing.stub_endpoint import StubEndpoint

USERS = 60
SOCIETY = society_of(USERS, [(a, b) for a in range(USERS) for b in range(a % 3, USERS, 3) if a != b])


def inbox_of(authors: int) -> list[Delivery]:
    """A post of each of so many authors."""
    return [Delivery(post=a_post(f"u{n}"), source=Source.FOLLOWEE) for n in range(authors)]


@given(posts=st.integers(0, 40), most=st.integers(1, 40), cut=st.integers(0, 40))
def test_an_inbox_may_be_cut_as_it_comes(posts: int, most: int, cut: int) -> None:
    """Law: a part that is cut before the rest comes leaves the same posts as the whole that is cut at the end."""
    whole = inbox_of(posts)
    kept = list(bounded(whole, seed=7, reader="me", tick=1, most=most))
    first = bounded(whole[:cut], seed=7, reader="me", tick=1, most=most)
    assert list(bounded([*first, *whole[cut:]], seed=7, reader="me", tick=1, most=most)) == kept
    assert len(kept) == min(posts, most)
    assert [delivery for delivery in whole if delivery in kept] == kept


def test_other_readers_get_other_posts() -> None:
    """Who is left out hangs on the reader and the tick: no author is left out by all."""
    whole = inbox_of(30)
    parts = [bounded(whole, seed=7, reader=f"r{n}", tick=1, most=3) for n in range(40)]
    assert {delivery.post.author for part in parts for delivery in part} == {delivery.post.author for delivery in whole}


def test_replicates_leave_out_other_posts(tmp_path: Path) -> None:
    """Which posts a full inbox takes is drawn from the seed of the run, before its reader's turn and at it."""
    society = society_of(40, [(0, author) for author in range(1, 40)])
    delivered = []
    for seed in range(4):
        scenario = lively_scenario([f"u{n}" for n in range(1, 40)], ticks=2, limits={"inbox": 5}, seed=seed)
        run = Simulation(scenario, society, out=tmp_path / str(seed)).run()
        delivered.append(frozenset(run.exposures()["post"]))
    assert [len(posts) for posts in delivered] == [5] * 4
    assert len(set(delivered)) == 4


@pytest.mark.parametrize("bus", ["local", "nats"])
def test_a_full_inbox_takes_a_part(bus: str, tmp_path: Path) -> None:
    """Nobody gets more than the limit in a tick, and it is the same part whatever the bus and its batches."""
    society = society_of(40, [(0, author) for author in range(1, 40)])
    scenario = lively_scenario([f"u{n}" for n in range(1, 40)], ticks=3, limits={"inbox": 5}, bus=bus)
    run = Simulation(scenario, society, out=tmp_path / "run").run()
    assert run.ticks()["exposures"].tolist()[1] == 5
    again = Simulation(scenario.model_copy(update={"bus": "local"}), society, out=tmp_path / "again").run()
    assert again.fingerprint() == run.fingerprint()


def ended_and_resumed(
    scenario: Scenario, folder: Path, wanted: type[S3AgentsError], message: str, room: Mapping[str, Any]
) -> str:
    """Fingerprint of a run that ends with ``message``, and is then given ``room``."""
    with pytest.raises(wanted, match=message):
        Simulation(scenario, SOCIETY, out=folder).run()
    return Simulation.resume(folder, SOCIETY, changes=room).run().fingerprint()


def half(file: Path) -> float:
    """Gigabytes that are half of what a run needs."""
    return file.stat().st_size / 2e9


def test_a_full_record_ends_the_run_and_room_lets_it_go_on(tmp_path: Path) -> None:
    """With the limit in the message, and the same record in the end."""
    authors = [f"u{n}" for n in range(6)]
    whole = Simulation(lively_scenario(authors), SOCIETY, out=tmp_path / "whole").run()
    small = lively_scenario(authors, limits={"record_gb": half(whole.record)})
    found = ended_and_resumed(
        small, tmp_path / "run", RecordError, r"full \(.*limits\.record_gb.*resume", {"limits.record_gb": 1.0}
    )
    assert found == whole.fingerprint()


def test_a_full_record_of_replies_ends_the_run_and_room_lets_it_go_on(tmp_path: Path) -> None:
    """What was recorded is not asked for again."""
    with StubEndpoint().running_in_thread() as stub:
        changes = {"cognition": {"mode": "llm"}, "model": {"url": stub.url, "concurrency": 8}, "ticks": 4}
        whole = Simulation(lively_scenario(["u0", "u1"], **changes), SOCIETY, out=tmp_path / "whole").run()
        small = lively_scenario(["u0", "u1"], limits={"replies_gb": half(whole.folder / "replies.sqlite")}, **changes)
        found = ended_and_resumed(
            small, tmp_path / "run", RecordError, r"replies: .*full \(.*limits\.replies_gb", {"limits.replies_gb": 1.0}
        )
    assert found == whole.fingerprint()


def test_a_full_memory_ends_the_run_and_room_lets_it_go_on(tmp_path: Path) -> None:
    """A store in memory holds so many texts."""
    authors = [f"u{n}" for n in range(6)]
    whole = Simulation(lively_scenario(authors), SOCIETY, out=tmp_path / "whole").run()
    small = lively_scenario(authors, limits={"texts": 40})
    found = ended_and_resumed(small, tmp_path / "run", MemoryStoreError, r"limits\.texts", {"limits.texts": 10_000})
    assert found == whole.fingerprint()


@pytest.mark.parametrize("bus", ["local", "nats"])
def test_a_full_bus_ends_the_run_and_room_lets_it_go_on(bus: str, tmp_path: Path) -> None:
    """One megabyte of posts under way is not enough for a tick of long posts."""
    seeds = [
        {"author": f"u{n % USERS}", "text": f"{n} " + "x" * 50_000, "attitude": "positive", "emotion": "calm"}
        for n in range(30)
    ]
    changes = {"seeds": seeds, "ticks": 2, "bus": bus, "memory": {"store": "local", "capacity": 2}}
    whole = Simulation(lively_scenario([], **changes), SOCIETY, out=tmp_path / "whole").run()
    small = lively_scenario([], limits={"bus_mb": 1}, **changes)
    found = ended_and_resumed(small, tmp_path / "run", BusError, r"limits\.bus_mb", {"limits.bus_mb": 16})
    assert found == whole.fingerprint()


async def test_a_bus_in_memory_makes_room_by_forgetting() -> None:
    """It holds the ticks under way, and refuses what is beyond: all of it, so that it may be published again."""
    posts = [replace(a_post("ann", tick), text="x" * 1000) for tick in range(3)]
    async with opened(lambda: LocalBus(max_bytes=3000), shard(0, "ann")) as bus:
        await bus.publish(posts[:2])
        await bus.publish(posts[:2])
        with pytest.raises(BusError, match="at most 0 MB of posts under way, got more"):
            await bus.publish(posts)
        await bus.forget(0)
        await bus.publish(posts[1:])
        assert await received(bus, 0, posts[1:]) == posts[1:]


def test_room_does_not_shape_the_record() -> None:
    """Runs with more room and with less are the same run."""
    one = lively_scenario(["u0"], limits={"bus_mb": 7, "record_gb": 3, "replies_gb": 2, "lookahead": 1})
    assert one.digest() == lively_scenario(["u0"]).digest()
    assert one.digest() != lively_scenario(["u0"], limits={"inbox": 7}).digest()
    assert set(ROOM) < set(type(one.limits).model_fields)


def test_resume_takes_room_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And nothing that shapes the record."""
    run: Callable[..., Any] = command_line(lambda: tuple(capsys.readouterr()))
    folder = str(tmp_path / "run")
    assert run("run", "karate_club", "--ticks", "2", "-o", folder, "--bus", "local").code == 0
    assert run("resume", folder, "--set", "limits.record_gb=3", "--set", "model.timeout=9").code == 0
    refused = run("resume", folder, "--set", "limits.inbox=3")
    assert refused.code == 2
    assert "change of limits.inbox: wanted one of" in refused.err
    assert "limits.record_gb" in refused.err
    with pytest.raises(ConfigError, match=r"cognition\.decay"):
        Simulation.resume(folder, changes={"cognition.decay": 0.5})


def test_a_full_inbox_takes_the_same_part_however_its_mail_comes(tmp_path: Path) -> None:
    """At a barrier in one piece, ahead of others in many."""
    prints = set()
    with StubEndpoint(latency=lambda number: number % 7 / 200).running_in_thread() as stub:
        for lookahead in (0, 4):
            limits = {"inbox": 2, "lookahead": lookahead}
            changes = {"cognition": {"mode": "llm"}, "model": {"url": stub.url, "concurrency": 8}, "ticks": 5}
            scenario = lively_scenario(["u0", "u1", "u2"], limits=limits, **changes)
            run = Simulation(scenario, SOCIETY, out=tmp_path / str(lookahead)).run()
            assert 0 < run.ticks()["exposures"].max() <= 2 * USERS
            prints.add(run.fingerprint())
    assert len(prints) == 1
