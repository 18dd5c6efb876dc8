"""Texts: what users really wrote in a situation, to be held against what a mind writes in the same (S3 Table 3)."""

from __future__ import annotations

from collections import Counter

import orjson

from s3agents.evaluation.individual.conversations import delivered, scene_of_thread
from s3agents.evaluation.individual.probe import Probe, Task
from s3agents.evaluation.individual.situations import Said, delivery, situation
from s3agents.evaluation.individual.threads import ThreadPost, Threads
from s3agents.evaluation.individual.wording import Wording
from s3agents.events import Source
from s3agents.ids import PostId, UserId
from s3agents.network.load_report import shown
from s3agents.observed.rows import Row, RowTable
from s3agents.persona import Persona

__all__ = ["has_top_replies", "reply_task", "top_reply_task"]

_POST, _REPLIES = "weibo", "resp"


def reply_task(threads: Threads, wording: Wording, *, seed: int) -> Task:
    """Probes of what users wrote when they answered or passed on a post of a thread.

    The user reads the first post and what leads from it to the one that is answered; where that has no text, the
    answer is to the last one that has.

    Args:
        threads: the conversations.
        wording: of the scene.
        seed: of the draws.
    """
    probes = []
    for thread, posts in threads.posts.items():
        scene = scene_of_thread(threads, thread, wording)
        for post in posts[1:]:
            chain = _before(threads, thread, post)
            view = situation(
                scene,
                threads.persona(post.user or f"author of {thread}/{post.id}"),
                probe=f"{thread}/{post.id}",
                seed=seed,
                perceived=[delivered(threads, thread, p, post.user) for p in chain],
                minute=post.minute,
            )
            case = thread if threads.is_cascade else None
            probes.append(
                Probe(
                    id=view.draws.agent,
                    view=view,
                    truth=post.text,
                    group=thread,
                    case=case,
                    texts=(post.text,),
                    target=PostId(chain[-1].id),
                )
            )
    return _task(threads.data, threads.split, "threads", probes, {})


def has_top_replies(table: RowTable) -> bool:
    """Whether ``table`` holds posts with their replies, the most liked first: ``weibo`` and ``resp``."""
    return {_POST, _REPLIES} <= table.columns


def top_reply_task(table: RowTable, wording: Wording, *, seed: int) -> Task:
    """Probes of the most liked reply to each post.

    Args:
        table: with a post and a list of replies in each row.
        wording: of the scene.
        seed: of the draws.

    Raises:
        InputError: for replies that are no list of texts.
    """
    probes = []
    left_out: Counter[str] = Counter()
    for number, row in enumerate(table.rows):
        text, replies = row.text(_POST), _replies(row)
        if not text or not replies:
            left_out["posts without text or reply"] += 1
            continue
        name = f"{table.path.stem}-{number}"
        said = delivery(Said(id=f"{name}.0", author=f"author of {name}", minute=0.0, text=text), Source.PLATFORM)
        view = situation(
            wording.of_post(text), Persona(id=UserId(f"reader of {name}")), probe=name, seed=seed, perceived=[said]
        )
        probe = Probe(id=name, view=view, truth=replies[0], group=name, texts=(replies[0],), target=said.post.id)
        probes.append(probe)
    return _task(table.path.name, "all", "posts", probes, left_out)


def _task(data: str, split: str, group: str, probes: list[Probe], left_out: dict[str, int]) -> Task:
    return Task(
        name="text",
        data=data,
        split=split,
        ask="write",
        labels=(),
        positive=None,
        unit="texts",
        group=group,
        probes=tuple(probes),
        left_out=left_out,
    )


def _before(threads: Threads, thread: str, post: ThreadPost) -> list[ThreadPost]:
    """What leads to ``post`` and was there before it, as much as can be read."""
    chain = [p for p in threads.chain(thread, post) if p.minute <= post.minute and p.text.strip()]
    first = threads.posts[thread][0]
    return [first, *[p for p in chain if p.id != first.id][-7:]]


def _replies(row: Row) -> list[str]:
    cell = row.cells.get(_REPLIES)
    try:
        values = orjson.loads(cell) if isinstance(cell, str) else cell
    except ValueError:
        values = cell
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise row.wrong(_REPLIES, "a list of texts", shown(str(cell)))
    return [value.strip() for value in values if value.strip()]
