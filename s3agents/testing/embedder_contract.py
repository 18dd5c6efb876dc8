"""EmbedderContract: what every embedder has to keep to, as tests.

Needs the package ``pytest``. For an embedder of your own::

    class TestMyEmbedder(EmbedderContract):
        def make_embedder(self) -> Embedder:
            return MyEmbedder()
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np

from s3agents.embed.base import Embedder, Vectors

__all__ = ["EmbedderContract"]

_TEXTS = (
    "Tax the sugar, not the people.",
    "No more taxes!",
    "糖税",
    "e\u0301 and é",
    "\x00\t\n",
    "\ud800 is no character",
    "👩‍👩‍👧 🍬",
    "word " * 4000,
    " ",
    "",
)
"""Posts as they come: also of other scripts, empty, long, and not quite Unicode."""


class EmbedderContract:
    """An embedder turns each text into one vector, whatever else it is asked, and however often."""

    tolerance = 1e-5
    """How far lengths may be off 1, and vectors of the same text from each other; runs are equal to the byte with 0."""

    def make_embedder(self) -> Embedder:
        """A new embedder; every call gives one with the same settings."""
        raise NotImplementedError

    def test_it_has_a_name(self) -> None:
        """The manifest of a run tells with what it was made: the same for the same settings."""
        names = [self.make_embedder().name for _ in range(2)]
        assert isinstance(names[0], str)
        assert names[0].strip()
        assert names[0] == names[1]

    def test_there_is_one_vector_for_each_text(self) -> None:
        """All of one length, of finite numbers."""
        vectors = np.asarray(_embedded(self.make_embedder(), _TEXTS))
        assert vectors.ndim == 2
        assert vectors.shape[0] == len(_TEXTS)
        assert vectors.shape[1] > 0
        assert np.isfinite(vectors).all()

    def test_vectors_have_the_length_1(self) -> None:
        """Or 0, for a text without content."""
        lengths = np.linalg.norm(np.asarray(_embedded(self.make_embedder(), _TEXTS), dtype=np.float64), axis=1)
        assert np.all((np.abs(lengths - 1.0) <= max(self.tolerance, 1e-6)) | (lengths == 0.0))

    def test_the_same_text_gives_the_same_vector(self) -> None:
        """In any batch, in any order, and from an embedder made anew."""
        together = np.asarray(_embedded(self.make_embedder(), _TEXTS))
        backwards = np.asarray(_embedded(self.make_embedder(), _TEXTS[::-1]))[::-1]
        alone = np.concatenate([np.asarray(_embedded(self.make_embedder(), [text])) for text in _TEXTS])
        for other in (backwards, alone):
            assert np.allclose(together, other, rtol=0.0, atol=self.tolerance)

    def test_other_texts_give_other_vectors(self) -> None:
        """Else everything would be as relevant as anything."""
        vectors = np.asarray(_embedded(self.make_embedder(), _TEXTS[:3]))
        assert not np.allclose(vectors[0], vectors[1], rtol=0.0, atol=1e-3)
        assert not np.allclose(vectors[0], vectors[2], rtol=0.0, atol=1e-3)

    def test_closing_is_safe_to_repeat(self) -> None:
        """Also for one that was never used."""

        async def closed() -> None:
            embedder = self.make_embedder()
            await embedder.close()
            await embedder.close()

        asyncio.run(closed())


def _embedded(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    async def embedded() -> Vectors:
        try:
            return await embedder.embed(texts)
        finally:
            await embedder.close()

    return asyncio.run(embedded())
