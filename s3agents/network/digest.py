"""Content digest of a society: the same for the same content, whatever the format and the order of its files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import orjson

from s3agents.ids import UserId
from s3agents.network.graph import FollowGraph
from s3agents.persona import ATTRIBUTES, Persona

__all__ = ["society_digest"]

_EXACT_FLOAT = 2.0**53


def society_digest(personas: Sequence[Persona], graph: FollowGraph, history: Mapping[UserId, Sequence[str]]) -> str:
    """SHA-256, as 64 hex digits, of users with their histories by id, then of the edges in that numbering.

    A number counts by its value: 3 and 3.0 are the same, since a file format may not tell them apart.
    """
    order = sorted(range(len(personas)), key=lambda i: personas[i].id)
    sha = hashlib.sha256()
    for i in order:
        persona = personas[i]
        sha.update(_canonical(persona, history.get(persona.id, ())))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    a, b = graph.pairs()
    sha.update(b"edges\n")
    sha.update(np.sort(rank[a] * len(order) + rank[b]).astype("<i8").tobytes())
    return sha.hexdigest()


def _canonical(persona: Persona, history: Sequence[str]) -> bytes:
    own = {name: value for name in ATTRIBUTES if (value := getattr(persona, name)) not in (None, "")}
    extra = {name: _number(value) for name, value in persona.extra.items()}
    return orjson.dumps([own, extra, history], option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def _number(value: Any) -> Any:
    return int(value) if type(value) is float and value.is_integer() and abs(value) < _EXACT_FLOAT else value
