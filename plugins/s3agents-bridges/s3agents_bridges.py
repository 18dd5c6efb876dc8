"""Bridges: an intervention by which people begin to follow somebody who is not near to them."""

from __future__ import annotations

from s3agents.interventions.base import Levers, Situation

__all__ = ["Bridges"]


class Bridges:
    """New follow edges between users who share nobody whom they follow; see the port of interventions.

    Args:
        each_tick: how many users begin to follow somebody in each tick in which it is in force.

    Raises:
        ValueError: if that is not 1 or more.
    """

    def __init__(self, *, each_tick: int = 1) -> None:
        if each_tick < 1:
            raise ValueError(f"each_tick: 1 or more, got {each_tick}")
        self._each_tick = each_tick

    def act(self, now: Situation, levers: Levers) -> None:
        """Draw users, and for each somebody from elsewhere, if there is anybody."""
        ids, users = now.society.ids, len(now.society)
        for user in now.draws.sample("bridges", users, self._each_tick):
            near = set(now.edges.followees(user).tolist())
            around = {j for i in near for j in now.edges.followees(i).tolist()} | near | {user}
            far = [i for i in range(users) if i not in around]
            if far:
                levers.follow(ids[user], ids[far[now.draws.choice(f"bridges/{user}", [1.0] * len(far))]])
