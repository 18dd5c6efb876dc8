"""Streams of randomness: one for each purpose of a seed, and the few draws that are made from them.

Everything is made of ``Generator.random``: 53 bits of PCG64, whose stream numpy keeps the same (NEP 19). The other
methods of a generator may change with its version.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

__all__ = ["Floats", "Longs", "apportion", "picks", "shuffled", "stream"]

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


def stream(seed: int, purpose: str) -> np.random.Generator:
    """The draws of ``seed`` for ``purpose``; those for another purpose are independent of it."""
    name = int.from_bytes(hashlib.blake2b(purpose.encode(), digest_size=8).digest(), "big")
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, name])))


def shuffled(n: int, rng: np.random.Generator) -> Longs:
    """The numbers ``0..n-1`` in any order."""
    return np.argsort(rng.random(n), kind="stable")


def picks(sizes: Longs | int, n: int, rng: np.random.Generator) -> Longs:
    """``n`` numbers, each from 0 to below its size; ``sizes`` is one for all, or of shape ``(n,)``."""
    return (rng.random(n) * sizes).astype(np.int64)


def apportion(weights: Floats, total: int) -> Longs:
    """``total`` in whole parts that go with ``weights``: largest remainders; of equal ones, the first.

    Args:
        weights: not negative, shape ``(k,)``.
        total: what is dealt out; the parts add up to it.
    """
    whole = float(weights.sum())
    exact = weights * (total / whole) if whole > 0 else np.full(len(weights), total / len(weights))
    parts = np.floor(exact).astype(np.int64)
    rest = total - int(parts.sum())
    parts[np.argsort(parts - exact, kind="stable")[:rest]] += 1
    return parts
