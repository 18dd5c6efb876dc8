"""HashingEmbedder: vectors from the words of a text alone, with no model, no download and no state.

Signed feature hashing (Weinberger et al. 2009): every feature of a text is hashed to one coordinate and one sign.
Scripts that put blanks between words give words and pairs of words, all others pairs and triples of characters.
"""

from __future__ import annotations

import asyncio
import math
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from s3agents.embed.base import Vectors
from s3agents.errors import InputError, explain

__all__ = ["HashingEmbedder"]

# Han, kana, bopomofo and Hangul; the scripts of South and South-East Asia, whose vowel signs are no word characters.
_RUNS = "\u0900-\u0dff\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u31ff\u3400-\u4dbf"
_RUNS += "\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U000323af"
_TOKEN = re.compile(rf"[{_RUNS}]+|[^\W_{_RUNS}]+|[\u2600-\u27bf\U0001f300-\U0001faff]")
_FIRST_RUN = "\u0900"
_RUN = re.compile(rf"[{_RUNS}]")
_ADDRESS = re.compile(r"\w+://\S+")
_LONG = 0.5
"""Weight of the longer features: texts on one topic share words sooner than pairs of words."""
_PAUSE = 64


class HashingEmbedder:
    """Feature hashing of words and characters; the same text gives the same vector in any batch, process and machine.

    It knows spelling, not meaning: two texts are near when they share words. That tells topics apart, and costs
    microseconds; for synonyms take a model.

    Args:
        dimensions: length of a vector.
    """

    def __init__(self, dimensions: int = 256) -> None:
        if dimensions < 1:
            raise InputError(explain("HashingEmbedder dimensions", wanted="at least 1", got=str(dimensions)))
        self._dimensions = dimensions

    @property
    def name(self) -> str:
        """Kind and size, such as ``hashing-256``."""
        return f"hashing-{self._dimensions}"

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape ``(len(texts), dimensions)``; 0 for a text without words."""
        vectors = np.zeros((len(texts), self._dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = _vector(text, self._dimensions)
            if row % _PAUSE == _PAUSE - 1:
                await asyncio.sleep(0)
        return vectors

    async def close(self) -> None:
        """Nothing to let go of."""


def _vector(text: str, dimensions: int) -> Vectors:
    short, long = _features(text)
    counts = Counter(short), Counter(long)
    features = [*counts[0], *counts[1]]
    if not features:
        return np.zeros(dimensions, dtype=np.float32)
    hashes = np.fromiter(map(zlib.crc32, features), dtype=np.uint64, count=len(features))
    weights = [_damped(n) for n in counts[0].values()] + [_LONG * _damped(n) for n in counts[1].values()]
    return _unit(_fold(hashes, np.array(weights), dimensions))


def _damped(count: int) -> float:
    """Weight of a feature that occurs ``count`` times."""
    return 1.0 if count == 1 else 1.0 + math.log(count)


def _fold(hashes: NDArray[np.uint64], weights: NDArray[np.float64], dimensions: int) -> NDArray[np.float64]:
    """Each weight to the coordinate and with the sign that its hash tells."""
    mixed = (hashes * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(24)  # CRC is linear; the product is not
    signs = np.where(mixed & np.uint64(1), weights, -weights)
    places = ((mixed >> np.uint64(1)) % np.uint64(dimensions)).astype(np.intp)
    folded = np.bincount(places, weights=signs, minlength=dimensions)
    return folded.astype(np.float64, copy=False)  # the stubs call it integers


def _unit(values: NDArray[np.float64]) -> Vectors:
    length = math.hypot(*values.tolist())  # one order of summation everywhere, which BLAS does not promise
    return (values / length if length else values).astype(np.float32)


def _features(text: str) -> tuple[list[bytes], list[bytes]]:
    """Words and pairs of words; for scripts without blanks, pairs and triples of characters."""
    short: list[bytes] = []
    long: list[bytes] = []
    before = ""
    for token in _tokens(text):
        if token[0] >= _FIRST_RUN and _RUN.match(token):
            short += _pieces(token, 2) if len(token) > 1 else [token.encode()]
            long += _pieces(token, 3)
            before = ""
            continue
        short.append(token.encode())
        if before:
            long.append(f"{before} {token}".encode())
        before = token
    return short, long


def _tokens(text: str) -> list[str]:
    plain = _ADDRESS.sub(" ", text) if "://" in text else text
    found: list[str] = _TOKEN.findall(unicodedata.normalize("NFKC", plain).casefold())
    return found


def _pieces(run: str, size: int) -> list[bytes]:
    return [run[i : i + size].encode() for i in range(len(run) - size + 1)]
