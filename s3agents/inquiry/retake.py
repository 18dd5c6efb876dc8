"""Retake: the turn of an agent in a finished tick, taken once more from the record, with everything that went on in it.

Nothing but the record is asked: a model's replies are those of that time. So what is shown is what happened, and not
what might have been; that both agree is checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from s3agents.agents.crowd import Due
from s3agents.cognition.base import Appraisal, Cognition, Decision, TurnView
from s3agents.cognition.mind import Mind
from s3agents.cognition.turn import TurnResult
from s3agents.config.model import ModelSection
from s3agents.errors import ModelError, RecordError, RunFolderError, explain
from s3agents.events import Delivery
from s3agents.ids import UserId
from s3agents.inquiry.announced import announced
from s3agents.inquiry.moment import Past, opened_moment
from s3agents.llm.asked import ModelOf
from s3agents.llm.base import LLMMessage, ModelWrapper, Request, forward
from s3agents.llm.completion import Completion
from s3agents.llm.replay import ReplayClient
from s3agents.llm.reply_store import ReplyStore
from s3agents.persona import Persona
from s3agents.record.base import TickRecord
from s3agents.record.connection import reading
from s3agents.record.look import read_inbox, read_turn, ticks_of
from s3agents.record.rows import rows_of
from s3agents.state import AgentState

__all__ = ["Exchange", "Retaken", "retake"]

_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A question to the model and what came of it.

    Attributes:
        messages: the prompt.
        reply: what the model said; ``None`` where there was no reply.
        error: why there was none.
        prompt_tokens: as the endpoint counted them.
        reply_tokens: likewise.
    """

    messages: tuple[LLMMessage, ...]
    reply: str | None = None
    error: str | None = None
    prompt_tokens: int = 0
    reply_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Retaken:
    """All that went on in a turn.

    Attributes:
        persona: whose turn.
        tick: in which.
        before: the agent's state before.
        inbox: what had reached it, in order; the record of the turn tells what of it was attended to.
        view: what it went by; ``None`` if it did not think (a scenario's own post, or an act that was due).
        result: what the turn came to: the record of it, posts, and the new state.
        exchanges: with the model, in order.
    """

    persona: Persona
    tick: int
    before: AgentState
    inbox: tuple[Delivery, ...]
    view: TurnView | None
    result: TurnResult
    exchanges: tuple[Exchange, ...] = ()


class _Witness(ModelWrapper):
    """Hands requests on, and remembers them with what came of them in ``exchanges``."""

    def __init__(self, inner: ReplayClient, exchanges: list[Exchange]) -> None:
        super().__init__(inner)
        self.exchanges = exchanges

    async def ask(self, request: Request) -> Completion:
        """One recorded reply."""
        messages = tuple(request.messages)
        try:
            reply = await forward(self.inner, request)
        except ModelError as error:
            self.exchanges.append(Exchange(messages=messages, error=str(error)))
            raise
        usage = reply.usage
        self.exchanges.append(
            Exchange(
                messages=messages,
                reply=str(reply.content),
                prompt_tokens=usage.prompt_tokens,
                reply_tokens=usage.completion_tokens,
            )
        )
        return reply


@dataclass
class _Watched:
    """A mind that remembers what it was shown last."""

    inner: Cognition
    views: list[TurnView] = field(default_factory=list)

    @property
    def mode(self) -> str:
        """As that of the mind."""
        return self.inner.mode

    async def appraise(self, view: TurnView) -> Appraisal:
        """As the mind does."""
        self.views.append(view)
        return await self.inner.appraise(view)

    async def act(self, view: TurnView, appraisal: Appraisal) -> Decision:
        """As the mind does."""
        return await self.inner.act(view, appraisal)


async def retake(past: Past, user: UserId, tick: int) -> Retaken:
    """The turn that ``user`` had in ``tick``, once more.

    Raises:
        RunFolderError: if there was no such turn, or the run has not come to that tick.
        SocietyError: if there is no such user.
        RecordError: if the turn does not come out as recorded, as after a change of the program.
    """
    past.prepared.society.position(user)
    with reading(past.folder.record) as db:
        recorded, inbox = read_turn(db, tick, user), read_inbox(db, tick, user)
        if recorded is None:
            raise RunFolderError(_no_turn(past, user, tick, ticks_of(db, user)))
    if not past.replies.is_file():
        return await _retaken(past, user, tick, recorded, inbox, client=None)
    exchanges: list[Exchange] = []
    with ReplyStore(past.replies, readonly=True) as store:

        def witness(section: ModelSection) -> _Witness:
            return _Witness(ReplayClient(store, model=section.name), exchanges)

        retaken = await _retaken(past, user, tick, recorded, inbox, client=witness)
    return replace(retaken, exchanges=tuple(exchanges))


async def _retaken(
    past: Past,
    user: UserId,
    tick: int,
    recorded: dict[str, Any],
    inbox: tuple[Delivery, ...],
    *,
    client: ModelOf | None,
) -> Retaken:
    watched: list[_Watched] = []

    def watch(mind: Mind) -> Mind:
        watched.append(_Watched(mind.cognition))
        return replace(mind, cognition=watched[-1])

    async with opened_moment(past, tick=tick - 1, users=[user], client=client, watch=watch) as moment:
        due = _due(moment.crowd.due(tick, *_news(past, user, tick, inbox)), past, user, tick)
        before = due.agent.state
        await moment.crowd.prepare([due])
        turns = await moment.crowd.begin([due], tick)
        for turn in turns:
            await turn.think()
        (result,) = await moment.crowd.finish(turns)
    _check_same(past, recorded, result, tick)
    views = [view for mind in watched for view in mind.views]
    return Retaken(
        persona=due.agent.persona,
        tick=tick,
        before=before,
        inbox=tuple(due.inbox),
        view=views[-1] if views else None,
        result=result,
    )


def _news(past: Past, user: UserId, tick: int, inbox: tuple[Delivery, ...]) -> tuple[Any, Any, set[int]]:
    """Mail and announcements for one user, and that user's index."""
    index = past.prepared.society.index[user]
    news = announced(past, user, tick)
    return {index: inbox} if inbox else {}, {user: news} if news else {}, {index}


def _due(due: Sequence[Due], past: Past, user: UserId, tick: int) -> Due:
    if not due:
        raise RecordError(f"{past.folder.path}: the record has a turn of {user} in tick {tick}, and it is not due")
    return due[0]


def _check_same(past: Past, recorded: dict[str, Any], result: TurnResult, tick: int) -> None:
    """A turn that comes out otherwise would explain nothing."""
    record = TickRecord(tick=tick, posts=result.posts, turns=[result.record], users=1)
    (row,) = rows_of(record)["turns"]
    for (name, was), now in zip(recorded.items(), row, strict=True):
        if was != now:
            what = f"{past.folder.path}: turn of {recorded['user']} in tick {tick}: {name}"
            remedy = "look at it with the version that made the run"
            raise RecordError(explain(what, wanted=f"{was!r}, as recorded", got=repr(now), remedy=remedy))


def _no_turn(past: Past, user: UserId, tick: int, ticks: Sequence[int]) -> str:
    shown = ", ".join(map(str, ticks[:_SHOWN])) + (", ..." if len(ticks) > _SHOWN else "")
    had = f"one of its turns, in the ticks {shown}" if ticks else "a user who had a turn; this one had none"
    return explain(f"{past.folder.path}: {user} in tick {tick}", wanted=had, got="no mail, and nothing to do")
