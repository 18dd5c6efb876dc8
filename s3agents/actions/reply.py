"""Reply: to answer a post that was read.

It belongs to the conversation of that post, which is the chain of parents, and is no adoption of what it says: its
readers can forward it, and that is a cascade of its own. It reaches whoever follows its author, and whom it answers.
"""

from __future__ import annotations

from types import MappingProxyType

from s3agents.actions.base import Aim, Effect, SocialAction
from s3agents.actions.original import original, wrote
from s3agents.events import Post, PostKind
from s3agents.ids import PostId, author_of
from s3agents.labels import Attitude

__all__ = ["Reply"]


class Reply(SocialAction):
    """A post with a text of its own that answers another, or what that forwards."""

    name = "reply"
    aims = Aim.POST
    writes = True
    kind = PostKind.REPLY
    steers = True
    sentences = MappingProxyType(
        {
            "en": "answer a post, in words of your own; that does not pass it on",
            "zh": "用自己的话回复一条帖子，不转发它",
        }
    )
    writing = MappingProxyType({"en": "a reply to post {n}", "zh": "对第 {n} 条帖子的回复"})

    def target(self, read: Post) -> PostId:
        """The post whose words are answered."""
        return original(read)

    def says(self, text: str, read: Post | None, stance: Attitude) -> tuple[str, Attitude | None]:
        """The answer, after the name of whom it answers: others read it without what it answers."""
        return (text if read is None else f"@{wrote(read)} {text}"), stance

    def effect(self, target: PostId | None) -> Effect:
        """Whom it answers reads it, whether or not they follow its author."""
        return Effect(addresses=None if target is None else author_of(target))
