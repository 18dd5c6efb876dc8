"""Mail: what reaches readers in a tick, once interventions and changed edges have had their say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from s3agents.events import Delivery, Post, Source
from s3agents.ids import PostId
from s3agents.network.feed import deliveries
from s3agents.steering.effects import Effects
from s3agents.steering.platform import Platform

__all__ = ["Mail", "marked", "steered_mail"]

Mail = dict[int, list[Delivery]]


def steered_mail(mail: Mapping[int, Sequence[Delivery]], platform: Platform, effects: Effects) -> Mail:
    """What reaches each reader of what ``mail`` brings along the edges of the society.

    Args:
        mail: of the tick that is about to begin: the fresh posts, by index of the reader.
        platform: what is in force in it.
        effects: of the tick: deliveries that do not come about, or that come with a mark, are counted.
    """
    return _Desk(platform, effects).passed(_addressed(_along(mail, platform), platform))


def marked(delivery: Delivery, platform: Platform) -> Delivery:
    """``delivery`` with the label and the weight of its post."""
    label, weight = platform.label(delivery.post), platform.weight(delivery.post)
    if label is None and weight is None:
        return delivery
    return replace(delivery, label=label[0] if label else None, weight=weight[0] if weight else 1.0)


def _along(mail: Mapping[int, Sequence[Delivery]], platform: Platform) -> Mail:
    """``mail`` along the edges that there are now."""
    edges, index = platform.edges, platform.society.index
    moved = [post for post in platform.fresh if edges.touched(index[post.author])] if len(edges) else []
    if not moved:
        return {reader: list(inbox) for reader, inbox in mail.items()}
    gone = {post.id for post in moved}
    kept = {reader: [d for d in inbox if d.post.id not in gone] for reader, inbox in mail.items()}
    for reader, inbox in deliveries(moved, None, platform.society, edges=edges).items():
        kept.setdefault(reader, []).extend(inbox)
    return kept


def _addressed(mail: Mail, platform: Platform) -> Mail:
    """``mail``, with the posts that reach somebody for their own sake."""
    for reader, posts in platform.addressed.items():
        inbox = mail.setdefault(reader, [])
        there = {sent.post.id for sent in inbox}
        inbox += [Delivery(post=post, source=Source.PLATFORM) for post in posts if post.id not in there]
    return mail


@dataclass(frozen=True, slots=True)
class _Fate:
    """What becomes of the deliveries of a post: dropped by an intervention, or marked by some."""

    blamed: int | None
    label: tuple[str, int] | None
    weight: tuple[float, int] | None


class _Desk:
    """Lets deliveries through, marks or drops them."""

    def __init__(self, platform: Platform, effects: Effects) -> None:
        self._platform, self._effects = platform, effects
        self._fates = {post.id: fate for post in platform.fresh if (fate := self._fate(post)) is not None}
        self._marked: dict[tuple[PostId, Source], Delivery] = {}

    def passed(self, mail: Mail) -> Mail:
        """What is left of ``mail``; no inbox is empty."""
        suspended = self._platform.suspended
        for reader in suspended.keys() & mail.keys():
            self._effects.of(suspended[reader]).deliveries += len(mail.pop(reader))
        if not self._fates:
            return {reader: inbox for reader, inbox in mail.items() if inbox}
        passed = {reader: [d for sent in inbox if (d := self._one(sent)) is not None] for reader, inbox in mail.items()}
        return {reader: inbox for reader, inbox in passed.items() if inbox}

    def _fate(self, post: Post) -> _Fate | None:
        platform = self._platform
        blamed, label, weight = platform.blamed(post), platform.label(post), platform.weight(post)
        return None if blamed is None and label is None and weight is None else _Fate(blamed, label, weight)

    def _one(self, sent: Delivery) -> Delivery | None:
        fate = self._fates.get(sent.post.id)
        if fate is None:
            return sent
        if fate.blamed is not None:
            self._effects.of(fate.blamed).deliveries += 1
            return None
        for number in {mark[1] for mark in (fate.label, fate.weight) if mark is not None}:
            self._effects.of(number).deliveries += 1
        key = (sent.post.id, sent.source)  # the readers of a post share its deliveries
        if key not in self._marked:
            self._marked[key] = marked(sent, self._platform)
        return self._marked[key]
