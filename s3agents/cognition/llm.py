"""LlmCognition: a mind that asks a language model, with the prompts of a pack and replies of a schema.

A pack has one stage, which settles the turn in one reply (``joint``), or four, asked one after the other as in S3
(``paper``: emotion, attitude, act, and the text where one is written). An unusable reply is asked for again with
another seed; if it stays unusable the turn is a fault. Nothing is ever made up in its place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from s3agents.cognition.base import Appraisal, Decision, TurnView, Usage
from s3agents.errors import ReplyError
from s3agents.events import Action
from s3agents.ids import PostId
from s3agents.labels import ATTITUDES, EMOTIONS, Attitude
from s3agents.llm.base import ChatCompletionClient, Request, forward
from s3agents.llm.completion import Completion
from s3agents.prompts import PromptPack, tidy
from s3agents.replies import (
    ActReply,
    AttitudeReply,
    EmotionReply,
    JointReply,
    Labels,
    LabelTokens,
    Reply,
    WriteReply,
    act_reply,
    joint_reply,
    parse_reply,
    target_of,
    write_reply,
)
from s3agents.state import AttitudeBelief, EmotionBelief

__all__ = ["LlmCognition"]

_R = TypeVar("_R", bound=Reply)
_T = TypeVar("_T")
_TOP_LOGPROBS = 8
_ACTIONS = tuple(Action)
_EMOTION_LABELS, _ATTITUDE_LABELS, _ACTION_LABELS = Labels(EMOTIONS), Labels(ATTITUDES), Labels(_ACTIONS)


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
    ) -> None:
        self._client, self._pack, self._repairs, self._bound_text = client, pack, repairs, bound_text
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
        decision = await self._ask(self._stages["act"], felt, act_reply(len(felt.perceived)), _read_act(felt))
        return await self._write(felt, decision) if decision.action is Action.POST else decision

    async def write(self, view: TurnView, *, target: PostId | None = None) -> str:
        """A text of a post, after emotion and attitude have been settled.

        A pack of one stage is asked for its whole reply, in which the action can only be to post; one of four stages
        for emotion, attitude and the text.
        """
        view, post = self._seeing(view, target), Decision(action=Action.POST, target=target)
        if "joint" in self._stages:
            model = joint_reply(len(view.perceived), self._chars(view), actions=(Action.POST,))
            settled = await self._ask(self._stages["joint"], view, model, _read_joint(view))
            return settled.plan.text or "" if settled.plan is not None else ""
        appraisal = await self._feel_and_judge(view)
        felt = replace(view, emotion=appraisal.emotion, attitude=appraisal.attitude)
        return (await self._write(felt, post)).text or ""

    async def _settle(self, view: TurnView) -> Appraisal:
        model = joint_reply(len(view.perceived), self._chars(view))
        return await self._ask(self._stages["joint"], view, model, _read_joint(view))

    async def _feel_and_judge(self, view: TurnView) -> Appraisal:
        emotion = await self._ask(self._stages["emotion"], view, EmotionReply, _read_emotion)
        felt = replace(view, emotion=emotion)
        attitude = await self._ask(self._stages["attitude"], felt, AttitudeReply, _read_attitude)
        return Appraisal(emotion=emotion, attitude=attitude)

    async def _write(self, view: TurnView, decision: Decision) -> Decision:
        ids = [None, *(delivery.post.id for delivery in view.perceived)]
        number = ids.index(decision.target)
        model = write_reply(self._chars(view))
        text = await self._ask(self._stages["write"], view, model, _read_text(view), target=number)
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
        self,
        stage: str,
        view: TurnView,
        model: type[_R],
        read: Callable[[_R, Completion], _T],
        *,
        target: int = 0,
    ) -> _T:
        """Ask until the reply can be read, ``repairs`` times more at most.

        Raises:
            ReplyError: if the last reply cannot be read either.
            EndpointError: if a reply cannot be had.
        """
        messages, shortened = self._pack.prompt(stage, view, target=target)
        for attempt in range(self._repairs + 1):
            args = {"seed": view.draws.model_seed(f"{stage}/{attempt}"), **self._sampling}
            try:
                result = await forward(self._client, Request(messages, model, args))
                view.meter.add(Usage(1, result.usage.prompt_tokens, result.usage.completion_tokens, int(shortened)))
                return read(parse_reply(model, result), result)
            except ReplyError:
                if attempt == self._repairs:
                    raise
        raise AssertionError("the last attempt returns or raises")


def _emotion(reply: EmotionReply | JointReply, tokens: LabelTokens) -> EmotionBelief:
    p = tokens.probabilities("emotion", _EMOTION_LABELS)
    if p is None:
        return EmotionBelief.certain(reply.emotion)
    calm, moderate, intense = p
    return EmotionBelief(level=reply.emotion, p=(calm, moderate, intense))


def _attitude(reply: AttitudeReply | JointReply, tokens: LabelTokens) -> AttitudeBelief:
    p = tokens.probabilities("attitude", _ATTITUDE_LABELS)
    if p is None:
        return AttitudeBelief.certain(reply.attitude)
    return AttitudeBelief(stance=reply.attitude, p_positive=p[ATTITUDES.index(Attitude.POSITIVE)])


def _decision(view: TurnView, reply: ActReply | JointReply, tokens: LabelTokens) -> Decision:
    """The decision, with the text if the reply holds one."""
    number = target_of(reply, len(view.perceived))
    target = view.perceived[number - 1].post.id if number else None
    text = None
    if isinstance(reply, JointReply) and reply.action is Action.POST:
        text = tidy(reply.text, view.scene.post_chars)
    p = tokens.probabilities("action", _ACTION_LABELS)
    shares = None if p is None else dict(zip(_ACTIONS, p, strict=True))
    return Decision(action=reply.action, target=target, text=text, p=shares)


def _read_emotion(reply: EmotionReply, result: Completion) -> EmotionBelief:
    return _emotion(reply, LabelTokens(result))


def _read_attitude(reply: AttitudeReply, result: Completion) -> AttitudeBelief:
    return _attitude(reply, LabelTokens(result))


def _read_act(view: TurnView) -> Callable[[ActReply, Completion], Decision]:
    """A reader of the decision, without the text."""
    return lambda reply, result: _decision(view, reply, LabelTokens(result))


def _read_joint(view: TurnView) -> Callable[[JointReply, Completion], Appraisal]:
    """A reader of the appraisal with its plan."""

    def read(reply: JointReply, result: Completion) -> Appraisal:
        tokens = LabelTokens(result)
        plan = _decision(view, reply, tokens)
        return Appraisal(emotion=_emotion(reply, tokens), attitude=_attitude(reply, tokens), plan=plan)

    return read


def _read_text(view: TurnView) -> Callable[[WriteReply, Completion], str]:
    return lambda reply, _: tidy(reply.text, view.scene.post_chars)
