"""Every turn that is given to a pool is taken, whenever it comes."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from s3agents.fleet.turn_pool import ShardTurns, TurnPool


class Turn:
    """A turn that thinks for so many rounds of the loop, or raises."""

    failed = False

    def __init__(self, rounds: int, error: Exception | None = None) -> None:
        self.rounds, self.error = rounds, error

    async def think(self) -> None:
        """Come to an end."""
        for _ in range(self.rounds):
            await asyncio.sleep(0)
        if self.error is not None:
            raise self.error


class Crowd:
    """Whose turns are what is due."""

    async def begin(self, due: Any, tick: int) -> Any:
        """All of them."""
        return due

    async def finish(self, turns: Any) -> Any:
        """As many results as turns."""
        return list(turns)


def shard(*turns: Turn) -> Any:
    """The turns of a shard."""
    due: Any = list(turns)
    return ShardTurns(Crowd(), 1, due)  # type: ignore[arg-type]


@given(
    st.lists(st.tuples(st.integers(0, 6), st.lists(st.integers(0, 2), max_size=6)), min_size=1, max_size=5),
    st.integers(1, 4),
)
def test_all_turns_are_taken(shards: list[tuple[int, list[int]]], concurrency: int) -> None:
    """However many rounds they take, and in whichever round of the loop the next shard comes.

    A hand that has just become free, and whose task is still about to end, must not be counted upon.
    """

    async def run() -> None:
        pool = TurnPool(concurrency, on_room=lambda: None)

        async def take(after: int, rounds: list[int]) -> None:
            for _ in range(after):
                await asyncio.sleep(0)
            turns = [Turn(n) for n in rounds]
            assert await pool.take(shard(*turns)) == turns

        async with asyncio.timeout(5.0):
            await asyncio.gather(*(take(after, rounds) for after, rounds in shards))
        assert (pool.waiting, pool.busy) == (0, 0)
        await pool.close()

    asyncio.run(run())


async def test_a_turn_that_raises_ends_those_of_its_shard_and_no_others() -> None:
    """The pool goes on."""
    pool = TurnPool(2, on_room=lambda: None)
    broken = shard(Turn(1), Turn(0, RuntimeError("broken")), *(Turn(3) for _ in range(5)))
    whole = [Turn(1) for _ in range(5)]
    failed, done = await asyncio.gather(pool.take(broken), pool.take(shard(*whole)), return_exceptions=True)
    assert isinstance(failed, RuntimeError)
    assert done == whole
    await pool.close()
