"""Stubborn: a mind that never changes sides, the zealot of models of opinion.

Mobilia, "Does a single zealot affect an infinite group of voters?", Phys. Rev. Lett. 91, 028701 (2003).

It reads, and stays what it is. It passes on what its own side says, speaks up for it, and feels as it did.
"""

from __future__ import annotations

from collections.abc import Mapping

from s3agents.cognition.base import Appraisal, Decision, Scene, TurnView
from s3agents.events import Action, Delivery
from s3agents.labels import Attitude
from s3agents.state import AttitudeBelief

__all__ = ["Stubborn"]


class Stubborn:
    """A mind without doubt; see :class:`s3agents.cognition.base.Cognition`.

    Args:
        scene: topic and question; given by the run.
        forward: probability that one post of its own side is passed on.
        post: probability that it writes when it has passed on nothing.
        says: what it writes, by attitude; by default yes or no to the question of the scenario.

    Raises:
        ValueError: if a probability is none, or a sentence is of no attitude.
    """

    mode = "stubborn"

    def __init__(
        self, *, scene: Scene, forward: float = 0.3, post: float = 0.1, says: Mapping[str, str] | None = None
    ) -> None:
        if not (0.0 <= forward <= 1.0 and 0.0 <= post <= 1.0):
            raise ValueError(f"forward and post are probabilities, got {forward} and {post}")
        words = {"positive": f"Yes! {scene.question}", "negative": f"No! {scene.question}", **(says or {})}
        self._forward, self._post = forward, post
        self._says = {Attitude(side): text for side, text in words.items()}

    async def appraise(self, view: TurnView) -> Appraisal:
        """What was read changes nothing; the emotion has already decayed."""
        return Appraisal(emotion=view.emotion, attitude=AttitudeBelief.certain(view.attitude.stance))

    async def act(self, view: TurnView, appraisal: Appraisal) -> Decision:
        """Pass on a post of its side, or write, or stay silent."""
        side, offer = appraisal.attitude.stance, view.scene.offer
        ours = [read for read in view.perceived if read.post.attitude is side] if offer.find(Action.FORWARD) else []
        p = self._p(ours, writes=offer.find(Action.POST) is not None)
        action = list(p)[view.draws.choice("act", list(p.values()))]
        if action == Action.FORWARD:
            read = ours[view.draws.choice("target", [1.0] * len(ours))]
            return Decision(action=action, target=read.post.id, p=p)
        return Decision(action=action, text=self._says[side] if action == Action.POST else None, p=p)

    def _p(self, ours: list[Delivery], *, writes: bool) -> dict[str, float]:
        """Each post of its side has its chance; what is left is for writing, and then for nothing."""
        forward = 1.0 - (1.0 - self._forward) ** len(ours)
        post = (1.0 - forward) * self._post if writes else 0.0
        return {Action.FORWARD: forward, Action.POST: post, Action.INACTIVE: 1.0 - forward - post}
