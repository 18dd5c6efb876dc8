"""Posts on a NATS server: the stream that holds a run's, one of them as a message, and which of them a shard reads."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig

from s3agents.bus.nats_subjects import RunSubjects
from s3agents.bus.nats_writer import Message
from s3agents.errors import BusError, explain
from s3agents.events import Post, encode_post
from s3agents.ids import UserId

__all__ = ["MAX_AGE", "MAX_BYTES", "MOST_SUBJECTS", "post_message", "post_stream", "read_subjects"]

MAX_BYTES: Final = 1 << 30
"""Bytes of posts not yet forgotten that the stream of a run may hold; a full stream refuses, and loses nothing."""

MAX_AGE: Final = 7 * 24 * 3600.0
"""Seconds after which a post goes: what a run that never closed its bus leaves behind does not stay for good."""

MOST_SUBJECTS: Final = 3_000
"""A shard with more authors reads all posts and picks its own: the server compares the subjects of a consumer pairwise
when it makes it (0.1 s for 1,000, 1 s for 3,000, 4 s for 6,000)."""

_DUPLICATES: Final = 120.0  # seconds for which the server knows ids; readers drop repeats whenever they come
_MOST_BYTES: Final = 256 * 1024  # of subjects in one request; servers take 1 MB by default


def post_stream(names: RunSubjects, *, replicas: int, max_bytes: int) -> StreamConfig:
    """The stream of a run's posts.

    Args:
        names: of the run.
        replicas: servers of the cluster that keep a copy of each post.
        max_bytes: that it may hold.
    """
    return StreamConfig(
        name=names.stream,
        description=names.mark,
        subjects=[names.all_posts],
        retention=RetentionPolicy.LIMITS,
        discard=DiscardPolicy.NEW,
        max_bytes=max_bytes,
        max_age=MAX_AGE,
        storage=StorageType.FILE,
        num_replicas=replicas,
        duplicate_window=_DUPLICATES,
    )


def post_message(names: RunSubjects, post: Post) -> Message:
    """``post`` on its way to the stream.

    Raises:
        BusError: if its text cannot be sent.
    """
    about = f"post {post.id!r}"
    try:
        data = encode_post(post)
    except ValueError as exc:
        raise BusError(explain(about, wanted="text that UTF-8 can express", got="a lone surrogate")) from exc
    return Message(names.message_id(post.id), names.posts_of(post.author), data, about)


def read_subjects(names: RunSubjects, authors: Collection[UserId]) -> list[str]:
    """The subjects of a consumer that reads the posts of ``authors``; those of all posts where they are too many."""
    subjects = sorted(set(map(names.posts_of, authors)))
    if len(subjects) > MOST_SUBJECTS or sum(map(len, subjects)) > _MOST_BYTES:
        return [names.all_posts]
    return subjects
