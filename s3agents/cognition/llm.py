"""LlmCognition: a mind that asks a language model, with the prompts of a pack and replies of a schema.

A pack has one stage, which settles the turn in one reply (``joint``), or four, asked one after the other as in S3
(``paper``: emotion, attitude, act, and the text where one is written). An unusable reply is asked for again with
another seed (see :mod:`.questions`); if it stays unusable the turn is a fault. Nothing is ever made up in its place.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from s3agents.cognition.base import Appraisal, Decision, TurnView, Usage
from s3agents.cognition.questions import (
    ActQuestion,
    AttitudeQuestion,
    EmotionQuestion,
    JointQuestion,
    Question,
    WriteQuestion,
)
from s3agents.errors import ReplyError
from s3agents.events import Action
from s3agents.ids import PostId
from s3agents.llm.base import ChatCompletionClient, Request, forward
from s3agents.prompts import PromptPack

__all__ = ["LlmCognition"]

_T = TypeVar("_T")
_TOP_LOGPROBS = 8


class LlmCognition:
    """The port :class:`~s3agents.cognition.base.Cognition` by a language model.

    Args:
        client: the model.
        pack: the prompts.
        temperature: of sampling.
        max_tokens: most tokens of one reply.
        logprobs: whether to ask for log probabilities. With them emotion and attitude come with the probabilities of
            their labels and a decision with those of the actions; without them the replied label has all of it.
        repairs: how often an unusable reply is asked for again.
        bound_text: whether the schema bounds the length of a text (see :mod:`s3agents.replies.schemas`).
        bound_acts: whether it holds each act to what it can be about (see :mod:`s3agents.replies.apart`).
    """

    def __init__(
        self,
        client: ChatCompletionClient,
        pack: PromptPack,
        *,
        temperature: float,
        max_tokens: int,
        logprobs: bool,
        repairs: int,
        bound_text: bool = False,
        bound_acts: bool = False,
    ) -> None:
        self._client, self._pack, self._repairs, self._bound_text = client, pack, repairs, bound_text
        self._bound_acts = bound_acts
        self._stages = {stage.reply: stage.name for stage in pack.stages}
        self._sampling: dict[str, Any] = {"temperature": temperature, "max_tokens": max_tokens}
        if logprobs:
            self._sampling |= {"logprobs": True, "top_logprobs": _TOP_LOGPROBS}

    @property
    def mode(self) -> str:
        """``llm/`` and the name of the pack."""
        return f"llm/{self._pack.name}"

    async def appraise(self, view: TurnView) -> Appraisal:
        """One call that settles everything, or one for the emotion and one for the attitude (S3 section 4.3)."""
        view = self._pack.fitted(view)
        return await (self._settle(view) if "joint" in self._stages else self._feel_and_judge(view))

    async def act(self, view: TurnView, appraisal: Appraisal) -> Decision:
        """The plan made with the appraisal, or one call for the act and one for the text (S3 section 4.4)."""
        if appraisal.plan is not None:
            return appraisal.plan
        felt = replace(self._pack.fitted(view), emotion=appraisal.emotion, attitude=appraisal.attitude)
        decision = await self._ask(self._stages["act"], felt, ActQuestion(felt, apart=self._bound_acts))
        action = felt.scene.offer.find(decision.action)
        return await self._write(felt, decision) if action is not None and action.writes else decision

    async def write(self, view: TurnView, *, target: PostId | None = None) -> str:
        """A text of a post, after emotion and attitude have been settled.

        A pack of one stage is asked for its whole reply, in which the action can only be to post; one of four stages
        for emotion, attitude and the text.
        """
        view, post = self._seeing(view, target), Decision(action=Action.POST, target=target)
        if "joint" in self._stages:
            question = JointQuestion(view, self._chars(view), only_post=True, apart=self._bound_acts)
            settled = await self._ask(self._stages["joint"], view, question)
            return settled.plan.text or "" if settled.plan is not None else ""
        appraisal = await self._feel_and_judge(view)
        felt = replace(view, emotion=appraisal.emotion, attitude=appraisal.attitude)
        return (await self._write(felt, post)).text or ""

    def _args(self, view: TurnView) -> dict[str, Any]:
        """What is sent along with a request of a turn, beside its seed."""
        return self._sampling

    async def _settle(self, view: TurnView) -> Appraisal:
        question = JointQuestion(view, self._chars(view), apart=self._bound_acts)
        return await self._ask(self._stages["joint"], view, question)

    async def _feel_and_judge(self, view: TurnView) -> Appraisal:
        emotion = await self._ask(self._stages["emotion"], view, EmotionQuestion())
        felt = replace(view, emotion=emotion)
        attitude = await self._ask(self._stages["attitude"], felt, AttitudeQuestion())
        return Appraisal(emotion=emotion, attitude=attitude)

    async def _write(self, view: TurnView, decision: Decision) -> Decision:
        ids = [None, *(delivery.post.id for delivery in view.perceived)]
        number, question = ids.index(decision.target), WriteQuestion(view, self._chars(view))
        text = await self._ask(self._stages["write"], view, question, act=decision.action, target=number)
        return replace(decision, text=text)

    def _seeing(self, view: TurnView, target: PostId | None) -> TurnView:
        """What of ``view`` prompts tell: of many posts the one that is answered, where it would be left out."""
        told = self._pack.fitted(view)
        if target is None or any(read.post.id == target for read in told.perceived):
            return told
        return self._pack.fitted(replace(view, perceived=tuple(r for r in view.perceived if r.post.id == target)))

    def _chars(self, view: TurnView) -> int | None:
        return view.scene.post_chars if self._bound_text else None

    async def _ask(
        self, stage: str, view: TurnView, question: Question[_T], *, act: str = Action.POST, target: int = 0
    ) -> _T:
        """Ask until the reply can be read, ``repairs`` times more at most.

        Raises:
            ReplyError: if the last reply cannot be read either.
            EndpointError: if a reply cannot be had.
        """
        messages, shortened = self._pack.prompt(stage, view, act=act, target=target)
        for attempt in range(self._repairs + 1):
            args = {"seed": view.draws.model_seed(f"{stage}/{attempt}"), **self._args(view)}
            try:
                result = await forward(self._client, Request(messages, question.model, args))
                view.meter.add(Usage(1, result.usage.prompt_tokens, result.usage.completion_tokens, int(shortened)))
                return question.read(result)
            except ReplyError:
                if attempt == self._repairs:
                    raise
        raise AssertionError("the last attempt returns or raises")
