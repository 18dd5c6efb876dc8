"""Channel: the port of a recommender, which chooses among recent posts for many readers at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Protocol

from s3agents.embed.base import Vectors
from s3agents.events import Post
from s3agents.ids import PostId
from s3agents.persona import Persona
from s3agents.rng import Draws

__all__ = ["Ask", "Channel", "Offer", "Texts"]


class Texts(Protocol):
    """Unit vectors of texts, by the embedder of the run."""

    async def vectors(self, texts: Sequence[str]) -> Vectors:
        """Of shape ``(len(texts), dimensions)``; a text that was embedded before is not embedded again."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What can be recommended in a tick.

    Attributes:
        tick: in which it is read.
        posts: candidates, in their total order: no forwards, nothing that was removed or down-ranked.
        popularity: how often each of them was passed on or liked; 0 for one that is not in here.
        texts: their vectors, and those of any other text.
    """

    tick: int
    posts: Sequence[Post]
    popularity: Mapping[PostId, int]
    texts: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A reader who is to be recommended something.

    Attributes:
        reader: who.
        most: how many posts at most; 1 or more.
        barred: posts that the reader is not to be shown: its own, and what has reached it, itself or as a forward.
        draws: of this reader in this tick; the only chance that a channel may use.
    """

    reader: Persona
    most: int
    barred: Set[PostId]
    draws: Draws


class Channel(Protocol):
    """One way of recommending. It goes by what it is shown alone, and keeps nothing between ticks."""

    async def recommend(self, asks: Sequence[Ask], offer: Offer) -> Sequence[Sequence[PostId]]:
        """What each reader is shown, best first.

        Args:
            asks: the readers, in the order of users.
            offer: what there is; never empty.

        Returns:
            For each of ``asks``, in their order, at most :attr:`Ask.most` of the posts on offer, none barred and none
            twice; fewer where there are no more.
        """
        ...
