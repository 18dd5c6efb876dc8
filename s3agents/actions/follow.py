"""Follow: to have the posts of somebody in one's feed from the next tick on."""

from __future__ import annotations

from types import MappingProxyType

from s3agents.actions.base import Aim, Effect, SocialAction
from s3agents.actions.original import original, wrote
from s3agents.events import Delivery, Post, PostKind, Source
from s3agents.ids import PostId, UserId, author_of

__all__ = ["Follow"]


class Follow(SocialAction):
    """The author of a post is followed, or, where that is a forward, the author of what is forwarded."""

    name = "follow"
    aims = Aim.POST
    steers = True
    sentences = MappingProxyType(
        {
            "en": "follow the author of a post (of a forward: whoever wrote it), to read more of them",
            "zh": "关注一条帖子的作者（如果是转发，则关注原作者），以后看到其更多帖子",
        }
    )

    def fits(self, read: Delivery, reader: UserId) -> bool:
        """Whether its author can be new to the reader: of posts of their own, those that a platform showed alone."""
        post = read.post
        return wrote(post) != reader and (post.kind is PostKind.FORWARD or read.source is Source.PLATFORM)

    def target(self, read: Post) -> PostId:
        """The post of whoever is followed."""
        return original(read)

    def effect(self, target: PostId | None) -> Effect:
        """A new edge, unless there is one."""
        return Effect(follows=None if target is None else author_of(target))
