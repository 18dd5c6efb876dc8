"""Recall: which memories come to mind, and how what was read becomes one (S3 section 4.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from s3agents.cognition.base import Recollection
from s3agents.cognition.mind import Mind
from s3agents.embed.base import Vectors
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
    await mind.store.add({d.post.text_id: d.post.text for d in perceived})
    needed = {item.text for item in state.pool} | {d.post.text_id for d in perceived}
    stored = await mind.store.get(needed)
    cues = [stored[d.post.text_id].vector for d in perceived]
    vectors = {item.text: stored[item.text].vector for item in state.pool}
    best = mind.influence.recall(state.pool, now=tick, k=mind.recall, vectors=vectors, cues=cues)
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
    profile = text_id(persona.describe())
    texts = {post.text_id: post.text for post, _ in read} | {profile: persona.describe()}
    await mind.store.add(texts)
    stored = await mind.store.get(texts)
    me = stored[profile].vector
    return [_memory(post, source, stored[post.text_id].vector, me) for post, source in read]


def _memory(post: Post, source: Source, vector: Vectors, profile: Vectors) -> MemoryItem:
    return MemoryItem(post=post.id, text=post.text_id, tick=post.tick, source=source, relevance=cosine(vector, profile))


def _recollection(item: MemoryItem, stored: StoredText, score: float, tick: int) -> Recollection:
    return Recollection(text=stored.text, source=item.source, age=tick - item.tick, influence=score)
