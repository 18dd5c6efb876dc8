"""SocialEffects: likes are counted, edges are changed by agents, and replies reach whom they answer."""

from __future__ import annotations

from collections.abc import Sequence

from s3agents.actions.base import Effect
from s3agents.actions.offer import Offer
from s3agents.events import Post
from s3agents.ids import PostId, UserId, post_id
from s3agents.record.base import TurnRecord
from s3agents.steering.platform import Platform

__all__ = ["SocialEffects"]


class SocialEffects:
    """An :class:`~s3agents.steering.base.Observer` of what agents did.

    Args:
        offer: what they can do.
    """

    def __init__(self, offer: Offer) -> None:
        self._offer = offer
        self._liked: set[tuple[UserId, PostId]] = set()

    def observe(self, tick: int, posts: Sequence[Post], turns: Sequence[TurnRecord], platform: Platform) -> None:
        """Apply the effects of a tick, in the order of users. Nobody likes a post twice."""
        by_id = {post.id: post for post in posts}
        for turn in turns:
            action = None if turn.action is None else self._offer.find(turn.action)
            if action is not None and action.steers:
                self._apply(action.effect(turn.target), turn.user, by_id.get(post_id(tick, turn.user, 0)), platform)

    def _apply(self, effect: Effect, user: UserId, said: Post | None, platform: Platform) -> None:
        """Have ``platform`` take ``effect`` on; whoever is no user of the society cannot be followed, nor addressed."""
        index = platform.society.index
        if effect.likes is not None and (user, effect.likes) not in self._liked:
            self._liked.add((user, effect.likes))
            platform.liked(effect.likes)
        if effect.follows is not None and effect.follows in index:
            platform.edges.follow(index[user], index[effect.follows])
        if effect.unfollows is not None and effect.unfollows in index:
            platform.edges.unfollow(index[user], index[effect.unfollows])
        if said is not None and effect.addresses is not None and effect.addresses in index and effect.addresses != user:
            platform.addressed.setdefault(index[effect.addresses], []).append(said)
