"""Folds of cross-validation: which rows stand or fall together, and how they are dealt out. Owns what may not leak.

Rows of one user, of the same text, or that share a longer text are in one fold: no row is predicted by a model that has
seen its text with its label.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from s3agents.traits.labelled import Example

__all__ = ["deal", "groups_of", "splits"]

_LONG = 20
"""Letters and digits from which on a text that two rows share is no coincidence."""

_PASSING = re.compile(r"@\w+|(?:https?://|www\.)\S+")


def groups_of(examples: Sequence[Example]) -> list[int]:
    """Group of each example, numbered by first appearance."""
    parent = list(range(len(examples)))
    first: dict[Hashable, int] = {}
    for i, example in enumerate(examples):
        for key in _keys(example):
            a, b = _root(parent, first.setdefault(key, i)), _root(parent, i)
            parent[max(a, b)] = min(a, b)
    number: dict[int, int] = {}
    return [number.setdefault(_root(parent, i), len(number)) for i in range(len(examples))]


def _keys(example: Example) -> Iterator[Hashable]:
    """What no other group may have."""
    evidence = example.evidence
    if example.known_id:
        yield "id", evidence.persona.id
    texts = [_essence(text) for text in (evidence.persona.bio, *evidence.posts)]
    yield "whole", tuple(texts)
    yield from (("text", text) for text in texts if len(text) >= _LONG)


def _essence(text: str) -> str:
    """Letters and digits of ``text``, without handles and addresses."""
    plain = unicodedata.normalize("NFKC", _PASSING.sub(" ", text)).casefold()
    return "".join(filter(str.isalnum, plain)) or text.strip()


def _root(parent: list[int], i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


def deal(strata: Sequence[Hashable], groups: Sequence[int], folds: int, *, seed: int) -> NDArray[np.intp]:
    """Fold of each row: groups stay whole, and each fold gets its share of each stratum.

    Large groups are dealt first, those of one size in random order, each to the fold that has least of what it brings.

    Args:
        strata: what is to be spread evenly: the label, perhaps with the target.
        groups: of the rows.
        folds: how many; at most as many as groups.
        seed: of the order.
    """
    members: dict[int, list[int]] = {}
    for i, group in enumerate(groups):
        members.setdefault(group, []).append(i)
    parts = list(members.values())
    parts = [parts[k] for k in np.random.default_rng(seed).permutation(len(parts))]
    held: list[Counter[Hashable]] = [Counter() for _ in range(folds)]
    fold = np.zeros(len(strata), dtype=np.intp)
    for part in sorted(parts, key=len, reverse=True):
        brings = Counter(strata[i] for i in part)
        best = min(range(folds), key=lambda k: (sum(held[k][s] * n for s, n in brings.items()), held[k].total()))
        held[best] += brings
        fold[part] = best
    return fold


def splits(fold: NDArray[np.intp], folds: int) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Rows to learn from and rows to predict, for each fold that has rows."""
    for k in range(folds):
        held_out = fold == k
        if held_out.any():
            yield np.flatnonzero(~held_out), np.flatnonzero(held_out)
