"""States as compact JSON, with the texts that they remember: what a worker needs to go on where another has been."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from s3agents.errors import BusError, explain
from s3agents.fleet.tables import ATTITUDES, EMOTIONS, SOURCES, Table
from s3agents.fleet.turn_codec import pack_intention, unpack_intention
from s3agents.ids import PostId, TextId, UserId
from s3agents.state import AgentState, AttitudeBelief, EmotionBelief, Heard, MemoryItem

__all__ = ["pack_states", "unpack_states"]

_ATTITUDE = {side: n for n, side in enumerate(ATTITUDES)}
_EMOTION = {level: n for n, level in enumerate(EMOTIONS)}
_SOURCE = {source: n for n, source in enumerate(SOURCES)}


def pack_states(states: Mapping[UserId, AgentState], texts: Mapping[TextId, str]) -> bytes:
    """``states``, without what has arrived and not been read, and ``texts``.

    Raises:
        BusError: if a text holds half a character, which no server takes.
    """
    posts, named = Table[PostId](), Table[TextId]()
    rows = [[user, *_packed(state, posts, named)] for user, state in states.items()]
    try:
        return orjson.dumps([posts.values_in_order, named.values_in_order, rows, texts])
    except TypeError as exc:
        wanted = "text that UTF-8 can express"
        raise BusError(explain("states of a worker", wanted=wanted, got="a lone surrogate")) from exc


def unpack_states(data: bytes) -> tuple[dict[UserId, AgentState], dict[TextId, str]]:
    """Inverse of :func:`pack_states`."""
    posts, named, rows, texts = orjson.loads(data)
    return {user: _unpacked(row, posts, named) for user, *row in rows}, texts


def _packed(state: AgentState, posts: Table[PostId], named: Table[TextId]) -> list[Any]:
    emotion, attitude = state.emotion, state.attitude
    return [
        [_EMOTION[emotion.level], *emotion.p],
        [_ATTITUDE[attitude.stance], attitude.p_positive],
        state.felt,
        [[posts[m.post], named[m.text], m.tick, _SOURCE[m.source], m.relevance] for m in state.pool],
        [posts[root] for root in state.shared],
        [[posts[h.root], h.times, h.since] for h in state.heard],
        [pack_intention(act) for act in state.intentions],
    ]


def _unpacked(row: Sequence[Any], posts: Sequence[PostId], named: Sequence[TextId]) -> AgentState:
    (level, a, b, c), (side, p_positive), felt, pool, shared, heard, intentions = row
    return AgentState(
        emotion=EmotionBelief(level=EMOTIONS[level], p=(a, b, c)),
        attitude=AttitudeBelief(stance=ATTITUDES[side], p_positive=p_positive),
        felt=felt,
        pool=tuple([_item(posts[post], named[text], *rest) for post, text, *rest in pool]),
        shared=tuple([posts[n] for n in shared]),
        heard=tuple([Heard(posts[n], times, since) for n, times, since in heard]),
        intentions=tuple(map(unpack_intention, intentions)),
    )


def _item(post: PostId, text: TextId, tick: int, source: int, relevance: float) -> MemoryItem:
    return MemoryItem(post=post, text=text, tick=tick, source=SOURCES[source], relevance=relevance)
