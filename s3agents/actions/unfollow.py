"""Unfollow: to have no more of somebody's posts in one's feed from the next tick on."""

from __future__ import annotations

from types import MappingProxyType

from s3agents.actions.base import Aim, Effect, SocialAction
from s3agents.events import Delivery, Source
from s3agents.ids import PostId, UserId, author_of

__all__ = ["Unfollow"]

_FOLLOWED = (Source.MUTUAL, Source.FOLLOWEE)


class Unfollow(SocialAction):
    """The author of a post, who may only have forwarded it, is followed no more."""

    name = "unfollow"
    aims = Aim.POST
    steers = True
    sentences = MappingProxyType(
        {
            "en": "no longer follow the author of a post (of a forward: whoever forwarded it)",
            "zh": "取消关注一条帖子的作者（如果是转发，则为转发者）",
        }
    )

    def fits(self, read: Delivery, reader: UserId) -> bool:
        """Whether its author is followed."""
        del reader
        return read.source in _FOLLOWED

    def effect(self, target: PostId | None) -> Effect:
        """An edge less."""
        return Effect(unfollows=None if target is None else author_of(target))
