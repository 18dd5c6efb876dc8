"""Original: which post a reader means who likes or answers a forward, and whom who follows its author."""

from __future__ import annotations

from s3agents.events import Post, PostKind
from s3agents.ids import PostId, UserId, author_of

__all__ = ["original", "wrote"]


def original(post: Post) -> PostId:
    """``post`` itself, or, if it is a forward, the first post of its cascade."""
    return post.root if post.kind is PostKind.FORWARD else post.id


def wrote(post: Post) -> UserId:
    """The author of :func:`original`."""
    return author_of(post.root) if post.kind is PostKind.FORWARD else post.author
