"""Probe: a real user in a real situation, with what they really did; Task: all probes of one question; Answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from s3agents.cognition.base import TurnView, Usage
from s3agents.ids import PostId
from s3agents.persona import Persona

__all__ = ["TASKS", "Answer", "Ask", "Probe", "Task", "TaskName"]

Ask = Literal["emotion", "attitude", "change", "act", "write"]
"""What a mind is asked for: its emotion, its attitude, whether that changed, whether it forwards, or a text."""

TaskName = Literal[
    "emotion_level", "event_propagation", "initial_attitude", "attitude_to_post", "attitude_change", "text"
]

TASKS: Mapping[TaskName, str] = {
    "emotion_level": "emotion level",
    "event_propagation": "event propagation",
    "initial_attitude": "initial attitude",
    "attitude_to_post": "attitude towards a post",
    "attitude_change": "attitude change",
    "text": "text",
}
"""The tasks, with their titles, in the order of tables."""


def _nobody(user: str) -> None:
    """No profile of anybody."""
    del user


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One real user in one real situation.

    Attributes:
        id: unique in its task.
        view: what the user had before them, and nothing of what came later.
        truth: the right label, or what the user really wrote.
        group: rows of one group depend on one another: the case, thread or target.
        case: id of the cascade, where it is one.
        texts: the texts that it is about, by which a model can tell whether it has learnt from it.
        target: the post that a text answers.
        people: profile of a user by id, where the data have one.
        elapsed: minutes from when the news broke to tick 0, where that is known.
        hour: of the day in UTC at tick 0, where that is known.
    """

    id: str
    view: TurnView
    truth: str
    group: str
    case: str | None = None
    texts: tuple[str, ...] = ()
    target: PostId | None = None
    people: Callable[[str], Persona | None] = field(default=_nobody, compare=False, repr=False)
    elapsed: float | None = None
    hour: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """All probes of one kind from one source.

    Attributes:
        name: of the kind.
        data: name of the data.
        split: which part of them.
        ask: what minds are asked for.
        labels: the labels, in the order of tables; none for texts.
        positive: the label that F1 and AUC are about.
        unit: what the probes are, in the plural.
        group: what a group is, in the plural.
        probes: the situations.
        left_out: what the data hold and could not be probed, by reason.
        base_rate: share of the label ``positive`` where the probes come from, before any balancing; probabilities of
            a mind that states no rate of its own are held against it.
        remarks: what a reader of the scores must know.
    """

    name: TaskName
    data: str
    split: str
    ask: Ask
    labels: tuple[str, ...]
    positive: str | None
    unit: str
    group: str
    probes: tuple[Probe, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)
    base_rate: float | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a mind answered to a probe; a fault has a cause and neither label nor text.

    Attributes:
        label: its answer, as a label of the task.
        p: probability of each label, where the mind knows them.
        text: what it wrote.
        usage: calls and tokens.
        cause: of the fault.
        message: of the fault.
    """

    label: str | None = None
    p: Mapping[str, float] | None = None
    text: str | None = None
    usage: Usage = field(default_factory=Usage)
    cause: str | None = None
    message: str = ""
