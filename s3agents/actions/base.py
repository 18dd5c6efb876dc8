"""SocialAction: the port of what an agent can do with its turn, beside nothing.

An action is a value: it keeps no state and hangs on nothing that is outside of it. It says what it needs, what it
publishes and what it changes; minds that choose it, the record that keeps it and the barrier that applies its effect
know actions by this port alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from s3agents.events import Delivery, Post, PostKind
from s3agents.ids import PostId, UserId
from s3agents.labels import Attitude

__all__ = ["Aim", "Effect", "SocialAction"]


class Aim(Enum):
    """Whether an action is about a post that was read."""

    NONE = "none"
    MAYBE = "maybe"
    POST = "post"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What an action changes beside the post that it publishes, from the tick after it on.

    Attributes:
        likes: a post that has one like more; popularity channels count it.
        follows: whom the agent follows.
        unfollows: whom it follows no more.
        addresses: whom its post reaches as well, if they do not follow the agent anyway.
    """

    likes: PostId | None = None
    follows: UserId | None = None
    unfollows: UserId | None = None
    addresses: UserId | None = None


@runtime_checkable
class SocialAction(Protocol):
    """What an agent can do with its turn. A class that names it as its base need only say what differs.

    Attributes:
        name: as in scenarios, replies and ``turns.action``: lower-case letters and underscores.
        aims: whether it needs a post that was read.
        writes: whether the mind writes a text for it.
        kind: of the post that it publishes; ``None`` if it publishes nothing.
        spreads: whether that post belongs to the cascade of its target, which its author then has passed on.
        steers: whether it has an effect. A run with such an action keeps all agents at one tick.
        sentences: what a prompt says of it, by language.
        writing: what the text is that the mind writes, by language; ``{n}`` stands for the number of its target.
    """

    name: str
    aims: Aim = Aim.POST
    writes: bool = False
    kind: PostKind | None = None
    spreads: bool = False
    steers: bool = False
    sentences: Mapping[str, str] = MappingProxyType({})
    writing: Mapping[str, str] = MappingProxyType({})

    def fits(self, read: Delivery, reader: UserId) -> bool:
        """Whether what ``reader`` has read can be its target."""
        del read, reader
        return True

    def target(self, read: Post) -> PostId:
        """What the record calls its target, where it is about ``read``."""
        return read.id

    def says(self, text: str, read: Post | None, stance: Attitude) -> tuple[str, Attitude | None]:
        """What its post says, and the attitude that this expresses, where known.

        Args:
            text: what the mind has written; empty if the action has it write nothing.
            read: its target.
            stance: the side that the agent takes.
        """
        del read
        return text, stance

    def effect(self, target: PostId | None) -> Effect:
        """What it changes, by the target that is in the record: that is all that a run which is resumed knows."""
        del target
        return Effect()
