"""Channels: what a scenario has its platform recommend, to whom, and how much of it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from s3agents.config.plugins import KindName, Options
from s3agents.config.section import Section
from s3agents.config.selection import UsersSection
from s3agents.config.timing import WaitingSection

__all__ = ["ChannelSection", "MixPart"]


class MixPart(Section):
    """One of the channels of a mix.

    Attributes:
        kind: as in :class:`ChannelSection`.
        weight: the probability that a place in a feed is filled by it, in proportion to those of the others.
        options: of a channel of an installed package: what it is made with.
    """

    kind: KindName
    weight: float = Field(default=1.0, gt=0.0)
    options: Options = Field(default_factory=dict)


class ChannelSection(WaitingSection):
    """A recommender: exactly one of ``kind`` and ``mix``.

    What it recommends are recent posts that are no forwards, from anybody. They come to the reader with the source
    platform, beside the posts of those whom the reader follows. Nobody is recommended a post of their own, one that has
    reached them before, itself or as a forward, or one that was removed or down-ranked, or whose author is suspended.
    Where several channels serve a reader, each adds its share, in the order of the scenario.

    Attributes:
        kind: ``chronological`` (the newest first), ``popularity`` (what was passed on and liked most first),
            ``similarity`` (what is closest to what the reader says of themselves first, by the embedder of the run),
            ``random``, or the name of a channel of an installed package.
        mix: several of these, of which each place in a feed draws one.
        options: of a channel of an installed package: what it is made with.
        share: of a feed, that is recommended. A feed is what those whom the reader follows bring, and counts as one of
            ``limits.attention`` posts where they bring less; one post at least is recommended if there is one.
        window: ticks from whose posts it chooses.
        readers: whom it serves: ``awake`` (who has mail, or has had a turn before), ``mail`` (who has mail from those
            whom they follow: it wakes nobody), or ``all``.
        who: of these, only them.
        chance: probability that such a reader is served in a tick.
    """

    kind: KindName | None = None
    mix: tuple[MixPart, ...] = ()
    options: Options = Field(default_factory=dict)
    share: float = Field(default=0.25, gt=0.0, lt=1.0)
    window: int = Field(default=12, ge=1)
    readers: Literal["all", "awake", "mail"] = "awake"
    who: UsersSection | None = None
    chance: float = Field(default=1.0, gt=0.0, le=1.0)

    @model_validator(mode="after")
    def _one_way(self) -> ChannelSection:
        if (self.kind is None) == (not self.mix):
            raise ValueError("exactly one of kind and mix")
        if self.mix and self.options:
            raise ValueError("options beside the kind of a part of the mix")
        return self

    @property
    def parts(self) -> tuple[MixPart, ...]:
        """The channels that it is made of; one for a channel that is no mix."""
        return self.mix or (MixPart(kind=str(self.kind), options=self.options),)
