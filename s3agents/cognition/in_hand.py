"""In hand: a turn as whoever holds many of them sees it: recall and remembering are done for a whole batch at once.

Between the two each turn is by itself: it waits for its model, if it has one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from s3agents.cognition.turn import TurnResult
from s3agents.ids import TextId
from s3agents.memory.base import TextStore
from s3agents.memory.text_table import TextTable

__all__ = ["TurnInHand", "begin", "finish", "take_alone"]

_AT_ONCE = 32
"""Turns whose texts are looked up together: what they share is found once, and a processor's caches hold it."""


class TurnInHand(Protocol):
    """A turn that is under way; its methods are called in this order."""

    @property
    def read(self) -> Mapping[TextId, str]:
        """The texts of its mail and the reader's profile: they have to be in the store before it begins."""
        ...

    def perceive(self) -> None:
        """What reaches attention."""
        ...

    @property
    def needed(self) -> Collection[TextId]:
        """The texts that :meth:`recall` looks at."""
        ...

    def recall(self, known: TextTable) -> None:
        """What comes to mind, by what the store has of :attr:`needed`."""
        ...

    async def think(self) -> None:
        """Make up one's mind; a failure of the model is part of the result."""
        ...

    @property
    def failed(self) -> bool:
        """Whether that failed."""
        ...

    @property
    def written(self) -> Mapping[TextId, str]:
        """The texts that came of it and were not read: they have to be in the store before it is finished."""
        ...

    def finish(self, known: TextTable) -> TurnResult:
        """What the turn came to, by what the store has of :attr:`written`."""
        ...


async def begin(store: TextStore, turns: Sequence[TurnInHand]) -> None:
    """Have all of ``turns``, whose texts are in ``store``, perceive and recall what they do.

    Raises:
        MemoryStoreError: if the store refuses.
    """
    for start in range(0, len(turns), _AT_ONCE):
        some = turns[start : start + _AT_ONCE]
        for turn in some:
            turn.perceive()
        known = TextTable(await store.get({key for turn in some for key in turn.needed}))
        for turn in some:
            turn.recall(known)


async def finish(store: TextStore, turns: Sequence[TurnInHand]) -> list[TurnResult]:
    """What all of ``turns`` come to; what they have written enters ``store``.

    Raises:
        MemoryStoreError: if the store refuses.
    """
    written = {key: text for turn in turns for key, text in turn.written.items()}
    if written:
        await store.add(written)
    known = TextTable(await store.get(written.keys()) if written else {})
    return [turn.finish(known) for turn in turns]


async def take_alone(store: TextStore, turn: TurnInHand) -> TurnResult:
    """The whole of one turn, by itself."""
    await store.add(turn.read)
    await begin(store, [turn])
    await turn.think()
    (result,) = await finish(store, [turn])
    return result
