"""ChannelContract: what every recommender has to keep to, as tests.

Needs the package ``pytest``. For a channel of your own::

    class TestMyChannel(ChannelContract):
        def make_channel(self) -> Channel:
            return MyChannel()
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import MappingProxyType

from s3agents.channels.base import Ask, Channel, Offer
from s3agents.embed.base import Vectors
from s3agents.embed.hashing import HashingEmbedder
from s3agents.events import Post, PostKind
from s3agents.ids import PostId, UserId, post_id
from s3agents.labels import Attitude
from s3agents.persona import Persona
from s3agents.rng import Draws
from s3agents.testing.chance import without_chance

__all__ = ["ChannelContract", "some_asks", "some_offer"]

_SAID = ("Tax the sugar!", "No more taxes", "Has anybody seen my cat?", "糖税", "Sugar again", "RT")
_SIDES = (Attitude.POSITIVE, Attitude.NEGATIVE, None)
Lists = list[list[PostId]]


class _Texts:
    """Vectors by the embedder of scenarios that name none."""

    async def vectors(self, texts: Sequence[str]) -> Vectors:
        return await HashingEmbedder(64).embed(texts)


def some_offer(tick: int = 5, posts: int = 18) -> Offer:
    """Posts of the last ticks by a few authors; some are popular, and of some it is not known how popular they are."""
    made = [_post(n, tick - 3 + 3 * n // posts) for n in range(posts)]
    ordered = sorted(made, key=lambda post: post.order)
    popularity = {post.id: n % 4 for n, post in enumerate(ordered) if n % 3}
    return Offer(tick=tick, posts=tuple(ordered), popularity=MappingProxyType(popularity), texts=_Texts())


def some_asks(offer: Offer, readers: int = 12) -> list[Ask]:
    """Readers who want one post or many, of whom some have seen much of it, and one everything."""
    ids = [post.id for post in offer.posts]
    asks = []
    for n in range(readers):
        reader = Persona(id=UserId(f"reader {n}"), bio=f"I care for {_SAID[n % len(_SAID)]}", age=20 + n)
        barred = frozenset(ids) if n == readers - 1 else frozenset(ids[n % 4 :: 3] if n % 2 else ())
        draws = Draws(7, reader.id, offer.tick)
        asks.append(Ask(reader=reader, most=1 + n % 5 + 30 * (n == 4), barred=barred, draws=draws))
    return asks


class ChannelContract:
    """A channel chooses among the posts on offer, for each reader by itself, and keeps nothing."""

    def make_channel(self) -> Channel:
        """A new channel; every call gives one with the same settings."""
        raise NotImplementedError

    def test_each_reader_has_a_list(self) -> None:
        """Of no more posts than asked for, each on offer and none of them twice."""
        offer = some_offer()
        asks, known = some_asks(offer), {post.id for post in offer.posts}
        found = self._recommended(asks, offer)
        assert len(found) == len(asks)
        for ask, posts in zip(asks, found, strict=True):
            assert len(posts) <= ask.most
            assert set(posts) <= known
            assert len(set(posts)) == len(posts)

    def test_nobody_is_shown_what_is_barred(self) -> None:
        """A reader's own posts, and what has reached the reader before."""
        offer = some_offer()
        asks = some_asks(offer)
        for ask, posts in zip(asks, self._recommended(asks, offer), strict=True):
            assert not set(posts) & ask.barred

    def test_somebody_is_shown_something(self) -> None:
        """A channel that never shows anything recommends nothing."""
        offer = some_offer()
        assert any(self._recommended(some_asks(offer), offer))

    def test_a_little_is_recommended_as_well(self) -> None:
        """One post on offer, and one reader."""
        offer = some_offer(posts=1)
        (found,) = self._recommended(some_asks(offer)[:1], offer)
        assert found in ([], [offer.posts[0].id])

    def test_the_same_is_recommended_again(self) -> None:
        """Also by a channel that is made anew: a run that goes on after a crash shows the same."""
        offer = some_offer()
        asks = some_asks(offer)
        assert self._recommended(asks, offer) == self._recommended(asks, offer)

    def test_it_keeps_nothing_between_ticks(self) -> None:
        """What it was asked before shapes nothing."""
        before, now = some_offer(4, 9), some_offer()
        alone = self._recommended(some_asks(now), now)

        async def later() -> Lists:
            channel = self.make_channel()
            await channel.recommend(some_asks(before), before)
            return _plain(await channel.recommend(some_asks(now), now))

        assert asyncio.run(later()) == alone

    def test_it_serves_each_reader_alone(self) -> None:
        """Whoever else asks changes nothing."""
        offer = some_offer()
        asks = some_asks(offer)
        found = self._recommended(asks, offer)
        assert [self._recommended([ask], offer)[0] for ask in asks] == found
        assert self._recommended(asks[::-1], offer)[::-1] == found

    def test_chance_comes_from_the_readers_draws_alone(self) -> None:
        """Global generators are left alone, and what they are at shapes nothing."""
        offer = some_offer()
        without_chance(lambda: self._recommended(some_asks(offer), offer))

    def _recommended(self, asks: Sequence[Ask], offer: Offer) -> Lists:
        async def recommended() -> Lists:
            return _plain(await self.make_channel().recommend(asks, offer))

        return asyncio.run(recommended())


def _plain(found: Sequence[Sequence[PostId]]) -> Lists:
    return [list(posts) for posts in found]


def _post(n: int, tick: int) -> Post:
    author = UserId(f"author {n % 5}")
    own = post_id(tick, author, n)
    kind = PostKind.REPLY if n % 7 == 6 else PostKind.ORIGINAL
    text = f"{_SAID[n % len(_SAID)]} ({n})"
    return Post(id=own, author=author, tick=tick, n=n, text=text, kind=kind, root=own, attitude=_SIDES[n % 3])
