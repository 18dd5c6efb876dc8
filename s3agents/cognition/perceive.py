"""Perceive: which posts of an inbox reach an agent's attention."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from s3agents.events import Delivery
from s3agents.ids import PostId
from s3agents.rng import Draws

__all__ = ["perceive"]


def perceive(
    inbox: Sequence[Delivery], *, shared: Collection[PostId], attention: int, draws: Draws
) -> tuple[Delivery, ...]:
    """At most ``attention`` posts of ``inbox``, in their total order.

    Posts of cascades that the agent started or passed on already have nothing new to say to it. One that is down-ranked
    is passed over but for a chance of its weight. Of more than it can read, a random part is read, for the order of ids
    must not decide who is heard.
    """
    old = frozenset(shared)  # dozens of them, each looked at for every post
    news = sorted(
        [d for d in inbox if d.post.root not in old and (d.weight >= 1.0 or _seen(d, draws))],
        key=lambda d: d.post.order,
    )
    return tuple([news[i] for i in draws.sample("attention", len(news), attention)])


def _seen(delivery: Delivery, draws: Draws) -> bool:
    return draws.uniform(f"rank/{delivery.post.id}") < delivery.weight
