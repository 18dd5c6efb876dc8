"""Interview: questions to agents as they were at a moment of a run, each answered from memory, emotion and attitude.

An agent is asked nothing that it could carry over: it has forgotten an answer when the next question comes, and the run
does not change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, WithJsonSchema, create_model

from s3agents.agents.base import Agent
from s3agents.agents.crowd import Due
from s3agents.cognition.base import TurnView
from s3agents.cognition.recall import recollect
from s3agents.config.survey import Item, OpenItem
from s3agents.errors import ModelError
from s3agents.ids import UserId, text_id
from s3agents.inquiry.moment import Moment
from s3agents.labels import Attitude, Emotion
from s3agents.memory.text_table import TextTable
from s3agents.prompts import tidy
from s3agents.prompts.fields import Fields
from s3agents.prompts.interview_pack import InterviewPack
from s3agents.replies import Reply, label_probabilities
from s3agents.rng import Draws
from s3agents.traits.llm.asking import Asker, each

__all__ = ["Answer", "interview"]

_TOP_LOGPROBS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an agent said.

    Attributes:
        user: who.
        item: id of the question.
        kind: ``open``, ``choice`` or ``scale``.
        answer: one of the item's, or words; ``None`` where there is no answer.
        p: probability of each possible answer, where the model tells; they sum to 1.
        emotion: of the agent.
        attitude: of the agent.
        fault: why there is no answer.
    """

    user: UserId
    item: str
    kind: str
    answer: str | None = None
    p: dict[str, float] | None = None
    emotion: Emotion
    attitude: Attitude
    fault: str | None = None


def _says_something(text: str) -> str:
    if not tidy(text, len(text) + 1):
        raise ValueError("an answer that says something")
    return text


class _CodedReply(Reply):
    answer: str


class _OpenReply(Reply):
    answer: Annotated[str, AfterValidator(_says_something)]


@dataclass(frozen=True, slots=True)
class _Question:
    agent: Agent
    item: Item


async def interview(
    moment: Moment,
    users: Sequence[UserId],
    items: Sequence[Item],
    *,
    asker: Asker,
    pack: InterviewPack,
    words: Fields,
    progress: Callable[[int], None] = lambda done: None,
) -> list[Answer]:
    """The answers of each of ``users`` to each of ``items``.

    Args:
        moment: with the agents of ``users``.
        users: who is asked.
        items: what.
        asker: asks the model; the likeliest answer is wanted, so that asking again gives the same.
        pack: the prompts.
        words: what placeholders stand for, in the words in which agents are told who they are.
        progress: called with how many questions are answered.

    Returns:
        User by user, in the order of ``items``.
    """
    crowd = moment.crowd
    indices = [crowd.society.index[user] for user in users]
    agents = [crowd.agent(index) for index in indices]
    await crowd.prepare([Due(agent, (), (), index) for agent, index in zip(agents, indices, strict=True)])
    questions = [_Question(agent, item) for agent in agents for item in items]

    async def answered(question: _Question) -> Answer:
        view = await _view(moment, question)
        return await _answer(question, view, asker=asker, messages=pack.messages(question.item, view, words))

    return await each(questions, answered, at_once=asker.concurrency, progress=progress)


async def _view(moment: Moment, question: _Question) -> TurnView:
    """What an agent goes by: the question brings to mind what has to do with it."""
    agent, tick = question.agent, max(moment.tick, 0)
    mind, state, asked = agent.mind, agent.state, question.item.question
    cue = text_id(asked)
    await moment.store.add({cue: asked})
    known = TextTable(await moment.store.get({cue, *(item.text for item in state.pool)}))
    recalled, _ = recollect(mind, state.pool, known, tick=tick, cues=known.vectors([cue]))
    return TurnView(
        scene=mind.scene,
        persona=agent.persona,
        emotion=state.emotion,
        attitude=state.attitude,
        tick=tick,
        perceived=(),
        recalled=tuple(recalled),
        draws=Draws(mind.seed, agent.persona.id, tick),
    )


async def _answer(question: _Question, view: TurnView, *, asker: Asker, messages: Any) -> Answer:
    item, state = question.item, question.agent.state
    who: dict[str, Any] = {
        "user": question.agent.persona.id,
        "item": item.id,
        "kind": item.kind,
        "emotion": state.emotion.level,
        "attitude": state.attitude.stance,
    }
    purpose = f"interview {view.tick} {item.id}"
    try:
        if isinstance(item, OpenItem):
            said, _ = await asker.ask(messages, _OpenReply, user=who["user"], purpose=purpose)
            return Answer(**who, answer=tidy(said.answer, item.chars))
        top = _TOP_LOGPROBS if _told_apart(item.codes) else 0
        reply, result = await asker.ask(messages, _coded_reply(item.codes), user=who["user"], purpose=purpose, top=top)
    except ModelError as error:
        return Answer(**who, fault=error.cause)
    shares = label_probabilities(result, "answer", item.codes) if top else None
    p = None if shares is None else dict(zip(item.answers, shares, strict=True))
    return Answer(**who, answer=item.answers[item.codes.index(reply.answer)], p=p)


@lru_cache(maxsize=256)
def _coded_reply(codes: tuple[str, ...]) -> type[_CodedReply]:
    schema = WithJsonSchema({"type": "string", "enum": list(codes)})
    field: Any = (Annotated[Literal[codes], schema], ...)
    return create_model("AnswerReply", __base__=_CodedReply, __module__=__name__, answer=field)


def _told_apart(codes: Sequence[str]) -> bool:
    """Whether the first token of each can belong to no other."""
    return not any(one != other and other.startswith(one) for one in codes for other in codes)
