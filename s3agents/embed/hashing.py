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
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from s3agents.embed.base import Vectors
from s3agents.errors import InputError, explain

__all__ = ["HashingEmbedder"]

# Han, kana, bopomofo and Hangul; the scripts of South and South-East Asia, whose vowel signs are no word characters.
_RUNS = "\u0900-\u0dff\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u31ff\u3400-\u4dbf"
_RUNS += "\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U000323af"
_TOKEN = re.compile(rf"[{_RUNS}]+|[^\W_{_RUNS}]+|[\u2600-\u27bf\U0001f300-\U0001faff]")
_PLAIN_TOKEN = re.compile("[a-z0-9]+")
_FIRST_RUN = "\u0900"
_RUN = re.compile(rf"[{_RUNS}]")
_ADDRESS = re.compile(r"\w+://\S+")
_LONG = 0.5
"""Weight of the longer features: texts on one topic share words sooner than pairs of words."""
_TOGETHER = 64
"""Texts between pauses in which others go on."""
_WORDS = 1 << 15


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
        for start in range(0, len(texts), _TOGETHER):
            part = texts[start : start + _TOGETHER]
            vectors[start : start + _TOGETHER] = _vectors(part, self._dimensions)
            if len(part) == _TOGETHER:
                await asyncio.sleep(0)
        return vectors

    async def close(self) -> None:
        """Nothing to let go of."""


@lru_cache(_WORDS)
def _word(token: str) -> tuple[bytes, int, int]:
    """A word, its hash, and the one from which the hash of a pair that begins with it goes on."""
    letters = token.encode()
    return letters, zlib.crc32(letters), zlib.crc32(letters + b" ")


def _vectors(texts: Sequence[str], dimensions: int) -> Vectors:
    """The vector of each text, with the bits that it has alone; what is done with numbers is done for all at once."""
    hashes: list[int] = []
    weights: list[float] = []
    counts = []
    for text in texts:
        before = len(hashes)
        for some, weighed in _weighed(text):
            hashes += some
            weights += weighed
        counts.append(len(hashes) - before)
    owners = np.repeat(np.arange(len(texts)), counts)
    return _unit(_fold(np.array(hashes, dtype=np.uint64), np.array(weights), owners, (len(texts), dimensions)))


def _weighed(text: str) -> Iterator[tuple[Sequence[int], Sequence[float]]]:
    """Hashes and weights of the features of ``text``, short ones, then long ones, each where it first occurs."""
    tokens = _tokens(text)
    if not text.isascii() and any(token[0] >= _FIRST_RUN and _RUN.match(token) for token in tokens):
        short, long = map(Counter, _features(tokens))
        yield list(map(zlib.crc32, short)), [_damped(count) for count in short.values()]
        yield list(map(zlib.crc32, long)), [_LONG * _damped(count) for count in long.values()]
    elif tokens:
        letters, hashes, spaced = zip(*map(_word, tokens), strict=True)
        yield _counted(tokens, hashes, 1.0)
        yield _counted(pairwise(tokens), list(map(zlib.crc32, letters[1:], spaced)), _LONG)


def _counted(features: Iterable[object], hashes: Sequence[int], weight: float) -> tuple[Sequence[int], Sequence[float]]:
    """The hashes of features that may occur several times, and their weights; few texts repeat a pair of words."""
    if len(set(hashes)) == len(hashes):
        return hashes, [weight] * len(hashes)
    repeated = tuple(features)
    counts, hash_of = Counter(repeated), dict(zip(repeated, hashes, strict=True))
    return list(hash_of.values()), [weight * _damped(count) for count in counts.values()]


def _damped(count: int) -> float:
    """Weight of a feature that occurs ``count`` times."""
    return 1.0 if count == 1 else 1.0 + math.log(count)


def _fold(
    hashes: NDArray[np.uint64], weights: NDArray[np.float64], owners: NDArray[np.intp], shape: tuple[int, int]
) -> NDArray[np.float64]:
    """Each weight to its owner's row, to the coordinate and with the sign that its hash tells, in the order given."""
    mixed = (hashes * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(24)  # CRC is linear; the product is not
    signs = np.where(mixed & np.uint64(1), weights, -weights)
    places = ((mixed >> np.uint64(1)) % np.uint64(shape[1])).astype(np.intp)
    folded = np.bincount(owners * shape[1] + places, weights=signs, minlength=shape[0] * shape[1])
    return folded.astype(np.float64, copy=False).reshape(shape)  # the stubs call it integers


def _unit(rows: NDArray[np.float64]) -> Vectors:
    """Each row to length 1; a row of zeros stays one."""
    flat = rows.reshape(-1)
    at = np.flatnonzero(flat)
    values = flat[at].tolist()
    ends = at.searchsorted(np.arange(len(rows) + 1) * rows.shape[1]).tolist()
    # one order of summation everywhere, which BLAS does not promise; zeros change no bit of it
    lengths = np.array([math.hypot(*values[start:end]) or 1.0 for start, end in pairwise(ends)])
    unit: Vectors = (rows / lengths[:, None]).astype(np.float32)
    return unit


def _features(tokens: Sequence[str]) -> tuple[list[bytes], list[bytes]]:
    """Words and pairs of words; for scripts without blanks, pairs and triples of characters."""
    short: list[bytes] = []
    long: list[bytes] = []
    before = ""
    for token in tokens:
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
    if plain.isascii():
        return _PLAIN_TOKEN.findall(plain.lower())
    found: list[str] = _TOKEN.findall(unicodedata.normalize("NFKC", plain).casefold())
    return found


def _pieces(run: str, size: int) -> list[bytes]:
    return [run[i : i + size].encode() for i in range(len(run) - size + 1)]
