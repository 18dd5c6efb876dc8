"""Lexicon: an embedder by lists of words: which subjects a text speaks of, and how much."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from s3agents.embed.base import Vectors

__all__ = ["Lexicon"]

_WORDS = re.compile(r"\w+")


class Lexicon:
    """One dimension for each subject, the square root of how many of its words stand in a text, and one for all others.

    Args:
        subjects: words of each subject; one that ends in ``*`` stands for all that begin so. Case makes no difference.

    Raises:
        ValueError: if there is none, or one has no words.
    """

    name = "lexicon"

    def __init__(self, *, subjects: Mapping[str, Sequence[str]]) -> None:
        if not subjects or not all(subjects.values()):
            raise ValueError("subjects: words of one subject or more, such as {food: [sugar, cake*]}")
        self.name = f"lexicon-{len(subjects)}"
        self._patterns = [re.compile("|".join(map(_pattern, words))) for words in subjects.values()]

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape ``(len(texts), subjects + 1)``, of length 1, or 0 for a text without words."""
        rows = np.sqrt(np.array([self._counts(text) for text in texts], dtype=np.float64))
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        unit: Vectors = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0).astype(np.float32)
        return unit

    async def close(self) -> None:
        """Nothing is open."""

    def _counts(self, text: str) -> list[int]:
        words = _WORDS.findall(text.lower())
        counts = [sum(pattern.fullmatch(word) is not None for word in words) for pattern in self._patterns]
        return [*counts, max(0, len(words) - sum(counts))]


def _pattern(word: str) -> str:
    start = re.escape(word.lower().removesuffix("*"))
    return rf"{start}\w*" if word.endswith("*") else start
