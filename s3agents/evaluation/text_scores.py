"""Scores of generated texts (S3 Table 3): perplexity, likeness to what users really wrote, diversity, length.

Words are those of :mod:`s3agents.network.word_bounds`: between blanks where a script has them, else single characters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from s3agents.network.word_bounds import fold, pieces
from s3agents.traits.scores import Score, bootstrapped

__all__ = ["cosines", "distinct", "mean_score", "perplexity", "words"]

_Floats = NDArray[np.float64]


def words(text: str) -> list[str]:
    """The words of ``text``, folded, without punctuation and symbols."""
    found = pieces(" ".join(fold(text).split())).split("\x1f")
    return [word for word in found if any(character.isalnum() for character in word)]


def distinct(texts: Sequence[Sequence[str]], n: int) -> float | None:
    """Different runs of ``n`` words over all of them, within texts (distinct-n, Li et al. 2016).

    Longer samples score lower: compare texts of one number and about one length.

    Args:
        texts: their words.
        n: 1 for words, 2 for pairs.

    Returns:
        A share, or ``None`` if no text has ``n`` words.
    """
    if n not in (1, 2):
        raise ValueError(f"distinct-n of 1 or 2, not {n}")
    runs = [run for text in texts for run in (text if n == 1 else pairwise(text))]
    return len(set(runs)) / len(runs) if runs else None


def perplexity(
    logprobs: Sequence[Sequence[float]], *, groups: Sequence[str] | None = None, seed: int = 0
) -> Score | None:
    """How surprising texts are to a model: ``exp`` of the mean negative log probability of their tokens.

    Args:
        logprobs: natural log probabilities of the tokens of each text, as far as the model gives them; a text without
            any does not count.
        groups: which texts are drawn together for the interval.
        seed: of the interval.

    Returns:
        ``None`` if there are no tokens.
    """
    kept = [i for i, row in enumerate(logprobs) if row]
    sums = np.array([math.fsum(logprobs[i]) for i in kept])
    sizes = np.array([len(logprobs[i]) for i in kept], dtype=np.float64)

    def statistic(weights: _Floats) -> float | None:
        value = math.exp(min(-(weights @ sums) / (weights @ sizes), 700.0))
        return value if math.isfinite(value) else None

    drawn = None if groups is None else [groups[i] for i in kept]
    return bootstrapped({"perplexity": statistic}, len(kept), groups=drawn, seed=seed)["perplexity"]


def mean_score(values: Sequence[float], *, groups: Sequence[str] | None = None, seed: int = 0) -> Score | None:
    """The mean of ``values`` with its interval; ``None`` if there are none."""
    array = np.array(values, dtype=np.float64)
    statistics = {"mean": lambda weights: float(weights @ array / weights.sum())}
    return bootstrapped(statistics, len(array), groups=groups, seed=seed)["mean"]


def cosines(left: NDArray[np.float32], right: NDArray[np.float32]) -> list[float]:
    """Cosine of each row of ``left`` and the same row of ``right``, which are unit vectors; 0 for one without content.

    Args:
        left: shape ``(n, dimensions)``.
        right: the same shape.
    """
    products: list[float] = np.einsum("ij,ij->i", left.astype(np.float64), right.astype(np.float64)).tolist()
    return [min(1.0, max(-1.0, value)) for value in products]
