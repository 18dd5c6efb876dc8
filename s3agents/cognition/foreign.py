"""ForeignCognition: a mind of others: what it raises becomes the fault of a turn, with its name and its package."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from functools import partial
from typing import TypeVar

from s3agents.cognition.base import Appraisal, Cognition, Decision, TurnView, Writer
from s3agents.errors import ReplyError, explain
from s3agents.ids import PostId
from s3agents.secrecy import failures_as

__all__ = ["foreign_cognition"]

_Came = TypeVar("_Came")


def foreign_cognition(inner: Cognition, who: str, *, secrets: Collection[str] = ()) -> Cognition:
    """``inner``, its errors in our words; it can be told to write if ``inner`` can.

    Args:
        inner: the mind.
        who: as messages call it.
        secrets: what no message may show.
    """
    return (_ForeignWriter if isinstance(inner, Writer) else _ForeignCognition)(inner, who, secrets=secrets)


class _ForeignCognition:
    def __init__(self, inner: Cognition, who: str, *, secrets: Collection[str]) -> None:
        self._inner, self._who, self._secrets = inner, who, tuple(secrets)

    @property
    def mode(self) -> str:
        """As the mind calls itself."""
        return self._inner.mode

    async def appraise(self, view: TurnView) -> Appraisal:
        """What the mind makes of ``view``.

        Raises:
            ModelError: if a reply cannot be had, or the mind fails.
        """
        return await self._had(lambda: self._inner.appraise(view), Appraisal)

    async def act(self, view: TurnView, appraisal: Appraisal) -> Decision:
        """What the mind decides to do.

        Raises:
            ModelError: as :meth:`appraise`.
        """
        return await self._had(lambda: self._inner.act(view, appraisal), Decision)

    async def _had(self, ask: Callable[[], Awaitable[_Came]], kind: type[_Came]) -> _Came:
        with failures_as(partial(ReplyError, cause="plugin"), self._who, secrets=self._secrets):
            came = await ask()
        if not isinstance(came, kind):
            got = f"a {type(came).__qualname__}"
            raise ReplyError(explain(self._who, wanted=f"its {kind.__name__}", got=got), cause="plugin")
        return came


class _ForeignWriter(_ForeignCognition):
    async def write(self, view: TurnView, *, target: PostId | None = None) -> str:
        """What the mind writes.

        Raises:
            ModelError: as :meth:`appraise`.
        """
        inner = self._inner
        if not isinstance(inner, Writer):
            raise TypeError(f"{self._who} cannot be told to write")
        return await self._had(lambda: inner.write(view, target=target), str)
