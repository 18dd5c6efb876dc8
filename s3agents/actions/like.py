"""Like: to approve of what was read, for platforms to count."""

from __future__ import annotations

from types import MappingProxyType

from s3agents.actions.base import Aim, Effect, SocialAction
from s3agents.actions.original import original, wrote
from s3agents.events import Delivery, Post
from s3agents.ids import PostId, UserId

__all__ = ["Like"]


class Like(SocialAction):
    """One more like of a post, or of what a forward forwards; nobody's own."""

    name = "like"
    aims = Aim.POST
    steers = True
    sentences = MappingProxyType(
        {
            "en": "approve of a post with one click; nobody is shown it for that, but the platform counts it",
            "zh": "给一条帖子点赞；不会转发给别人，但平台会计数",
        }
    )

    def fits(self, read: Delivery, reader: UserId) -> bool:
        """Whether it is somebody else's."""
        return wrote(read.post) != reader

    def target(self, read: Post) -> PostId:
        """The post whose words these are."""
        return original(read)

    def effect(self, target: PostId | None) -> Effect:
        """The like."""
        return Effect(likes=target)
