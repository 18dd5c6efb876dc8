"""RunSubjects: how the stream, subjects and message ids of a run are named on a NATS server."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from s3agents.ids import PostId, UserId, subject_token, text_id

__all__ = ["RunSubjects"]

_LONGEST: Final = 150  # characters of a token; a stream is a folder on the server, of at most 255 bytes
_KEPT: Final = 80  # of one that is longer


@dataclass(frozen=True, slots=True)
class RunSubjects:
    """The names of one run.

    Every part that users or data choose is one token of letters, digits, ``-``, ``_`` and ``=`` (see
    :func:`s3agents.ids.subject_token`): no dot, blank or wildcard of theirs reaches the server, and no two fall
    together. A long one is cut, and ends in a digest of the whole.

    Attributes:
        run: the run, as the caller names it; what follows the last ``/`` tells its openings apart.
    """

    run: str

    @property
    def mark(self) -> str:
        """Description of what this and other openings of the run have on the server, and of nothing else there."""
        return f"posts of a run of s3agents: {text_id(self.run.rpartition('/')[0] or self.run)}"

    @property
    def stream(self) -> str:
        """Name of the stream that holds the run's posts."""
        return f"S3_{_token(self.run)}"

    @property
    def all_posts(self) -> str:
        """Subjects of the posts of all authors."""
        return f"{_prefix(self.run)}>"

    def posts_of(self, author: UserId) -> str:
        """Subject of the posts of ``author``."""
        return f"{_prefix(self.run)}{_token(author)}"

    @staticmethod
    def message_id(post: PostId) -> str:
        """The id by which the server knows a repeated post (header values lose blanks, hence a token)."""
        return _token(post)


@lru_cache(64)
def _prefix(run: str) -> str:
    """How the subjects of all posts of a run begin: asked for once a post."""
    return f"s3.{_token(run)}.post."


def _token(name: str) -> str:
    plain = name.encode("utf-8", "replace").decode()
    token = subject_token(UserId(plain)) or "="
    if plain == name and len(token) <= _LONGEST:
        return token
    return f"{token[:_KEPT]}=={text_id(name)}"  # no other token has two of these in a row
