"""PacedCognition: readers who forward sooner or later, at a pace that was learnt from other cascades.

A reader makes up their mind when a cascade first reaches them: whether to forward it at all, and when. The moment is
drawn from the share of all later forwards that had come by each tick in other cascades, as far as it lies ahead. What
had happened before the forecast begins is known: nobody acts in that time but those who really did.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from s3agents.cognition.base import Appraisal, Cognition, Decision, TurnView
from s3agents.events import Action
from s3agents.ids import PostId
from s3agents.rng import Draws

__all__ = ["ActingTimes", "PacedCognition"]


@dataclass(frozen=True, slots=True, eq=False)
class ActingTimes:
    """When those act who act at all.

    Attributes:
        arrived: share of the later forwards that has come by the end of each tick, shape ``(ticks,)``; it never falls,
            is 0 as long as nobody acts, and 1 in the last tick.
    """

    arrived: NDArray[np.float64]

    def __post_init__(self) -> None:
        if not len(self.arrived) or (np.diff(self.arrived, prepend=0.0) < 0).any() or self.arrived[-1] != 1.0:
            raise ValueError("shares must rise from 0 to 1")

    def due(self, tick: int, u: float) -> int | None:
        """The tick in which somebody acts who makes up their mind in ``tick``; ``None`` if it is too late.

        Args:
            tick: now; the earliest answer.
            u: a uniform number in [0, 1).
        """
        if tick >= len(self.arrived):
            return None
        gone = float(self.arrived[tick - 1]) if tick else 0.0
        if gone >= 1.0:
            return None
        return min(int(self.arrived.searchsorted(gone + (1.0 - gone) * u, side="right")), len(self.arrived) - 1)


class PacedCognition:
    """The port :class:`~s3agents.cognition.base.Cognition` for readers with a probability and a pace.

    Args:
        probability: that the reader forwards a cascade that reaches them.
        times: when.
        feelings: how they feel and which side they take; unmoved without it.
    """

    mode = "paced"

    def __init__(self, probability: float, times: ActingTimes, *, feelings: Cognition | None = None) -> None:
        self._probability, self._times, self._feelings = probability, times, feelings

    async def appraise(self, view: TurnView) -> Appraisal:
        """As the given feelings have it, or as before."""
        if self._feelings is not None:
            return await self._feelings.appraise(view)
        return Appraisal(emotion=view.emotion, attitude=view.attitude)

    async def act(self, view: TurnView, appraisal: Appraisal) -> Decision:
        """Once for each cascade: forward it later, or never."""
        del appraisal
        inactive = Decision(action=Action.INACTIVE)
        before = {item.root for item in view.heard if item.since < view.tick}
        new = [d.post for d in view.perceived if d.post.root not in before]
        if not new:
            return inactive
        post = new[view.draws.choice("target", [1.0] * len(new))]
        draws = Draws(view.draws.seed, view.persona.id, 0)
        p: dict[str, float] = {Action.FORWARD: self._probability, Action.INACTIVE: 1.0 - self._probability}
        due = self._times.due(view.tick, draws.uniform(f"when/{post.root}"))
        if due is None or draws.uniform(f"forward/{post.root}") >= self._probability:
            return Decision(action=Action.INACTIVE, p=p)
        return Decision(action=Action.FORWARD, target=PostId(post.id), p=p, delay=due - view.tick)
