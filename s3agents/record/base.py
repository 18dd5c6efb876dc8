"""Recorder: the port that keeps what a run did; one writer, one transaction a tick."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from s3agents.cognition.base import Usage
from s3agents.events import Post, Source
from s3agents.ids import PostId, TextId, UserId
from s3agents.state import AgentState, AttitudeBelief, EmotionBelief, Intention, MemoryItem

__all__ = [
    "Checkpoint",
    "Conclusion",
    "Exposure",
    "Fault",
    "Mark",
    "Recorder",
    "Steered",
    "TickRecord",
    "TurnRecord",
]


@dataclass(frozen=True, slots=True)
class Exposure:
    """A post that reached an agent. ``attended`` tells whether it came to the agent's attention."""

    post: PostId
    source: Source
    attended: bool


@dataclass(frozen=True, slots=True)
class Conclusion:
    """An intention that has come to its end: the one ``decided`` in that tick was ``done``, or else given up."""

    decided: int
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a turn failed.

    Attributes:
        stage: phase of the turn, such as ``appraise``.
        cause: short stable word to count by, such as ``timeout``.
        message: for the reader.
    """

    stage: str
    cause: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRecord:
    """One turn of one agent: everything that the record keeps of it.

    Attributes:
        user: whose turn.
        mode: mode of cognition.
        exposures: what was in the inbox, in order.
        recalled: ids of the posts that came to mind.
        emotion: after the turn; ``None`` when it failed.
        attitude: after the turn; ``None`` when it failed.
        action: what the agent did, now decided or before; ``None`` when it failed.
        target: the post that this is about, such as the one forwarded or answered.
        p: probability of each action in what was decided in this turn, where known.
        remembered: memories added.
        forgotten: posts whose memory was evicted.
        intended: what the agent decided to do later.
        concluded: earlier intentions, and perhaps this one, that were carried out or given up.
        usage: calls and tokens.
        fault: why the turn failed, if it did.
    """

    user: UserId
    mode: str
    exposures: tuple[Exposure, ...] = ()
    recalled: tuple[PostId, ...] = ()
    emotion: EmotionBelief | None = None
    attitude: AttitudeBelief | None = None
    action: str | None = None
    target: PostId | None = None
    p: Mapping[str, float] | None = None
    remembered: tuple[MemoryItem, ...] = ()
    forgotten: tuple[PostId, ...] = ()
    intended: Intention | None = None
    concluded: tuple[Conclusion, ...] = ()
    usage: Usage = field(default_factory=Usage)
    fault: Fault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Steered:
    """What an intervention or a channel that was in force in a tick came to in it.

    Attributes:
        section: of the scenario: ``interventions`` or ``channels``.
        number: in that section, from 0.
        kind: as the scenario calls it.
        posts: that it removed, labelled, down-ranked, withheld, brought in or recommended.
        deliveries: that did not come about through it, came with its mark, or came about through it.
        accounts: that it suspended, or served.
        edges: that it changed.
    """

    section: str
    number: int
    kind: str
    posts: int = 0
    deliveries: int = 0
    accounts: int = 0
    edges: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What an intervention has put on a post for good.

    Attributes:
        post: which; every forward of it is meant too.
        mark: ``removed``, ``labelled`` or ``down_ranked``.
        number: of the intervention.
        text: of a label.
        weight: of a post that is down-ranked.
    """

    post: PostId
    mark: str
    number: int
    text: str | None = None
    weight: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TickRecord:
    """All that happened in one tick; posts and turns in their total order.

    Attributes:
        tick: which.
        posts: published in this tick, by agents and from outside.
        turns: one for each agent that had a turn.
        users: number of users, so that the agents without a turn are accounted for.
        steered: what interventions and channels came to, by section and number.
        marks: put on posts before the tick began, each post once for each mark.
    """

    tick: int
    posts: Sequence[Post]
    turns: Sequence[TurnRecord]
    users: int
    steered: Sequence[Steered] = ()
    marks: Sequence[Mark] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Where a run stands after its last whole tick.

    Attributes:
        tick: the last tick that was committed; -1 before the first.
        posts: the posts of that tick, which nobody has read yet.
        states: state of every agent that had a turn or published a seed post (without inboxes).
        texts: of the posts that those states remember.
    """

    tick: int
    posts: Sequence[Post] = ()
    states: Mapping[UserId, AgentState] = field(default_factory=dict)
    texts: Mapping[TextId, str] = field(default_factory=dict)


class Recorder(Protocol):
    """Keeps the record of one run. Every method raises :class:`~s3agents.errors.RecordError` on failure."""

    def commit(self, record: TickRecord) -> None:
        """Keep a whole tick: all of it or nothing. Ticks come in ascending order."""
        ...

    def checkpoint(self) -> Checkpoint:
        """Where the run stands; forgets what an unfinished tick may have left."""
        ...

    def failed(self, record: TickRecord) -> None:
        """Keep the faults of a tick that is not committed, for the reader; a later commit replaces them."""
        ...

    def close(self) -> None:
        """Finish writing. Safe to repeat."""
        ...
