"""SlowCognition: a mind that decides like another, after a while, and now and then not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from s3agents.cognition.base import Appraisal, Cognition, Decision, TurnView
from s3agents.errors import ReplyError

__all__ = ["SlowCognition", "Slowness"]

Place = tuple[int, str]
"""A tick and a user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slowness:
    """How long minds take, and which turns fail.

    Attributes:
        seconds: that a turn takes.
        fails: whether it fails, when they are over.
        begun: filled with the turns that have begun, in order.
        done: filled with those that are over.
    """

    seconds: Callable[[TurnView], float] = lambda view: 0.0
    fails: Callable[[TurnView], bool] = lambda view: False
    begun: list[Place] = field(default_factory=list)
    done: list[Place] = field(default_factory=list)


class SlowCognition:
    """The port :class:`~s3agents.cognition.base.Cognition` by another mind, which waits before it appraises.

    Args:
        inner: what decides.
        slowness: how long it waits.
    """

    def __init__(self, inner: Cognition, slowness: Slowness) -> None:
        self._inner, self._slowness = inner, slowness

    @property
    def mode(self) -> str:
        """That of the inner mind."""
        return self._inner.mode

    async def appraise(self, view: TurnView) -> Appraisal:
        """As the inner mind, later; or a fault."""
        slowness, place = self._slowness, (view.tick, str(view.persona.id))
        slowness.begun.append(place)
        await asyncio.sleep(slowness.seconds(view))
        slowness.done.append(place)
        if slowness.fails(view):
            raise ReplyError("out of order", cause="test")
        return await self._inner.appraise(view)

    async def act(self, view: TurnView, appraisal: Appraisal) -> Decision:
        """As the inner mind."""
        return await self._inner.act(view, appraisal)
