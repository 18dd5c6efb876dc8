"""Interventions on accounts: some are suspended, and who follows whom changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from s3agents.ids import UserId
from s3agents.interventions.base import Levers, Situation

__all__ = ["Follow", "Suspend", "Unfollow"]


class Suspend:
    """Accounts are suspended as long as it is in force.

    Args:
        users: whose.
    """

    def __init__(self, users: Sequence[UserId]) -> None:
        self._users = tuple(users)

    def act(self, now: Situation, levers: Levers) -> None:
        """Suspend them for a tick."""
        del now
        for user in self._users:
            levers.suspend(user)


class Follow:
    """Some follow others from then on.

    Args:
        followers: who.
        followees: whom; nobody follows themselves.
    """

    def __init__(self, followers: Sequence[UserId], followees: Sequence[UserId]) -> None:
        self._followers, self._followees = tuple(followers), tuple(followees)

    def act(self, now: Situation, levers: Levers) -> None:
        """Have them follow."""
        del now
        for follower, followee in _pairs(self._followers, self._followees):
            levers.follow(follower, followee)


class Unfollow:
    """Some follow others no more.

    Args:
        followers: who.
        followees: whom.
    """

    def __init__(self, followers: Sequence[UserId], followees: Sequence[UserId]) -> None:
        self._followers, self._followees = tuple(followers), tuple(followees)

    def act(self, now: Situation, levers: Levers) -> None:
        """Have them follow no more."""
        del now
        for follower, followee in _pairs(self._followers, self._followees):
            levers.unfollow(follower, followee)


def _pairs(followers: Sequence[UserId], followees: Sequence[UserId]) -> Iterator[tuple[UserId, UserId]]:
    """All pairs of two users."""
    return ((a, b) for a in followers for b in followees if a != b)
