"""Similarity: a channel that shows readers what is close to what they say of themselves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from s3agents.channels.base import Ask, Offer
from s3agents.ids import PostId

__all__ = ["Similarity"]

_DIGITS = 6
"""Scores are compared to six decimals, so that no order hangs on the last bit of a sum."""

_AT_ONCE = 512
"""Readers whose scores are worked out together."""


class Similarity:
    """What has the largest cosine to the reader's attributes first (S3 section 4.1); of equals, the newer."""

    async def recommend(self, asks: Sequence[Ask], offer: Offer) -> Sequence[Sequence[PostId]]:
        """The closest posts that a reader may be shown."""
        posts = offer.posts[::-1]
        ids = [post.id for post in posts]
        vectors = (await offer.texts.vectors([post.text for post in posts])).astype(np.float64)
        found: list[list[PostId]] = []
        for start in range(0, len(asks), _AT_ONCE):
            some = asks[start : start + _AT_ONCE]
            readers = await offer.texts.vectors([ask.reader.describe() for ask in some])
            scores = np.round(readers.astype(np.float64) @ vectors.T, _DIGITS)
            found += [_best(row, ids, ask) for row, ask in zip(scores, some, strict=True)]
        return found


def _best(scores: NDArray[np.float64], ids: Sequence[PostId], ask: Ask) -> list[PostId]:
    """The posts of the highest scores; those that may be barred as well are looked at no further than needed."""
    wanted = min(ask.most + len(ask.barred), len(ids))
    if wanted < len(ids):
        least = np.partition(scores, len(ids) - wanted)[len(ids) - wanted]
        near = np.flatnonzero(scores >= least)
    else:
        near = np.arange(len(ids))
    order = near[np.argsort(-scores[near], kind="stable")]
    return [ids[i] for i in order.tolist() if ids[i] not in ask.barred][: ask.most]
