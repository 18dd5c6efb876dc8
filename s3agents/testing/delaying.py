"""DelayingCognition: a mind that decides like another and acts some ticks later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from s3agents.cognition.base import Appraisal, Cognition, Decision, TurnView
from s3agents.cognition.llm import LlmCognition
from s3agents.cognition.rules import RulesCognition

__all__ = ["DelayingCognition", "delaying"]


class DelayingCognition:
    """The port :class:`~s3agents.cognition.base.Cognition` by another mind, whose acts it puts off at random.

    Args:
        inner: what decides.
        longest: most ticks until an act; each number from 0 on is as likely.
    """

    def __init__(self, inner: Cognition, *, longest: int = 3) -> None:
        self._inner, self._longest = inner, longest

    @property
    def mode(self) -> str:
        """That of the inner mind."""
        return self._inner.mode

    async def appraise(self, view: TurnView) -> Appraisal:
        """As the inner mind."""
        return await self._inner.appraise(view)

    async def act(self, view: TurnView, appraisal: Appraisal) -> Decision:
        """As the inner mind, later."""
        decision = await self._inner.act(view, appraisal)
        return replace(decision, delay=view.draws.bits("test delay") % (self._longest + 1))


@contextmanager
def delaying(*, longest: int = 3) -> Iterator[None]:
    """Meanwhile every mind of mode ``rules`` or ``llm`` puts off its acts by up to ``longest`` ticks."""

    def slowed(make: Callable[..., Cognition]) -> Callable[..., Cognition]:
        def made(*args: Any, **kwargs: Any) -> Cognition:
            return DelayingCognition(make(*args, **kwargs), longest=longest)

        return made

    with (
        patch("s3agents.minds.RulesCognition", slowed(RulesCognition)),
        patch("s3agents.minds.LlmCognition", slowed(LlmCognition)),
    ):
        yield
