"""DependencyClock: who may begin which tick, given who is done with what.

A turn depends on its agent's turn before it and on those of the agent's followees, whose posts it reads, and on nothing
else. So an agent is free for tick ``t`` when it and all of its followees are done with ``t - 1``, and a straggler holds
up those who could read it, not everybody. Pure logic: it knows no turns, no mail and no time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from s3agents.network.graph import FollowGraph, Ints, distinct

__all__ = ["DependencyClock"]


class _Tick:
    """Where the agents stand with one tick.

    Args:
        tick: which.
        behind: of each agent, how many of its followees and itself are not done with the tick before.
    """

    def __init__(self, tick: int, behind: Ints) -> None:
        self.tick, self.behind = tick, behind
        self.done: NDArray[np.bool_] = np.zeros(len(behind), dtype=np.bool_)
        self.left = len(behind)

    def catch_up(self, users: Ints) -> Ints:
        """Those who become free when ``users`` have one fewer behind them, for each time they are named."""
        np.subtract.at(self.behind, users, 1)
        free: Ints = users[self.behind[users] == 0]
        return free


class DependencyClock:
    """The ticks of a run, each begun by an agent when all that it depends on is done.

    Every agent becomes free once for every tick, is handed out by :meth:`free`, and has to be reported by :meth:`done`:
    at once if it has nothing to do, else when its turn is over and what it published can be read. What is idle moves in
    whole arrays; what an agent costs that has a turn are its followers.

    Args:
        graph: who follows whom.
        first: first tick.
        ticks: the tick that is no more.
        lookahead: ticks that an agent may be ahead of the lowest tick that is not whole; 0 is a barrier.

    Attributes:
        lowest: the lowest tick that somebody is not done with: all before it are whole.
    """

    def __init__(self, graph: FollowGraph, *, first: int, ticks: int, lookahead: int) -> None:
        self._graph, self._ticks, self._lookahead = graph, ticks, lookahead
        self._open: dict[int, _Tick] = {}
        self._free: dict[int, list[Ints]] = {}
        self.lowest = first
        self._advance()

    def free(self) -> tuple[int, Ints] | None:
        """The lowest tick for which agents have become free, and these agents, ascending; ``None`` if there are none.

        Who is done with a tick at once before asking again has what it frees come in few large pieces.
        """
        if not self._free:
            return None
        tick = min(self._free)
        pieces = self._free.pop(tick)
        return tick, distinct(np.concatenate(pieces)) if len(pieces) > 1 else pieces[0]

    def done(self, tick: int, users: Ints) -> None:
        """Note that ``users``, each once, all of them free for ``tick``, are done with it."""
        now, then = self._open[tick], self._open.get(tick + 1)
        now.done[users] = True
        now.left -= len(users)
        if then is not None:
            touched = np.concatenate([users, self._graph.followers_of(users)])
            self._release(then, distinct(then.catch_up(touched)))
        self._advance()

    def _advance(self) -> None:
        """Leave ticks behind that are whole, and open those that have come within reach."""
        while self.lowest < self._ticks:
            for tick in range(self.lowest, min(self.lowest + self._lookahead + 1, self._ticks)):
                if tick not in self._open:
                    self._begin(tick)
            if self._open[self.lowest].left:
                return
            del self._open[self.lowest]
            self.lowest += 1

    def _begin(self, tick: int) -> None:
        before, users = self._open.get(tick - 1), self._graph.n
        behind = np.zeros(users, dtype=np.int32)
        if before is not None and before.left:
            late = np.flatnonzero(~before.done).astype(np.int32)
            behind += np.bincount(self._graph.followers_of(late), minlength=users).astype(np.int32)
            behind[late] += 1
        self._open[tick] = opened = _Tick(tick, behind)
        self._release(opened, np.flatnonzero(behind == 0).astype(np.int32))

    def _release(self, tick: _Tick, users: Ints) -> None:
        if len(users):
            self._free.setdefault(tick.tick, []).append(users)
