"""Arrivals: the posts that have come to this process over NATS, each decoded once however many shards it came for."""

from __future__ import annotations

from nats.aio.msg import Msg
from pydantic import ValidationError

from s3agents.errors import BusError, explain
from s3agents.events import Post, decode_post

__all__ = ["Arrivals"]


class Arrivals:
    """Posts by their place in the stream."""

    def __init__(self) -> None:
        self._posts: dict[int, Post] = {}

    def post(self, place: int, message: Msg) -> Post:
        """The post that ``message`` is.

        Args:
            place: of the message in the stream.
            message: as it was delivered to some shard.

        Raises:
            BusError: if it is none.
        """
        post = self._posts.get(place)
        if post is None:
            post = self._posts[place] = _decoded(message)
        return post

    def forget(self, tick: int) -> None:
        """Drop the posts of ``tick`` and before."""
        self._posts = {place: post for place, post in self._posts.items() if post.tick > tick}


def _decoded(message: Msg) -> Post:
    try:
        return decode_post(message.data)
    except ValidationError as exc:
        got = "something else, from another program"
        raise BusError(explain(f"message on {message.subject}", wanted="a post", got=got)) from exc
