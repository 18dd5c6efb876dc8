"""Rows of ``posts.jsonl``, from the second reading of the posts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from s3agents.network.build.batches import batches
from s3agents.network.build.choice import Choice
from s3agents.network.build.disguise import Disguise
from s3agents.network.build.moments import sound_moment, utc
from s3agents.network.build.progress import Progress
from s3agents.network.build.raw_data import RawData
from s3agents.network.build.user_rows import changed
from s3agents.network.load_report import LoadReport
from s3agents.network.raw.base import RawPost

__all__ = ["post_rows"]


def post_rows(
    data: RawData, choice: Choice, *, names: list[str], disguise: Disguise, progress: Progress
) -> Iterator[dict[str, Any]]:
    """The rows of the posts that are kept, in the order of the data.

    Args:
        data: what was read.
        choice: which posts are kept.
        names: what the files call each user of the data who is kept, by position.
        disguise: how the rest is written.
        progress: is told how far it is.
    """
    kept, on_topic, parentless = (m.tobytes() for m in (choice.posts, data.on_topic, data.parentless))
    authors, find = data.posts.author.data, data.people.index.get
    first = 0
    for batch in batches(data.source.posts(LoadReport()), partial(progress, "posts, second reading")):
        if first + len(batch) > len(kept):
            raise changed()
        for at, post in enumerate(batch, start=first):
            if kept[at]:
                if find(post.author) != authors[at]:
                    raise changed()
                yield _row(post, names[authors[at]], disguise, on_topic=on_topic[at] > 0, parent=not parentless[at])
        first += len(batch)
    if first != len(kept):
        raise changed()


def _row(post: RawPost, author: str, disguise: Disguise, *, on_topic: bool, parent: bool) -> dict[str, Any]:
    row: dict[str, Any] = {"post_id": disguise.post(post.id)} if post.id else {}
    row["user_id"] = author
    row["text"] = disguise.text(post.text)
    time = sound_moment(post.time)
    if time is not None:
        row["time"] = utc(time)
    row["kind"] = post.kind
    if post.parent and parent:
        row["parent_id"] = disguise.post(post.parent)
    row["on_topic"] = on_topic
    return row
