"""Intend: acts that are decided now and carried out later: which is due, and which are given up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from s3agents.events import Action
from s3agents.ids import PostId
from s3agents.record.base import Conclusion
from s3agents.state import INTENTIONS_KEPT, Intention

__all__ = ["Revised", "due_act", "revised"]


class Revised(NamedTuple):
    """What an agent intends after a turn, and what has become of its other intentions."""

    intentions: tuple[Intention, ...]
    concluded: tuple[Conclusion, ...]


def due_act(intentions: Sequence[Intention], tick: int) -> Intention | None:
    """The intention to carry out in ``tick``, if any: of several that are due, the first; the others wait a tick."""
    return intentions[0] if intentions and intentions[0].due <= tick else None


def revised(
    intentions: Sequence[Intention],
    *,
    shared: Collection[PostId],
    done: Intention | None = None,
    new: Intention | None = None,
) -> Revised:
    """What is still intended after a turn.

    Given up are acts about cascades that the agent has started or passed on, later forwards of a cascade that it
    intends to forward anyway, and, beyond :data:`~s3agents.state.INTENTIONS_KEPT`, those that are due last.

    Args:
        intentions: before the turn.
        shared: first posts of the cascades that the agent has started or passed on, in this turn too.
        done: the one of ``intentions`` that was carried out.
        new: what was decided in the turn, to be done later.
    """
    if not intentions and new is None:
        return Revised((), ())
    pending = [item for item in intentions if item is not done] + ([] if new is None else [new])
    kept = tuple(_worthwhile(sorted(pending, key=lambda item: (item.due, item.decided)), shared))[:INTENTIONS_KEPT]
    ended = [Conclusion(item.decided, False) for item in pending if item not in kept]
    ended += [] if done is None else [Conclusion(done.decided, True)]
    return Revised(kept, tuple(sorted(ended, key=lambda end: end.decided)))


def _worthwhile(intentions: Iterable[Intention], shared: Collection[PostId]) -> Iterable[Intention]:
    forwarded: set[PostId | None] = set()
    for item in intentions:
        if item.root in shared or (item.action is Action.FORWARD and item.root in forwarded):
            continue
        if item.action is Action.FORWARD:
            forwarded.add(item.root)
        yield item
