"""Mix: several channels in one: each place in a feed is filled by one of them, which is drawn."""

from __future__ import annotations

from collections.abc import Sequence

from s3agents.channels.base import Ask, Channel, Offer
from s3agents.ids import PostId

__all__ = ["Mix"]


class Mix:
    """Channels that share the places in a feed.

    Args:
        parts: each with its weight, in proportion to which it is drawn. A place whose channel has nothing left goes to
            the next one of them that has.
    """

    def __init__(self, parts: Sequence[tuple[Channel, float]]) -> None:
        self._channels, self._weights = [channel for channel, _ in parts], [weight for _, weight in parts]

    async def recommend(self, asks: Sequence[Ask], offer: Offer) -> Sequence[Sequence[PostId]]:
        """The places of each reader, each by the channel that was drawn for it."""
        lists = [await channel.recommend(asks, offer) for channel in self._channels]
        return [self._mixed(ask, [found[i] for found in lists]) for i, ask in enumerate(asks)]

    def _mixed(self, ask: Ask, lists: Sequence[Sequence[PostId]]) -> list[PostId]:
        left = [list(reversed(found)) for found in lists]
        chosen: list[PostId] = []
        for place in range(ask.most):
            drawn = ask.draws.choice(f"channel/mix/{place}", self._weights)
            for source in [*left[drawn:], *left[:drawn]]:
                while source and source[-1] in chosen:
                    source.pop()
                if source:
                    chosen.append(source.pop())
                    break
        return chosen
