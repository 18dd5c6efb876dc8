"""Recall: which memories come to mind, and how what was read becomes one (S3 section 4.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from s3agents.cognition.base import Recollection
from s3agents.cognition.mind import Mind
from s3agents.events import Delivery, Post, Source
from s3agents.ids import TextId, text_id
from s3agents.memory.base import StoredText
from s3agents.memory.influence import cosine
from s3agents.persona import Persona
from s3agents.state import AgentState, MemoryItem

__all__ = ["Retained", "recollect", "retain"]


class Retained(NamedTuple):
    """A pool after a turn: what it holds, what is new in it, and what is gone from it."""

    pool: tuple[MemoryItem, ...]
    remembered: tuple[MemoryItem, ...]
    forgotten: tuple[MemoryItem, ...]


async def recollect(
    mind: Mind, state: AgentState, perceived: Sequence[Delivery], tick: int
) -> tuple[list[Recollection], list[MemoryItem]]:
    """The memories of highest influence, and the items behind them; what is being read right now is no memory yet."""
    if not state.pool or mind.recall == 0:
        return [], []
    keys = [d.post.text_id for d in perceived]
    await mind.store.add({key: d.post.text for key, d in zip(keys, perceived, strict=True)})
    stored = await mind.store.get({*keys, *[item.text for item in state.pool]})
    best = mind.influence.recall(
        state.pool,
        now=tick,
        k=mind.recall,
        vectors={key: known.vector for key, known in stored.items()},
        cues=[stored[key].vector for key in keys],
    )
    recalled = [_recollection(item, stored[item.text], score, tick) for item, score in best]
    return recalled, [item for item, _ in best]


async def retain(
    mind: Mind, persona: Persona, pool: Sequence[MemoryItem], read: Sequence[tuple[Post, Source]], *, tick: int
) -> Retained:
    """What was read and written enters the pool; the least influential leaves it.

    A text is remembered once: read again, its memory is as of now, from the most authentic of its sources. Otherwise
    the forwards of one post would drive everything else out.
    """
    items = await _memories_of(mind, persona, read)
    newest: dict[TextId, MemoryItem] = {}
    for item in items:
        newest[item.text] = _more_authentic(mind, newest.get(item.text), item)
    superseded = [item for item in pool if item.text in newest]
    for item in superseded:
        newest[item.text] = _more_authentic(mind, item, newest[item.text])
    rest = [item for item in pool if item.text not in newest]
    kept, remembered, forgotten = mind.influence.remember(rest, newest.values(), now=tick, capacity=mind.capacity)
    return Retained(kept, remembered, (*superseded, *forgotten))


def _more_authentic(mind: Mind, before: MemoryItem | None, now: MemoryItem) -> MemoryItem:
    """``now``, from the source of ``before`` if that is the more authentic."""
    authenticity = mind.influence.authenticity
    if before is None or authenticity[before.source] <= authenticity[now.source]:
        return now
    return replace(now, source=before.source)


async def _memories_of(mind: Mind, persona: Persona, read: Sequence[tuple[Post, Source]]) -> list[MemoryItem]:
    """Posts as memories, each with its relevance to the reader's attributes."""
    if not read:
        return []
    about = persona.describe()
    profile, keys = text_id(about), [post.text_id for post, _ in read]
    await mind.store.add({profile: about, **{key: post.text for key, (post, _) in zip(keys, read, strict=True)}})
    stored = await mind.store.get({profile, *keys})
    me = stored[profile].vector.astype(np.float64)
    return [
        _memory(post, source, key, cosine(me, stored[key].vector))
        for key, (post, source) in zip(keys, read, strict=True)
    ]


def _memory(post: Post, source: Source, text: TextId, relevance: float) -> MemoryItem:
    return MemoryItem(post=post.id, text=text, tick=post.tick, source=source, relevance=relevance)


def _recollection(item: MemoryItem, stored: StoredText, score: float, tick: int) -> Recollection:
    return Recollection(text=stored.text, source=item.source, age=tick - item.tick, influence=score)
