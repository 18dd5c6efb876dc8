"""The dependency clock against a plain model, over random graphs, orders, idle agents and lookaheads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from s3agents.coordinator.clock import DependencyClock
from s3agents.network.graph import FollowGraph

Place = tuple[int, int]
"""A tick and an agent."""


@dataclass(frozen=True)
class Story:
    """A run to be played: who follows whom, and who has a turn in which tick."""

    users: int
    edges: frozenset[tuple[int, int]]
    ticks: int
    lookahead: int
    busy: frozenset[Place]

    def graph(self) -> FollowGraph:
        """The follow edges."""
        return FollowGraph.from_edges(self.users, [a for a, _ in self.edges], [b for _, b in self.edges])

    def free(self, done: set[Place]) -> set[Place]:
        """The model: who may be at work or through, given who is done with what."""
        open_ticks = [t for t in range(self.ticks) if any((t, i) not in done for i in range(self.users))]
        reach = min(open_ticks[0] + self.lookahead + 1, self.ticks) if open_ticks else self.ticks
        return {
            (tick, i)
            for tick in range(reach)
            for i in range(self.users)
            if tick == 0 or all((tick - 1, j) in done for j in {i} | {b for a, b in self.edges if a == i})
        }


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Up to seven users over up to five ticks."""
    users, ticks = draw(st.integers(0, 7)), draw(st.integers(0, 5))
    pairs = [(a, b) for a in range(users) for b in range(users) if a != b]
    places = [(tick, i) for tick in range(ticks) for i in range(users)]
    edges = draw(st.frozensets(st.sampled_from(pairs), max_size=20)) if pairs else frozenset()
    busy = draw(st.frozensets(st.sampled_from(places))) if places else frozenset()
    return Story(users, edges, ticks, draw(st.integers(0, 6)), busy)


def taken(clock: DependencyClock, story: Story, done: set[Place], seen: set[Place]) -> set[Place]:
    """Those of the free who have a turn; the others are through at once."""
    busy = set()
    while free := clock.free():
        tick, users = free
        assert users.tolist() == sorted(set(users.tolist()))
        places = {(tick, i) for i in users.tolist()}
        assert not places & seen, "an agent is free for a tick once"
        seen |= places
        idle = sorted(i for _, i in places - story.busy)
        done |= {(tick, i) for i in idle}
        busy |= places & story.busy
        clock.done(tick, np.array(idle, dtype=np.int32))
    return busy


def listed(clock: DependencyClock) -> list[tuple[int, list[int]]]:
    """All who are free, and who are not reported as done meanwhile."""
    found = []
    while free := clock.free():
        found.append((free[0], free[1].tolist()))
    return found


@given(stories(), st.data())
def test_agents_are_free_exactly_when_the_model_says(story: Story, data: st.DataObject) -> None:
    """Law: whatever the order in which turns end, one by one or several at once, nobody waits who need not."""
    clock = DependencyClock(story.graph(), first=0, ticks=story.ticks, lookahead=story.lookahead)
    done: set[Place] = set()
    seen: set[Place] = set()
    working = taken(clock, story, done, seen)
    assert seen == story.free(done)
    while working:
        over = data.draw(st.sets(st.sampled_from(sorted(working)), min_size=1))
        for tick in sorted({tick for tick, _ in over}):
            users = sorted(i for t, i in over if t == tick)
            done |= {(tick, i) for i in users}
            clock.done(tick, np.array(users, dtype=np.int32))
        working = (working - over) | taken(clock, story, done, seen)
        assert seen == story.free(done)
        left = [tick for tick in range(story.ticks) if any((tick, i) not in done for i in range(story.users))]
        assert clock.lowest == (left[0] if left else story.ticks)
    assert len(done) == story.users * story.ticks


def test_a_run_may_begin_at_any_tick() -> None:
    """A resumed run goes on where the other stood."""
    clock = DependencyClock(FollowGraph.from_edges(2, [0], [1]), first=7, ticks=9, lookahead=1)
    assert listed(clock) == [(7, [0, 1])]
    clock.done(7, np.array([1], dtype=np.int32))
    assert listed(clock) == [(8, [1])]
    assert clock.lowest == 7
