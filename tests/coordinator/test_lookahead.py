"""Agents that are ahead of others: the record of the barrier, sooner; whatever happens, nothing is left over."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s3agents import Society
from s3agents.agents.crowd import Crowd, CrowdLimits
from s3agents.agents.host import Host
from s3agents.bus.local import LocalBus
from s3agents.cognition.base import TurnView
from s3agents.cognition.rules import RulesCognition
from s3agents.coordinator.coordinator import Coordinator, Progress, StopRequest
from s3agents.coordinator.pipeline import Pace
from s3agents.coordinator.turns import LocalTurns
from s3agents.errors import FaultLimitError
from s3agents.memory.local import LocalStore
from s3agents.minds import Minds
from s3agents.preparation import prepare
from s3agents.record.fingerprint import fingerprint
from s3agents.record.sqlite import SqliteRecorder
from s3agents.rng import Draws
from s3agents.testing.delaying import DelayingCognition
from s3agents.testing.slow_minds import SlowCognition, Slowness
from s3agents.testing.societies import lively_scenario, society_of
from s3agents.testing.virtual_time import run_virtually

runs = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TICKS = 6
BARRIER = Pace()
OnProgress = Callable[[Progress], None]


@dataclass(frozen=True)
class Story:
    """A society and what happens in it."""

    society: Society
    seeds: tuple[tuple[int, str], ...]
    spontaneous: float = 0.1
    longest: int = 0
    limit: float = 1.0
    failing: float = 0.0
    seed: int = 0
    slowness: Slowness = field(default_factory=Slowness)

    def fails(self, view: TurnView) -> bool:
        """Whether a turn fails: the same ones always."""
        return view.draws.uniform("test fault") < self.failing

    def taking(self, seconds: Callable[[TurnView], float]) -> Story:
        """The same with minds that take so long, and a log of its own."""
        return replace(self, slowness=Slowness(seconds=seconds, fails=self.fails))

    def scattered(self, luck: int) -> Story:
        """The same with minds that take from no time to hundreds of seconds."""
        return self.taking(lambda view: Draws(luck, view.persona.id, view.tick).uniform("luck") ** -2 - 1)


@st.composite
def stories(draw: st.DrawFn, **fixed: Any) -> Story:
    """Up to nine users with any follow edges, and posts from outside at any time."""
    users = draw(st.integers(1, 9))
    numbers = st.integers(0, users - 1)
    society = society_of(users, draw(st.lists(st.tuples(numbers, numbers), max_size=24)))
    authors = st.tuples(st.integers(0, TICKS - 1), numbers.map(lambda n: f"u{n}"))
    drawn = {
        "seeds": tuple(draw(st.lists(authors, min_size=1, max_size=6))),
        "spontaneous": draw(st.sampled_from([0.0, 0.1, 0.5])),
        "longest": draw(st.integers(0, 3)),
        "seed": draw(st.integers(0, 99)),
    }
    return Story(society, **{**drawn, **fixed})


paces = st.builds(Pace, concurrency=st.integers(1, 12), lookahead=st.integers(0, 8))


async def live(
    story: Story,
    file: Path,
    pace: Pace = BARRIER,
    *,
    stop: StopRequest | None = None,
    on_progress: OnProgress = lambda progress: None,
) -> bool:
    """The run of a story, from where the record in ``file`` stands."""
    seeds = [{"author": author, "text": f"Seed {n}.", "tick": tick} for n, (tick, author) in enumerate(story.seeds)]
    scenario = lively_scenario([], ticks=TICKS, seed=story.seed, seeds=seeds)
    prepared = prepare(scenario, story.society)
    store, bus = LocalStore(prepared.embedder), LocalBus()

    def slow(*args: Any, **options: Any) -> SlowCognition:
        return SlowCognition(DelayingCognition(RulesCognition(*args, **options), longest=story.longest), story.slowness)

    with patch("s3agents.minds.RulesCognition", slow), closing(SqliteRecorder(file)) as recorder:
        minds = Minds(scenario, prepared.roster, store, client=None, packs={})
        crowd = Crowd(story.society, store, mind_of=minds, limits=CrowdLimits(spontaneous=story.spontaneous))
        coordinator = Coordinator(
            LocalTurns(Host(crowd, bus, shard=2), replace(pace, faults=story.limit)),
            recorder,
            announcements=prepared.announcements,
            users=len(story.society),
            ticks=TICKS,
            faults=story.limit,
        )
        try:
            return await coordinator.run("run", stop=stop or StopRequest(), on_progress=on_progress)
        finally:
            await bus.close()
            assert asyncio.all_tasks() == {asyncio.current_task()}, "no turn is left over"


def played(story: Story, pace: Pace = BARRIER, **options: Any) -> tuple[str, float]:
    """Fingerprint of the record of a story, and the virtual seconds that it took."""
    with tempfile.TemporaryDirectory() as folder:
        finished, seconds = run_virtually(live(story, Path(folder) / "run.sqlite", pace, **options))
        assert finished
        return fingerprint(Path(folder) / "run.sqlite"), seconds


@runs
@given(stories(), paces, st.integers(0, 99))
def test_lookahead_does_not_shape_the_record(story: Story, pace: Pace, luck: int) -> None:
    """Law: whatever graph, posts, urges, acts put off, latencies, slots and lookahead: the record of the barrier."""
    assert played(story.scattered(luck), pace)[0] == played(story)[0]


@runs
@given(stories(failing=0.2), paces, st.integers(0, 99))
def test_tolerated_faults_do_not_either(story: Story, pace: Pace, luck: int) -> None:
    """Law: a turn that fails holds nobody up, and is on the record of its tick."""
    assert played(story.scattered(luck), pace)[0] == played(story.taking(lambda view: 0.0))[0]


@runs
@given(stories(), st.integers(0, 8), st.integers(0, 99))
def test_with_slots_for_all_lookahead_never_takes_longer(story: Story, lookahead: int, luck: int) -> None:
    """Law: no turn begins later than at the barrier."""
    seconds = [
        played(story.scattered(luck), Pace(concurrency=12 * TICKS, lookahead=n))[1] for n in (0, lookahead, TICKS)
    ]
    assert seconds == sorted(seconds, reverse=True)


@runs
@given(stories(), paces, st.integers(0, 99))
def test_no_turn_begins_before_what_it_reads_is_done(story: Story, pace: Pace, luck: int) -> None:
    """Law: at no moment is an agent at work whose followee may still publish; nor one further ahead than it may."""
    slow = story.scattered(luck)
    committed = [-1]

    def on_progress(progress: Progress) -> None:
        if progress.committed is not None:
            committed.append(progress.tick)

    index, graph = story.society.index, story.society.graph

    def seconds(view: TurnView) -> float:
        late = {(tick, index[user]) for tick, user in slow.slowness.begun} - {
            (tick, index[user]) for tick, user in watched.slowness.done
        }
        mine = index[view.persona.id]
        assert not {(view.tick - 1, int(j)) for j in graph.followees(mine)} & late
        assert view.tick <= committed[-1] + 1 + pace.lookahead
        slow.slowness.begun.append((view.tick, view.persona.id))
        return slow.slowness.seconds(view)

    watched = story.taking(seconds)
    played(watched, pace, on_progress=on_progress)


@runs
@given(stories(), paces, st.integers(0, 99), st.floats(0, 1))
def test_killed_at_any_moment_and_resumed(story: Story, pace: Pace, luck: int, share: float) -> None:
    """Law: whenever a run ends, as if killed, its resumption has the record of the run that nobody disturbed."""
    slow = story.scattered(luck)
    whole, seconds = played(slow, pace)

    async def killed(file: Path) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(share * seconds):
                await live(slow, file, pace)

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "run.sqlite"
        run_virtually(killed(file))
        run_virtually(live(story, file, replace(pace, lookahead=TICKS - pace.lookahead % TICKS)))
        assert fingerprint(file) == whole


@runs
@given(stories(), paces, st.integers(0, 99), st.floats(0, 1))
def test_stopped_at_any_moment_and_resumed(story: Story, pace: Pace, luck: int, share: float) -> None:
    """Law: after a stop request nobody begins a tick later than the lowest open one, which is the last committed."""
    slow = story.scattered(luck)
    whole, seconds = played(slow, pace)
    slow, stop, lowest, begun = story.scattered(luck), StopRequest(), [0], list[int]()

    def on_progress(progress: Progress) -> None:
        if progress.committed is not None:
            lowest.append(progress.tick + 1)

    def stop_now() -> None:
        stop()
        lowest[:], begun[:] = lowest[-1:], [len(slow.slowness.begun)]

    async def stopped(file: Path) -> bool:
        asyncio.get_running_loop().call_later(share * seconds, stop_now)
        return await live(slow, file, pace, stop=stop, on_progress=on_progress)

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "run.sqlite"
        finished, _ = run_virtually(stopped(file))
        if stop.wanted:
            assert len(lowest) <= 2, "one more tick is committed at most"
            assert all(tick <= lowest[0] for tick, _ in slow.slowness.begun[begun[0] :])
            assert sorted(slow.slowness.begun) == sorted(slow.slowness.done), "what was begun is waited for"
        assert finished or stop.wanted
        run_virtually(live(story, file, pace))
        assert fingerprint(file) == whole


async def outcome(run: Awaitable[bool]) -> str:
    """How a run ended: the tick in which too many turns failed, if that is how."""
    try:
        return str(await run)
    except FaultLimitError as error:
        return str(error).partition(":")[0]


@runs
@given(stories(failing=0.3, limit=0.3), paces, st.integers(0, 99))
def test_too_many_faults_end_a_run_where_the_barrier_would(story: Story, pace: Pace, luck: int) -> None:
    """Law: a tick is judged when all of its turns are known: same end, same record, whatever was ahead."""
    ends = []
    for played_story, its_pace in ((story.scattered(luck), pace), (story.taking(lambda view: 0.0), BARRIER)):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "run.sqlite"
            end, _ = run_virtually(outcome(live(played_story, file, its_pace)))
            ends.append((end, fingerprint(file)))
    assert ends[0] == ends[1]


@runs
@given(stories(), paces, st.integers(0, 99))
def test_progress_is_of_the_lowest_open_tick(story: Story, pace: Pace, luck: int) -> None:
    """Law: ticks ascend, turns done grow up to those due, and that is how many the committed tick has."""
    told: list[Progress] = []
    played(story.scattered(luck), pace, on_progress=told.append)
    assert [p.tick for p in told] == sorted(p.tick for p in told)
    for tick in range(TICKS):
        *under_way, last = (p for p in told if p.tick == tick)
        assert last.committed is not None
        assert [p.done for p in under_way] == sorted(p.done for p in under_way)
        if last.committed.turns:
            assert (under_way[-1].done, under_way[-1].due) == (len(last.committed.turns),) * 2


CHAIN = Story(society_of(4, [(1, 0), (3, 2)]), seeds=tuple((0, f"u{n}") for n in range(4)), spontaneous=1.0)
"""Everybody has a turn in every tick; u1 reads u0, and u3 reads u2."""


def two_stragglers(view: TurnView) -> float:
    """A minute for the first thought of u0 and the second of u2, a second for any other."""
    return 60.0 if (view.tick, view.persona.id) in {(1, "u0"), (2, "u2")} else 1.0


@pytest.mark.parametrize(("lookahead", "ahead"), [(0, 1), (1, 2), (2, 3), (9, 5)])
def test_a_straggler_holds_up_its_readers_alone(lookahead: int, ahead: int) -> None:
    """Those who have nothing to do with it are as far ahead as they may be; who reads it waits with it."""
    reached: dict[str, int] = {}

    def seconds(view: TurnView) -> float:
        if asyncio.get_running_loop().time() < 50:
            reached[view.persona.id] = view.tick
        return two_stragglers(view) if view.tick == 1 else 1.0

    played(CHAIN.taking(seconds), Pace(concurrency=9, lookahead=lookahead))
    assert reached == {"u0": 1, "u1": 1, "u2": ahead, "u3": ahead}


def test_a_straggler_costs_its_own_time_and_no_more() -> None:
    """At the barrier everybody waits for both, one after the other; ahead of it they are waited for at once."""
    barrier, ahead = (played(CHAIN.taking(two_stragglers), Pace(concurrency=9, lookahead=n))[1] for n in (0, 9))
    assert (barrier, ahead) == (60.0 + 60.0 + 3.0, 60.0 + 4.0)


@pytest.mark.parametrize("lookahead", [0, 3])
def test_an_error_in_a_turn_ends_the_run(lookahead: int, tmp_path: Path) -> None:
    """As itself, and with every other turn cancelled."""

    def seconds(view: TurnView) -> float:
        if view.tick == 2:
            raise RuntimeError("a mind of its own")
        return 1.0

    with pytest.raises(RuntimeError, match="a mind of its own"):
        run_virtually(live(CHAIN.taking(seconds), tmp_path / "run.sqlite", Pace(concurrency=3, lookahead=lookahead)))


@pytest.mark.parametrize("lookahead", [0, 3])
def test_an_error_of_the_record_ends_the_run(lookahead: int, tmp_path: Path) -> None:
    """While turns are ahead, too."""

    def refuse(progress: Progress) -> None:
        if progress.committed is not None and progress.tick == 1:
            raise RuntimeError("the disk is full")

    run = live(
        CHAIN.taking(two_stragglers),
        tmp_path / "run.sqlite",
        Pace(concurrency=9, lookahead=lookahead),
        on_progress=refuse,
    )
    with pytest.raises(RuntimeError, match="the disk is full"):
        run_virtually(run)
