"""Whoever takes the turns, and whatever happens to them: the record is that of one process."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from secrets import token_hex
from typing import Any
from unittest.mock import patch

import nats
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s3agents import Simulation, Society
from s3agents.cognition.base import Appraisal, TurnView
from s3agents.cognition.rules import RulesCognition
from s3agents.coordinator.coordinator import Progress, StopRequest
from s3agents.errors import FaultLimitError, ReplyError, RunError
from s3agents.fleet.limits import FleetLimits
from s3agents.fleet.shard_log import Entry
from s3agents.fleet.worker import Worker
from s3agents.preparation import prepare
from s3agents.record.fingerprint import fingerprint, first_difference
from s3agents.testing.delaying import DelayingCognition
from s3agents.testing.societies import lively_scenario, society_of
from s3agents.testing.workers import coordinate, work

TICKS = 5
SMALL = 32 << 20
QUICK = FleetLimits(lease=0.5, patience=15.0, post_bytes=SMALL, log_bytes=SMALL, order_bytes=SMALL)


class Unreliable(DelayingCognition):
    """A mind that puts off its acts, and often gives up."""

    async def appraise(self, view: TurnView) -> Appraisal:
        """As the inner mind, or not at all."""
        if view.draws.bits("test fault") % 5 == 0:
            raise ReplyError("out of order \ud800", cause="test")
        return await super().appraise(view)


def unreliable(*args: Any, **kwargs: Any) -> Unreliable:
    """A textbook mind of that kind."""
    return Unreliable(RulesCognition(*args, **kwargs), longest=3)


@st.composite
def societies(draw: st.DrawFn) -> Society:
    """Up to nine users with any follow edges."""
    users = draw(st.integers(1, 9))
    pairs = st.tuples(st.integers(0, users - 1), st.integers(0, users - 1))
    return society_of(users, draw(st.lists(pairs, max_size=30)))


def told(society: Society, **changes: Any) -> Any:
    """The lively scenario over ``society``, prepared."""
    authors = [user for user in ("u0", "u3") if user in society.index]
    return prepare(lively_scenario(authors, ticks=TICKS, **changes), society)


def dense(users: int = 24) -> Society:
    """A society in which everybody follows five others."""
    return society_of(users, [(n, (n + step) % users) for n in range(users) for step in (1, 2, 5, 7, 11)])


async def with_workers(
    url: str, prepared: Any, file: Path, *hires: Any, limits: FleetLimits = QUICK, **options: Any
) -> bool:
    """Whether a run came to its end with a worker of each kind of ``hires``."""
    run = token_hex(4)
    tasks = [asyncio.create_task(work(url, prepared, run=run, hire=hire)) for hire in hires]
    try:
        return await coordinate(url, prepared, file, run=run, limits=limits, **options)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def alone(prepared: Any, folder: Path) -> Path:
    """The record of one process."""
    Simulation(prepared.scenario, prepared.society, out=folder).run()
    return folder / "run.sqlite"


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(societies(), st.integers(1, 4), st.integers(1, 3), st.sampled_from([0.0, 0.3]))
def test_workers_and_shards_do_not_shape_the_record(
    nats_url: str, society: Society, shard: int, workers: int, spontaneous: float
) -> None:
    """Over any society, with acts that are put off, urges, seeds and faults."""
    rules = {"rules": {"forward": 0.4, "post": 0.3, "contagion": 0.5}, "spontaneous": spontaneous}
    prepared = told(society, limits={"shard": shard, "faults": 1.0}, cognition=rules)
    with tempfile.TemporaryDirectory() as folder, patch("s3agents.minds.RulesCognition", unreliable):
        true, mine = alone(prepared, Path(folder) / "one"), Path(folder) / "run.sqlite"
        assert asyncio.run(with_workers(nats_url, prepared, mine, *[Worker] * workers))
        assert first_difference(true, mine) is None
        assert fingerprint(mine) == fingerprint(true)


class Frozen(Worker):
    """A worker that has won its first order, and is stopped for good before its posts are out."""

    async def _keep(self) -> None:
        await asyncio.Event().wait()

    def _has_room(self) -> bool:
        return not self._hands and super()._has_room()

    async def _publish(self, entry: Entry, results: Any) -> None:
        await asyncio.Event().wait()


class Late(Worker):
    """A worker that is stopped before it settles, for longer than its lease, and goes on as if nothing were."""

    async def _keep(self) -> None:
        await asyncio.Event().wait()

    late = False

    def _has_room(self) -> bool:
        return not self._hands and super()._has_room()

    async def _entry(self, *args: Any) -> Entry:
        if not self.late:
            self.late = True
            await asyncio.sleep(2 * QUICK.lease)
        return await super()._entry(*args)


@pytest.mark.parametrize("other", [Frozen, Late])
async def test_who_is_stopped_loses_the_order_and_spoils_nothing(
    other: type[Worker], nats_url: str, tmp_path: Path
) -> None:
    """Before its turns are settled or after, before its posts are out: another goes on from what is there."""
    prepared = told(dense(), limits={"shard": 3})
    true = await asyncio.to_thread(alone, prepared, tmp_path / "one")
    assert await with_workers(nats_url, prepared, tmp_path / "run.sqlite", other, Worker)
    assert first_difference(true, tmp_path / "run.sqlite") is None


async def test_a_run_goes_on_with_workers_where_it_stopped_without_any(nats_url: str, tmp_path: Path) -> None:
    """States, memories, intentions and unread posts reach workers from the record alone."""
    prepared = told(dense(), limits={"shard": 5})
    with patch("s3agents.minds.RulesCognition", DelayingRules):
        true = await asyncio.to_thread(alone, prepared, tmp_path / "one")
        stop = StopRequest()

        def stop_soon(progress: Progress) -> None:
            if progress.committed is not None and progress.tick == 1:
                stop()

        file = tmp_path / "run.sqlite"
        assert not await with_workers(nats_url, prepared, file, Worker, stop=stop, on_progress=stop_soon)
        assert await with_workers(nats_url, prepared, file, Worker, Worker)
        assert first_difference(true, file) is None


def DelayingRules(*args: Any, **kwargs: Any) -> DelayingCognition:
    """A textbook mind that puts off its acts."""
    return DelayingCognition(RulesCognition(*args, **kwargs))


class Failing(Worker):
    """A worker that fails over every order."""

    async def _play(self, hand: Any) -> Any:
        raise RunError("no disk")


async def test_orders_over_which_workers_fail_end_the_run(nats_url: str, tmp_path: Path) -> None:
    """With what the last one said, rather than for ever."""
    with pytest.raises(RunError, match="3 workers failed in the same tick, the last one so: no disk"):
        await with_workers(nats_url, told(dense()), tmp_path / "run.sqlite", *[Failing] * 3)


class Hopeless(RulesCognition):
    """A mind that fails in the first shard, and never comes to an end in any other."""

    async def appraise(self, view: TurnView) -> Appraisal:
        """Nothing."""
        if view.persona.id not in ("u0", "u1", "u2"):
            await asyncio.Event().wait()
        raise ReplyError("out of order", cause="test")


async def test_too_many_faults_in_one_shard_end_the_run_at_once(nats_url: str, tmp_path: Path) -> None:
    """With the one message that one process has, and without waiting for any other shard."""
    prepared = told(dense(), limits={"shard": 3, "faults": 0.05})
    with (
        patch("s3agents.minds.RulesCognition", Hopeless),
        pytest.raises(FaultLimitError, match=r"tick 1: 2 of 2 turns failed.* 2 x test"),
    ):
        await with_workers(nats_url, prepared, tmp_path / "run.sqlite", Worker, Worker)


async def test_a_run_without_workers_says_so(nats_url: str, tmp_path: Path) -> None:
    """After its patience, with the remedy; nothing of it stays on the server."""
    limits = FleetLimits(patience=0.5, post_bytes=SMALL, log_bytes=SMALL, order_bytes=SMALL)
    with pytest.raises(RunError, match=r"wanted a sign of at least one, got none for 0.5 s .*s3agents worker --bus"):
        await with_workers(nats_url, told(dense()), tmp_path / "run.sqlite", limits=limits)
    client = await nats.connect(nats_url)
    assert await client.jetstream().streams_info() == []
    await client.close()


async def test_a_full_server_ends_the_run_with_a_message_and_loses_nothing(nats_url: str, tmp_path: Path) -> None:
    """It goes on from the last whole tick when there is more room."""
    prepared = told(dense(), limits={"shard": 3})
    limits = FleetLimits(patience=15.0, post_bytes=SMALL, log_bytes=20_000, order_bytes=SMALL)
    with pytest.raises(RunError, match="maximum bytes"):
        await with_workers(nats_url, prepared, tmp_path / "run.sqlite", *[Worker] * 3, limits=limits)
    true = await asyncio.to_thread(alone, prepared, tmp_path / "one")
    assert await with_workers(nats_url, prepared, tmp_path / "run.sqlite", Worker)
    assert first_difference(true, tmp_path / "run.sqlite") is None
