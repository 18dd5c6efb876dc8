"""Threads: conversations in which posts take a side on what the first one says, from cascades or from a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from s3agents.evaluation.individual.frames import rows_of
from s3agents.evaluation.individual.propagation import persona_of, source_of
from s3agents.events import Source
from s3agents.ids import UserId
from s3agents.labels import Attitude
from s3agents.observed.cascades import Cascades
from s3agents.observed.rows import Row, RowTable
from s3agents.persona import Persona

__all__ = ["ThreadPost", "Threads", "cascade_threads", "has_threads", "table_threads"]

_IDS = ("thread_id", "case_id", "thread")
_TIMES = ("minute", "t_min", "t")
_LABELS = ("attitude", "stance", "sdqc")
_NEEDED = ("post_id", "parent_id", "text")
_SIDES: Mapping[str, Attitude] = {
    **dict.fromkeys(("support", "supporting", "positive", "favor"), Attitude.POSITIVE),
    **dict.fromkeys(("deny", "denying", "negative", "against"), Attitude.NEGATIVE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadPost:
    """A post of a thread.

    Attributes:
        id: of the post.
        user: who wrote it; empty where the data do not say.
        minute: when, in the thread.
        text: of the post.
        parent: what it answers; ``None`` for the first.
        attitude: the side that it takes, if it takes one.
        label: what the data say of it.
    """

    id: str
    user: str
    minute: float
    text: str
    parent: str | None
    attitude: Attitude | None
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Threads:
    """Threads of one source.

    Attributes:
        data: name of the data.
        split: which part of them.
        posts: of each thread, in the order of time, the first post first.
        events: what a thread is about, where the data say so.
        is_cascade: whether the ids of threads are those of cascades.
        persona: profile of a user.
        source: where a post of an author reaches a reader from: ``source(reader, author)``.
    """

    data: str
    split: str
    posts: Mapping[str, Sequence[ThreadPost]]
    events: Mapping[str, str]
    is_cascade: bool
    persona: Callable[[str], Persona]
    source: Callable[[str, str], Source]

    def unlabelled(self) -> dict[str, int]:
        """Replies that take no side, by what the data say of them."""
        labels = Counter(p.label or "no label" for posts in self.posts.values() for p in posts[1:] if not p.attitude)
        return {f"replies of label {label}": n for label, n in labels.most_common()}

    def chain(self, thread: str, post: ThreadPost) -> list[ThreadPost]:
        """The first post and what leads from it to ``post``, without ``post``."""
        posts = {p.id: p for p in self.posts[thread]}
        found: list[ThreadPost] = []
        at = posts.get(post.parent or "")
        while at is not None and at not in found and at.id != post.id:
            found.append(at)
            at = posts.get(at.parent or "")
        first = self.posts[thread][0]
        return [first, *(p for p in reversed(found) if p.id != first.id)]


def cascade_threads(cascades: Cascades) -> Threads:
    """The posts of ``cascades`` that say something; a case without its first post is left out."""
    found: dict[str, list[ThreadPost]] = {}
    for row in rows_of(cascades.posts):
        if row.kind == "source" or row.text.strip():
            found.setdefault(row.case_id, []).append(_of_cascade(row))
    events = cascades.cases["event"].dropna().to_dict()
    return Threads(
        data=cascades.name,
        split=cascades.split,
        posts=_begun(found),
        events={str(case): str(event) for case, event in events.items()},
        is_cascade=True,
        persona=lambda user: persona_of(cascades.society, user),
        source=lambda user, author: source_of(cascades.society, user, author),
    )


def has_threads(table: RowTable) -> bool:
    """Whether ``table`` holds posts of threads with the sides that they take."""
    return set(_NEEDED) <= table.columns and all(table.first_of(names) for names in (_IDS, _LABELS, _TIMES))


def table_threads(table: RowTable, *, split: str | None) -> Threads:
    """The threads of a table: ``thread_id``, ``post_id``, ``parent_id``, ``text``, ``stance`` and a time.

    Raises:
        InputError: for a time that is none.
    """
    found: dict[str, list[ThreadPost]] = {}
    name = table.first_of(_IDS) or ""
    for row in table.rows:
        if row.text("text") and (split is None or row.text("split") == split):
            found.setdefault(row.text(name), []).append(_of_row(table, row))
    return Threads(
        data=table.path.parent.name or table.path.name,
        split=split or "all",
        posts=_begun(found),
        events={},
        is_cascade=False,
        persona=lambda user: Persona(id=UserId(user)),
        source=lambda user, author: Source.SELF if user and user == author else Source.PLATFORM,
    )


def _of_cascade(row: Any) -> ThreadPost:
    attitude = Attitude(row.attitude) if isinstance(row.attitude, str) else None
    return ThreadPost(
        id=row.post_id,
        user=row.user_id,
        minute=row.minute,
        text=row.text,
        parent=row.parent if isinstance(row.parent, str) else None,
        attitude=attitude,
        label=str(attitude) if attitude else "query, comment or none",
    )


def _of_row(table: RowTable, row: Row) -> ThreadPost:
    label = row.text(table.first_of(_LABELS) or "").lower()
    column = table.first_of(_TIMES) or ""
    time = row.number(column) or 0.0
    return ThreadPost(
        id=row.text("post_id"),
        user=row.text("user_id"),
        minute=time / 60.0 if column == "t" else time,
        text=row.text("text"),
        parent=row.text("parent_id") or None,
        attitude=_SIDES.get(label),
        label=label,
    )


def _begun(found: Mapping[str, Sequence[ThreadPost]]) -> dict[str, Sequence[ThreadPost]]:
    """Threads that have their first post, in the order of time; their minutes count from it."""
    threads: dict[str, Sequence[ThreadPost]] = {}
    for name, posts in sorted(found.items()):
        ordered = sorted(posts, key=lambda post: (post.parent is not None, post.minute))
        if ordered[0].parent is None:
            start = ordered[0].minute
            threads[name] = [replace(post, minute=max(0.0, post.minute - start)) for post in ordered]
    return threads
