"""Latency: how long the stub endpoint takes for a request: a constant, or drawn from a distribution by its content."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from math import exp
from statistics import NormalDist
from typing import Final

from s3agents.errors import InputError, explain

__all__ = ["DISTRIBUTIONS", "Latency"]

DISTRIBUTIONS: Final = {"constant": 0.0, "lognormal": 0.5, "pareto": 1.5}
"""The distributions, each with the shape it has if none is given."""

_NORMAL = NormalDist()
_MOST = 30.0
_SPACE = 1 << 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Seconds that requests take, the same for the same request: who replays requests meets the same latencies.

    No request takes more than 30 times the mean: ``max_tokens`` bounds what a real endpoint does for one.

    Args:
        mean: seconds, the mean of the distribution before that bound.
        distribution: ``constant``, ``lognormal`` or ``pareto``.
        shape: sigma of the logarithm for ``lognormal``; the tail exponent of ``pareto``, above 1, and the smaller the
            heavier is the tail. By default as in :data:`DISTRIBUTIONS`.

    Raises:
        InputError: if there is no such distribution, or it has no such mean.
    """

    mean: float
    distribution: str = "constant"
    shape: float | None = None

    def __post_init__(self) -> None:
        if self.distribution not in DISTRIBUTIONS:
            raise InputError(
                explain("latency distribution", wanted=", ".join(DISTRIBUTIONS), got=repr(self.distribution))
            )
        if self.mean < 0.0:
            raise InputError(explain("latency", wanted="seconds, 0 or more", got=f"{self.mean:g}"))
        least = 1.0 if self.distribution == "pareto" else 0.0
        if self.shape is not None and self.shape <= least:
            raise InputError(
                explain(f"shape of {self.distribution}", wanted=f"more than {least:g}", got=f"{self.shape:g}")
            )

    def of(self, content: bytes) -> float:
        """Seconds for the request ``content``."""
        if self.distribution == "constant" or self.mean == 0.0:
            return self.mean
        return self.quantile((zlib.crc32(content) + 0.5) / _SPACE)

    def quantile(self, share: float) -> float:
        """Seconds that ``share`` of all requests, above 0 and below 1, do not pass."""
        shape = DISTRIBUTIONS[self.distribution] if self.shape is None else self.shape
        seconds = self.mean
        if self.distribution == "lognormal":
            seconds *= exp(shape * _NORMAL.inv_cdf(share) - shape * shape / 2.0)
        elif self.distribution == "pareto":
            seconds *= (shape - 1.0) / shape * (1.0 - share) ** (-1.0 / shape)
        return min(seconds, _MOST * self.mean)
