"""Bookmark: an action: to keep a post for oneself, which nobody else gets to see."""

from __future__ import annotations

from types import MappingProxyType

from s3agents.actions.base import Aim, SocialAction
from s3agents.events import Delivery
from s3agents.ids import UserId

__all__ = ["Bookmark"]


class Bookmark(SocialAction):
    """A post of somebody else is kept; the record tells of it, and nothing else changes."""

    name = "bookmark"
    aims = Aim.POST
    sentences = MappingProxyType(
        {
            "en": "keep a post for yourself to read it again; nobody sees that you do",
            "zh": "收藏一条帖子以便以后再看；别人看不到",
        }
    )

    def fits(self, read: Delivery, reader: UserId) -> bool:
        """Whether it is somebody else's."""
        return read.post.author != reader
