"""Derived randomness: every draw is a pure function of (seed, agent, tick, purpose).

No generator is shared and none has state, so that the order in which agents take their turns cannot change a draw.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

__all__ = ["Draws"]


@dataclass(frozen=True, slots=True)
class Draws:
    """The draws of one agent in one tick.

    Each purpose names one draw: asking twice for the same purpose gives the same number.
    """

    seed: int
    agent: str
    tick: int

    def bits(self, purpose: str) -> int:
        """64 uniform bits for ``purpose``."""
        key = f"{self.seed}\x1f{self.agent}\x1f{self.tick}\x1f{purpose}".encode("utf-8", "surrogatepass")
        return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "big")

    def uniform(self, purpose: str) -> float:
        """A number in [0, 1)."""
        return (self.bits(purpose) >> 11) * 2.0**-53

    def choice(self, purpose: str, weights: Sequence[float]) -> int:
        """An index, drawn with probability proportional to its weight.

        Raises:
            ValueError: if the weights do not have a positive sum.
        """
        edges = list(accumulate(weights))
        if not edges or not edges[-1] > 0:
            raise ValueError(f"weights must have a positive sum, got {list(weights)}")
        return min(bisect_right(edges, self.uniform(purpose) * edges[-1]), len(edges) - 1)

    def sample(self, purpose: str, n: int, k: int) -> list[int]:
        """``k`` of the indices ``0..n-1``, without repetition, ascending."""
        if k >= n:
            return list(range(n))
        order = sorted(range(n), key=lambda i: self.bits(f"{purpose}/{i}"))
        return sorted(order[:k])

    def model_seed(self, purpose: str) -> int:
        """A seed for a language model: 31 bits, which every endpoint takes."""
        return self.bits(purpose) >> 33
