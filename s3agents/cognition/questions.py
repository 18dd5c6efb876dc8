"""Questions: what a model is asked for in one stage of a turn: the class of its reply, and what is read from that.

A reply that names an act and not clearly which post that is about is asked for again with nothing left to choose but
the post. What it said of everything else stands: a weak model, which would name no post time and again, is held to
one, and the share of its acts stays what it is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Generic, Protocol, TypeVar

from s3agents.actions.offer import Choice, Choices
from s3agents.cognition.base import Appraisal, Decision, TurnView
from s3agents.errors import ReplyError
from s3agents.events import Action
from s3agents.labels import ATTITUDES, EMOTIONS, Attitude
from s3agents.llm.completion import Completion
from s3agents.prompts.quoting import tidy
from s3agents.replies import (
    ActReply,
    AttitudeReply,
    EmotionReply,
    JointReply,
    Labels,
    LabelTokens,
    Reply,
    act_reply,
    joint_reply,
    parse_reply,
    target_of,
    write_reply,
)
from s3agents.state import AttitudeBelief, EmotionBelief

__all__ = ["ActQuestion", "AttitudeQuestion", "EmotionQuestion", "JointQuestion", "Question", "WriteQuestion"]

_T_co = TypeVar("_T_co", covariant=True)
_A = TypeVar("_A", ActReply, JointReply)
_EMOTION_LABELS, _ATTITUDE_LABELS = Labels(EMOTIONS), Labels(ATTITUDES)
_labels = lru_cache(maxsize=64)(Labels)


class Question(Protocol[_T_co]):
    """What a model is asked for in one stage of one turn; it may change with the replies that it has read."""

    @property
    def model(self) -> type[Reply]:
        """Class of the reply that is asked for next."""
        ...

    def read(self, result: Completion) -> _T_co:
        """What ``result`` says.

        Raises:
            ReplyError: if it cannot be used.
        """
        ...


class EmotionQuestion:
    """How the agent feels (S3 section 3.3.1)."""

    model = EmotionReply

    def read(self, result: Completion) -> EmotionBelief:
        """The emotion, with the probabilities of all levels if they are known."""
        return _emotion(parse_reply(EmotionReply, result), LabelTokens(result))


class AttitudeQuestion:
    """Which side the agent takes (S3 section 3.3.2)."""

    model = AttitudeReply

    def read(self, result: Completion) -> AttitudeBelief:
        """The attitude, with the probability of the positive one if it is known."""
        return _attitude(parse_reply(AttitudeReply, result), LabelTokens(result))


class WriteQuestion:
    """What the agent writes (S3 section 3.3.3).

    Args:
        view: what it goes by.
        chars: bounds the text.
    """

    def __init__(self, view: TurnView, chars: int | None) -> None:
        self._view, self.model = view, write_reply(chars)

    def read(self, result: Completion) -> str:
        """The text."""
        return tidy(parse_reply(self.model, result).text, self._view.scene.post_chars)


class _Acting(Generic[_A]):
    """A question whose reply says what the agent does."""

    def __init__(self, view: TurnView, choices: Choices, model_of: Callable[[Choices], type[_A]]) -> None:
        self._view, self._choices = view, choices
        self._model_of: Callable[[Choices], type[_A]] = model_of
        self._possible: type[_A] = model_of(choices)
        self.model: type[_A] = self._possible
        self._unclear: tuple[_A, LabelTokens] | None = None

    def _said(self, result: Completion) -> tuple[_A, LabelTokens, Decision]:
        """The reply, its tokens, and the decision."""
        reply, tokens = parse_reply(self._possible, result), LabelTokens(result)
        if self._unclear is not None and self._unclear[0].action == reply.action:
            earlier, tokens = self._unclear
            reply = earlier.model_copy(update=reply.model_dump(include={"target", "text"}))
        return reply, tokens, self._decision(reply, tokens)

    def _decision(self, reply: _A, tokens: LabelTokens) -> Decision:
        """The decision, with the text if the reply holds one."""
        view, choice = self._view, self._chosen(reply)
        number = self._number(reply, tokens)
        text = None
        if isinstance(reply, JointReply) and choice.writes:
            text = tidy(reply.text, view.scene.post_chars)
        names = view.scene.offer.names
        p = tokens.probabilities("action", _labels(names))
        shares = None if p is None else dict(zip(names, p, strict=True))
        target = view.perceived[number - 1].post.id if number else None
        return Decision(action=reply.action, target=target, text=text, p=shares)

    def _number(self, reply: _A, tokens: LabelTokens) -> int:
        try:
            return target_of(reply, len(self._view.perceived), choices=self._choices)
        except ReplyError:
            self._unclear, self.model = (reply, tokens), self._model_of((self._chosen(reply),))
            raise

    def _chosen(self, reply: _A) -> Choice:
        return next(choice for choice in self._choices if choice.name == reply.action)


class ActQuestion(_Acting[ActReply]):
    """What the agent does (S3 section 3.3.4); what it writes is another question.

    Args:
        view: what it goes by.
        apart: whether the schema holds each act to what it can be about.
    """

    def __init__(self, view: TurnView, *, apart: bool = False) -> None:
        posts = len(view.perceived)
        super().__init__(view, view.choices, lambda choices: act_reply(posts, choices=choices, apart=apart))

    def read(self, result: Completion) -> Decision:
        """The decision, without a text."""
        return self._said(result)[2]


class JointQuestion(_Acting[JointReply]):
    """Everything at once.

    Args:
        view: what the agent goes by.
        chars: bounds the text.
        only_post: whether nothing is possible but to post.
        apart: whether the schema holds each act to what it can be about, and to a text or none.
    """

    def __init__(self, view: TurnView, chars: int | None, *, only_post: bool = False, apart: bool = False) -> None:
        posts = len(view.perceived)
        choices = (Choice(Action.POST, tuple(range(posts + 1)), True),) if only_post else view.choices
        super().__init__(view, choices, lambda possible: joint_reply(posts, chars, choices=possible, apart=apart))

    def read(self, result: Completion) -> Appraisal:
        """Emotion and attitude, with the decision as the plan."""
        reply, tokens, plan = self._said(result)
        return Appraisal(emotion=_emotion(reply, tokens), attitude=_attitude(reply, tokens), plan=plan)


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
