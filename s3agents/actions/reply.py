"""Reply: to answer a post that was read.

It belongs to the conversation of that post, which is the chain of parents, and is no adoption of what it says: its
readers can forward it, and that is a cascade of its own.
"""

from __future__ import annotations

from types import MappingProxyType

from s3agents.actions.base import Aim, SocialAction
from s3agents.events import PostKind

__all__ = ["Reply"]


class Reply(SocialAction):
    """A post with a text of its own that answers another."""

    name = "reply"
    aims = Aim.POST
    writes = True
    kind = PostKind.REPLY
    sentences = MappingProxyType(
        {
            "en": "answer a post, in words of your own; that does not pass it on",
            "zh": "用自己的话回复一条帖子，不转发它",
        }
    )
    writing = MappingProxyType({"en": "a reply to post {n}", "zh": "对第 {n} 条帖子的回复"})
