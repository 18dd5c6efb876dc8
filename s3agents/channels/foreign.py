"""ForeignChannel: a recommender of others: what fails in it ends the run, with its name and its package."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from s3agents.channels.base import Ask, Channel, Offer
from s3agents.errors import RunError, explain
from s3agents.ids import PostId
from s3agents.secrecy import failures_as

__all__ = ["ForeignChannel"]


class ForeignChannel:
    """A channel that is not ours.

    Args:
        inner: the channel.
        who: as messages call it.
        secrets: what no message may show.
    """

    def __init__(self, inner: Channel, who: str, *, secrets: Collection[str] = ()) -> None:
        self._inner, self._who, self._secrets = inner, who, tuple(secrets)

    async def recommend(self, asks: Sequence[Ask], offer: Offer) -> Sequence[Sequence[PostId]]:
        """What each reader is shown.

        Raises:
            RunError: if the channel fails, or answers with something else than a list for each reader.
        """
        with failures_as(RunError, self._who, secrets=self._secrets):
            found = [list(posts) for posts in await self._inner.recommend(asks, offer)]
        if len(found) != len(asks):
            raise RunError(explain(self._who, wanted=f"a list for each of {len(asks)} readers", got=str(len(found))))
        return found
