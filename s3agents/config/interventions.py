"""Interventions: what a scenario has done to its society from outside, each kind with its keys."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from s3agents.config.plugins import KindName, Options
from s3agents.config.selection import PostsSection, UsersSection
from s3agents.config.timing import TimedSection
from s3agents.labels import Attitude, Emotion

__all__ = [
    "SECTIONS",
    "DownRankSection",
    "EdgesSection",
    "InjectSection",
    "InterventionSection",
    "LabelSection",
    "PluginInterventionSection",
    "RemoveSection",
    "SuspendSection",
    "ThrottleSection",
]


class InjectSection(TimedSection):
    """A post enters from outside, as a seed post does, in the first tick in force.

    Attributes:
        author: id of the user who publishes it, and does nothing else in that tick.
        text: what it says.
        attitude: that it expresses; its author holds it from then on.
        emotion: of its author.
    """

    kind: Literal["inject"]
    author: str
    text: str = Field(min_length=1, max_length=100_000)
    attitude: Attitude | None = None
    emotion: Emotion | None = None


class RemoveSection(TimedSection):
    """Posts are taken down: they and all forwards of them reach nobody any more, and no channel recommends them.

    ``at`` a tick, those that there are; ``from`` one on, those too that come later. What has been read stays in memory.

    Attributes:
        posts: which.
    """

    kind: Literal["remove"]
    posts: PostsSection


class LabelSection(TimedSection):
    """Posts are shown with a note of the platform, and so are all forwards of them; see :class:`RemoveSection`.

    A language model reads the note beside the post. Textbook agents forward it less: ``cognition.rules.labelled``.

    Attributes:
        posts: which.
        text: the note.
    """

    kind: Literal["label"]
    posts: PostsSection
    text: str = Field(min_length=1, max_length=280)


class DownRankSection(TimedSection):
    """Posts and forwards of them come less to attention, and no channel recommends them; see :class:`RemoveSection`.

    Attributes:
        posts: which.
        weight: the chance that a reader whom one reaches does not pass over it; what it has still competes for
            attention as any other.
    """

    kind: Literal["down_rank"]
    posts: PostsSection
    weight: float = Field(default=0.1, ge=0.0, lt=1.0)


class SuspendSection(TimedSection):
    """Accounts are suspended: their users do nothing and read nothing, and what they posted reaches nobody.

    ``at`` a tick, for good; ``from`` ... ``until``, for that time. What they meant to do they do when they are back.

    Attributes:
        who: whose.
    """

    kind: Literal["suspend"]
    who: UsersSection


class EdgesSection(TimedSection):
    """Everybody of ``who`` follows everybody of ``whom``, or does so no more, from the first tick in force on.

    Attributes:
        who: the followers.
        whom: the followees.
    """

    kind: Literal["follow", "unfollow"]
    who: UsersSection
    whom: UsersSection


class ThrottleSection(TimedSection):
    """Not all forwards get through while it is in force; those that do not reach nobody. ``at`` a tick: from it on.

    Attributes:
        share: of the forwards, that gets through: each by a draw of its own.
        most: forwards of one cascade that get through in a tick: which, is drawn.
        posts: which forwards it is about; by default all.
    """

    kind: Literal["throttle"]
    share: float | None = Field(default=None, ge=0.0, le=1.0)
    most: int | None = Field(default=None, ge=0)
    posts: PostsSection | None = None

    @model_validator(mode="after")
    def _a_bound(self) -> ThrottleSection:
        if self.share is None and self.most is None:
            raise ValueError("share, most or both")
        return self


class PluginInterventionSection(TimedSection):
    """An intervention of an installed package.

    Attributes:
        kind: its name in the group ``s3agents.intervention`` of entry points.
        options: what it is made with.
    """

    kind: KindName
    options: Options = Field(default_factory=dict)


SECTIONS: Mapping[str, type[TimedSection]] = MappingProxyType(
    {
        "down_rank": DownRankSection,
        "follow": EdgesSection,
        "inject": InjectSection,
        "label": LabelSection,
        "remove": RemoveSection,
        "suspend": SuspendSection,
        "throttle": ThrottleSection,
        "unfollow": EdgesSection,
    }
)
"""The keys of the built-in kinds; of any other kind: :class:`PluginInterventionSection`."""

_ELSE = "plugin"


def _tag(data: Any) -> str:
    kind = data.get("kind") if isinstance(data, dict) else getattr(data, "kind", None)
    return kind if isinstance(kind, str) and kind in SECTIONS else _ELSE


InterventionSection = Annotated[
    Annotated[InjectSection, Tag("inject")]
    | Annotated[RemoveSection, Tag("remove")]
    | Annotated[LabelSection, Tag("label")]
    | Annotated[DownRankSection, Tag("down_rank")]
    | Annotated[SuspendSection, Tag("suspend")]
    | Annotated[EdgesSection, Tag("follow")]
    | Annotated[EdgesSection, Tag("unfollow")]
    | Annotated[ThrottleSection, Tag("throttle")]
    | Annotated[PluginInterventionSection, Tag(_ELSE)],
    Discriminator(_tag),
]
