"""Unit vectors out of what a model or an endpoint answered."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from s3agents.embed.base import Vectors
from s3agents.errors import MemoryStoreError, explain

__all__ = ["unit_vectors"]


def unit_vectors(rows: ArrayLike, *, count: int, who: str) -> Vectors:
    """``rows`` as float32 vectors of length 1, of shape ``(count, dimensions)``; a row of zeros stays one.

    Each row is scaled by itself, so that its result does not hang on its neighbours.

    Args:
        rows: as they came.
        count: how many texts were asked for.
        who: the embedder, for the message.

    Raises:
        MemoryStoreError: if these are not ``count`` rows of finite numbers, all of one length.
    """
    try:
        raw = np.asarray(rows, dtype=np.float64)
    except (TypeError, ValueError) as exc:
        raise MemoryStoreError(explain(who, wanted="vectors of one length", got=str(exc))) from exc
    if raw.ndim != 2 or len(raw) != count or raw.shape[1] == 0 or not np.isfinite(raw).all():
        wanted = f"{count} vectors of finite numbers, all of one length"
        raise MemoryStoreError(explain(who, wanted=wanted, got=f"an array of shape {raw.shape}"))
    lengths = np.sqrt(np.square(raw).sum(axis=1, keepdims=True))
    unit: Vectors = np.divide(raw, lengths, out=np.zeros_like(raw), where=lengths > 0).astype(np.float32)
    return unit
