"""Recommending: has channels choose, sees to what may be shown to whom, and puts it into feeds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from s3agents.channels.base import Ask, Channel, Offer, Texts
from s3agents.config.channels import ChannelSection
from s3agents.events import Delivery, Post, Source
from s3agents.ids import PostId, UserId
from s3agents.rng import Draws
from s3agents.steering.effects import Count, Effects
from s3agents.steering.mail import Mail, marked
from s3agents.steering.measures import Measures
from s3agents.steering.platform import Platform
from s3agents.steering.schedule import Schedule
from s3agents.steering.seen import Seen

__all__ = ["Recommending", "Served", "places"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A channel, and whom it serves.

    Attributes:
        section: of the scenario.
        channel: that chooses.
        schedule: when it recommends.
        who: indices of the only users that it serves, ascending; ``None`` for all.
    """

    section: ChannelSection
    channel: Channel
    schedule: Schedule
    who: Sequence[int] | None = None

    @property
    def kind(self) -> str:
        """As the scenario calls it."""
        return "mix" if self.section.mix else str(self.section.kind)


def places(share: float, own: int, attention: int) -> int:
    """How many posts have to be recommended for them to be ``share`` of a feed.

    Args:
        share: between 0 and 1.
        own: posts that come from those whom the reader follows.
        attention: posts that a feed counts as at least.
    """
    return max(1, int(max(share * attention, own * share / (1.0 - share)) + 0.5))


class Recommending:
    """The channels of a run.

    Args:
        channels: in the order of the scenario.
        platform: what there is to recommend.
        measures: who has had a turn.
        seed: of the run.
        attention: posts that a turn perceives.
        texts: their vectors.
    """

    def __init__(
        self,
        channels: Sequence[Served],
        platform: Platform,
        measures: Measures,
        *,
        seed: int,
        attention: int,
        texts: Texts,
    ) -> None:
        self._channels, self._platform, self._measures = tuple(channels), platform, measures
        self._seed, self._attention, self._texts = seed, attention, texts
        self._serving: Sequence[bool] = ()
        window = max((served.section.window for served in channels), default=1)
        self.seen = Seen(platform, window=window)

    def plan(self, tick: int) -> None:
        """Decide which channels recommend in ``tick``, which is about to begin."""
        self._serving = [served.schedule.in_force(tick, self._measures) for served in self._channels]

    async def add(self, tick: int, mail: Mail, effects: Effects) -> None:
        """Put what channels choose for ``tick``, which was planned, into ``mail``."""
        sizes = {reader: len(inbox) for reader, inbox in mail.items()}
        for number, served in enumerate(self._channels):
            posts = self._candidates(served.section.window, tick) if self._serving[number] else []
            if posts:
                count = effects.channels.setdefault(number, Count())
                await self._serve(number, served, posts, tick=tick, mail=mail, own=sizes, count=count)

    async def _serve(
        self,
        number: int,
        served: Served,
        posts: Sequence[Post],
        *,
        tick: int,
        mail: Mail,
        own: dict[int, int],
        count: Count,
    ) -> None:
        offered = {post.id: post for post in posts}
        offer = Offer(tick=tick, posts=posts, popularity=self._platform.popularity, texts=self._texts)
        asks = self._asks(number, served, offered.values(), tick=tick, mail=mail, own=own)
        found = await served.channel.recommend([ask for _, ask in asks], offer) if asks else []
        shown = set[PostId]()
        for (reader, ask), chosen in zip(asks, found, strict=True):
            allowed = [post for post in dict.fromkeys(chosen) if post in offered and post not in ask.barred]
            for post in allowed[: ask.most]:
                delivery = marked(Delivery(post=offered[post], source=Source.PLATFORM), self._platform)
                mail.setdefault(reader, []).append(delivery)
            count.deliveries += len(allowed[: ask.most])
            count.accounts += bool(allowed)
            shown.update(allowed[: ask.most])
        count.posts += len(shown)

    def _candidates(self, window: int, tick: int) -> list[Post]:
        """Posts of the last ``window`` ticks that may be shown to somebody."""
        platform, found = self._platform, list[Post]()
        for post in reversed(platform.originals):
            if post.tick < tick - window:
                break
            if platform.blamed(post) is None and platform.weight(post) is None:
                found.append(post)
        return found[::-1]

    def _asks(
        self,
        number: int,
        served: Served,
        posts: Iterable[Post],
        *,
        tick: int,
        mail: Mail,
        own: dict[int, int],
    ) -> list[tuple[int, Ask]]:
        written: dict[UserId, set[PostId]] = {}
        for post in posts:
            written.setdefault(post.author, set()).add(post.id)
        personas, shown, section = self._platform.society.personas, self._platform.shown, served.section
        asks = []
        for reader in self._readers(served, mail):
            persona, inbox = personas[reader], mail.get(reader, ())
            draws = Draws(self._seed, persona.id, tick)
            if section.chance < 1.0 and draws.uniform(f"channels/{number}") >= section.chance:
                continue
            barred = self.seen.by(reader) | written.get(persona.id, set()) | {shown(d.post.id) for d in inbox}
            most = places(section.share, own.get(reader, 0), self._attention)
            asks.append((reader, Ask(reader=persona, most=most, barred=barred, draws=draws)))
        return asks

    def _readers(self, served: Served, mail: Mail) -> Iterable[int]:
        """Whom a channel serves in a tick, ascending; never who is suspended."""
        users: Collection[int] = range(len(self._platform.society)) if served.who is None else served.who
        wanted, suspended = served.section.readers, self._platform.suspended
        for user in users:
            if user in suspended:
                continue
            if wanted == "all" or user in mail or (wanted == "awake" and self._measures.had_turn(user)):
                yield user
