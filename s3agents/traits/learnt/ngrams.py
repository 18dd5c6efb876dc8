"""N-grams of texts as hashed features: owns what a learnt predictor sees of a text. Nothing is learnt here or stored.

Characters: runs of 2 to 5 inside of a word with the blanks at its ends. Words: single ones and pairs, where a character
of a script without blanks (Chinese, Japanese, Thai) counts as a word, and so does a run of signs. Each is hashed to one
of ``2**BITS`` columns of its family (feature hashing, Weinberger et al. 2009). A column that occurs ``k`` times weighs
``1 + log k``, and each family has length 1. The features of a text are a function of it alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["BITS", "CHARACTERS", "WIDTH", "WORDS", "Features", "batches", "features_of"]

CHARACTERS = (2, 5)
"""Shortest and longest run of characters."""
WORDS = (1, 2)
"""Shortest and longest run of words."""
BITS = 18
"""Columns of a family, as a power of 2."""
WIDTH = 2 << BITS
"""Columns in all: those of characters, then those of words."""

_Hashes = NDArray[np.uint64]
_Grams = tuple[NDArray[np.intp], _Hashes]
"""Where each begins among the characters, and its hash."""

_BATCH_CHARS = 500_000
_PRIME = np.uint64(0x100000001B3)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_BLANK, _SIGN, _WORD, _SINGLE = 0, 1, 2, 3
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
_HANDLE = re.compile(r"@\w+")
_SINGLES = re.compile(r"[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_ASTRAL_HAN = "\U00020000"
_DAMPED = 1 + np.log(np.arange(1, 1 << 10))  # from a table, so that a value does not depend on its neighbours


@dataclass(frozen=True, slots=True)
class Features:
    """The columns of some texts, ordered by text, then column; each pair once.

    Attributes:
        n: texts.
        rows: text of each entry.
        columns: column of each entry, below ``WIDTH``.
        values: weight of each entry.
    """

    n: int
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: NDArray[np.float64]


def batches(texts: Sequence[str]) -> Iterator[slice]:
    """Runs of ``texts`` that are long enough to be quick and short enough to bound memory."""
    start = size = 0
    for i, text in enumerate(texts):
        if size and size + len(text) > _BATCH_CHARS:
            yield slice(start, i)
            start, size = i, 0
        size += len(text) + 1
    if start < len(texts):
        yield slice(start, len(texts))


def features_of(texts: Sequence[str]) -> Features:
    """The features of ``texts``."""
    points, owner = _points(texts)
    kinds = _kinds(points)
    found = [np.zeros(0, dtype=np.int64)]
    for family, grams in enumerate((_character_grams(points, kinds), _word_grams(points, kinds, owner))):
        found += [owner[at] * WIDTH + (family << BITS) + _columns(hashes) for at, hashes in grams]
    keys, counts = np.unique(np.concatenate(found), return_counts=True)
    values = _DAMPED[np.minimum(counts, len(_DAMPED)) - 1]
    block = keys >> BITS  # one family of one text
    squares = np.bincount(block, weights=values * values, minlength=2 * len(texts))
    return Features(len(texts), keys // WIDTH, keys % WIDTH, values / np.sqrt(squares[block]))


def _points(texts: Sequence[str]) -> tuple[_Hashes, NDArray[np.int64]]:
    """Code points of the texts, a blank before, after and between words, and the text of each."""
    plain = [f" {_plain(text)} " for text in texts]
    joined = "".join(plain).encode("utf-32-le", "surrogatepass")
    points = np.frombuffer(joined, dtype="<u4").astype(np.uint64)
    return points, np.repeat(np.arange(len(plain), dtype=np.int64), [len(text) for text in plain])


def _plain(text: str) -> str:
    """One spelling for what says the same: no capitals, no addresses, nobody's handle, single blanks."""
    text = _HANDLE.sub("@user", _ADDRESS.sub("URL", text))
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def _kinds(points: _Hashes) -> NDArray[np.int8]:
    found, index = np.unique(points, return_inverse=True)
    kinds: NDArray[np.int8] = np.array([_kind(chr(int(p))) for p in found], dtype=np.int8)[index]
    return kinds


def _kind(character: str) -> int:
    if character == " ":
        return _BLANK
    if _SINGLES.match(character) or character >= _ASTRAL_HAN:
        return _SINGLE
    in_word = character.isalnum() or character in "_'’" or unicodedata.category(character)[0] == "M"
    return _WORD if in_word else _SIGN


def _columns(hashes: _Hashes) -> NDArray[np.int64]:
    return ((hashes * _MIX) >> np.uint64(64 - BITS)).astype(np.int64)


def _character_grams(points: _Hashes, kinds: NDArray[np.int8]) -> list[_Grams]:
    """Runs of characters of each length, with blanks only at their ends; none reaches into another text."""
    grams = []
    blank = kinds == _BLANK
    hashes = (points ^ _MIX) * _PRIME
    whole = np.ones(len(points), dtype=bool)
    for size in range(2, CHARACTERS[1] + 1):
        n = max(0, len(points) - size + 1)
        hashes = (hashes[:n] ^ points[size - 1 :]) * _PRIME
        whole = whole[:n] & ~(blank[size - 2 : size - 2 + n] & (blank[size - 1 :] if size == 2 else True))
        if size >= CHARACTERS[0]:
            at = np.flatnonzero(whole)
            grams.append((at, hashes[at]))
    return grams


def _word_grams(points: _Hashes, kinds: NDArray[np.int8], owner: NDArray[np.int64]) -> list[_Grams]:
    """Words and pairs of words."""
    at, hashes = _words(points, kinds)
    grams = []
    run = hashes
    for size in range(1, WORDS[1] + 1):
        n = max(0, len(at) - size + 1)
        if size > 1:
            run = (run[:n] * _MIX ^ hashes[size - 1 :]) * _PRIME
        within = owner[at[:n]] == owner[at[size - 1 :]]
        if size >= WORDS[0]:
            grams.append((at[:n][within], run[within]))
    return grams


def _words(points: _Hashes, kinds: NDArray[np.int8]) -> _Grams:
    """Where each word begins, and its hash: a polynomial of its characters."""
    begins = (kinds != _BLANK) & ((kinds == _SINGLE) | (kinds != np.roll(kinds, 1)))
    at = np.flatnonzero(begins)
    if not len(at):
        return at, np.zeros(0, dtype=np.uint64)
    place = np.maximum(np.arange(len(points)) - at[np.maximum(np.cumsum(begins) - 1, 0)], 0)
    powers = np.cumprod(np.full(int(place.max()) + 1, _PRIME))
    parts = np.where(kinds == _BLANK, np.uint64(0), (points + np.uint64(1)) * powers[place])
    return at, np.add.reduceat(parts, at)
