"""ForeignAgent: an agent of others: what fails in it, or in its turns, ends the run with its name and its package."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager

from s3agents.agents.base import Agent
from s3agents.cognition.announce import Announcement
from s3agents.cognition.in_hand import TurnInHand
from s3agents.cognition.mind import Mind
from s3agents.cognition.turn import Profile, TurnResult
from s3agents.errors import RunError, explain
from s3agents.events import Delivery
from s3agents.ids import TextId
from s3agents.memory.text_table import TextTable
from s3agents.persona import Persona
from s3agents.secrecy import failures_as
from s3agents.state import AgentState

__all__ = ["ForeignAgent"]


class ForeignAgent:
    """An agent that is not ours; an :class:`~s3agents.agents.base.Agent`.

    Args:
        inner: the agent.
        who: as messages call it.
        secrets: what no message may show.
    """

    def __init__(self, inner: Agent, who: str, *, secrets: Collection[str] = ()) -> None:
        self._inner, self._who, self._secrets = inner, who, secrets

    @property
    def persona(self) -> Persona:
        """Who it is."""
        return self._inner.persona

    @property
    def profile(self) -> Profile:
        """Its attributes as a text."""
        return self._inner.profile

    @property
    def mind(self) -> Mind:
        """What it thinks with."""
        return self._inner.mind

    @property
    def state(self) -> AgentState:
        """All that a run keeps of it."""
        return self._inner.state

    def turn(self, tick: int, inbox: Sequence[Delivery], announcements: Sequence[Announcement] = (), /) -> TurnInHand:
        """A turn that is not begun.

        Raises:
            RunError: if the agent fails; so do the methods below, and those of its turns.
        """
        with self._named():
            return _ForeignTurn(self._inner.turn(tick, inbox, announcements), self._who, self._secrets)

    def unsaid(self, announcements: Sequence[Announcement], /) -> Sequence[Announcement]:
        """Those of ``announcements`` that it has still to publish."""
        with self._named():
            return self._inner.unsaid(announcements)

    def settle(self, result: TurnResult, /) -> None:
        """Take on the state that a turn came to."""
        with self._named():
            self._inner.settle(result)

    def remember_history(self, texts: Sequence[str], known: TextTable, /) -> None:
        """Remember what its user posted before the run."""
        with self._named():
            self._inner.remember_history(texts, known)

    def _named(self) -> AbstractContextManager[None]:
        return failures_as(RunError, self._who, secrets=self._secrets)


class _ForeignTurn:
    """A turn of such an agent."""

    def __init__(self, inner: TurnInHand, who: str, secrets: Collection[str]) -> None:
        self._inner, self._who, self._secrets = inner, who, secrets

    @property
    def read(self) -> Mapping[TextId, str]:
        """The texts of its mail and the reader's profile."""
        with self._named():
            return self._inner.read

    def perceive(self) -> None:
        """What reaches attention."""
        with self._named():
            self._inner.perceive()

    @property
    def needed(self) -> Collection[TextId]:
        """The texts that recall looks at."""
        with self._named():
            return self._inner.needed

    def recall(self, known: TextTable) -> None:
        """What comes to mind."""
        with self._named():
            self._inner.recall(known)

    async def think(self) -> None:
        """Make up one's mind."""
        with self._named():
            await self._inner.think()

    @property
    def failed(self) -> bool:
        """Whether that failed."""
        with self._named():
            return bool(self._inner.failed)

    @property
    def written(self) -> Mapping[TextId, str]:
        """The texts that came of it and were not read."""
        with self._named():
            return self._inner.written

    def finish(self, known: TextTable) -> TurnResult:
        """What the turn came to."""
        with self._named():
            result = self._inner.finish(known)
        if not isinstance(result, TurnResult):
            got = f"a {type(result).__qualname__}"
            raise RunError(explain(self._who, wanted="the result of a turn", got=got))
        return result

    def _named(self) -> AbstractContextManager[None]:
        return failures_as(RunError, self._who, secrets=self._secrets)
