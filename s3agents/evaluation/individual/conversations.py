"""Attitudes in threads: the side that a reply takes on the first post, and whether a user's side changes later on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from s3agents.cognition.base import Recollection, Scene, TurnView
from s3agents.evaluation.individual.asking import CHANGED, UNCHANGED
from s3agents.evaluation.individual.probe import Probe, Task
from s3agents.evaluation.individual.situations import CERTAINTY, Said, delivery, situation
from s3agents.evaluation.individual.threads import ThreadPost, Threads
from s3agents.evaluation.individual.wording import Wording
from s3agents.events import Delivery, Source
from s3agents.labels import ATTITUDES, Attitude
from s3agents.state import AttitudeBelief

__all__ = ["attitude_to_post_task", "change_task", "delivered", "scene_of_thread"]

_READ = 8


def attitude_to_post_task(threads: Threads, wording: Wording, *, seed: int) -> Task:
    """Probes of the side that authors of replies take on the first post: support is positive, denial negative.

    The author reads the first post, what leads from it to the reply, and the reply as a post of their own.

    Args:
        threads: the conversations; replies of neither side are left out.
        wording: of the scene.
        seed: of the draws.
    """
    probes = []
    for thread, post in _replies(threads):
        if post.attitude is None:
            continue
        own = delivery(_said(thread, post), Source.SELF)
        read = [delivered(threads, thread, p, post.user) for p in _last(threads.chain(thread, post))]
        view = situation(
            scene_of_thread(threads, thread, wording),
            threads.persona(_author(thread, post)),
            probe=f"{thread}/{post.id}",
            seed=seed,
            perceived=[*read, own],
            minute=post.minute,
        )
        probes.append(_probe(threads, thread, view, truth=str(post.attitude), texts=(post.text,)))
    return Task(
        name="attitude_to_post",
        data=threads.data,
        split=threads.split,
        ask="attitude",
        labels=tuple(map(str, ATTITUDES)),
        positive=str(Attitude.POSITIVE),
        unit="replies",
        group="threads",
        probes=tuple(probes),
        left_out=threads.unlabelled(),
    )


def change_task(threads: Threads, wording: Wording, *, seed: int) -> Task:
    """Probes of whether the next side that a user takes in a thread is another than the last.

    The user reads what others wrote in between, remembers the own earlier post, and is of its attitude with
    probability :data:`.situations.CERTAINTY`.

    Args:
        threads: the conversations; only those who take a side twice in one are probed.
        wording: of the scene.
        seed: of the draws.
    """
    probes = []
    for thread in threads.posts:
        for before, after in _twice(threads.posts[thread]):
            view = situation(
                scene_of_thread(threads, thread, wording),
                threads.persona(after.user),
                probe=f"{thread}/{after.id}",
                seed=seed,
                perceived=_between(threads, thread, before, after),
                recalled=[_own(before, after)],
                attitude=_held(before),
                minute=after.minute,
            )
            truth = UNCHANGED if after.attitude is before.attitude else CHANGED
            probes.append(_probe(threads, thread, view, truth=truth, texts=(before.text, after.text)))
    return Task(
        name="attitude_change",
        data=threads.data,
        split=threads.split,
        ask="change",
        labels=(CHANGED, UNCHANGED),
        positive=CHANGED,
        unit="next posts of users",
        group="threads",
        probes=tuple(probes),
    )


def scene_of_thread(threads: Threads, thread: str, wording: Wording) -> Scene:
    """The scene of ``thread``."""
    return wording.of_post(threads.posts[thread][0].text, threads.events.get(thread))


def delivered(threads: Threads, thread: str, post: ThreadPost, reader: str) -> Delivery:
    """``post`` as it reaches ``reader``."""
    return delivery(_said(thread, post), threads.source(reader, post.user))


def _said(thread: str, post: ThreadPost) -> Said:
    return Said(id=post.id, author=_author(thread, post), minute=post.minute, text=post.text, parent=post.parent)


def _author(thread: str, post: ThreadPost) -> str:
    return post.user or f"author of {thread}/{post.id}"


def _probe(threads: Threads, thread: str, view: TurnView, *, truth: str, texts: tuple[str, ...]) -> Probe:
    case = thread if threads.is_cascade else None
    return Probe(id=view.draws.agent, view=view, truth=truth, group=thread, case=case, texts=texts)


def _replies(threads: Threads) -> Iterator[tuple[str, ThreadPost]]:
    for thread, posts in threads.posts.items():
        for post in posts[1:]:
            yield thread, post


def _last(posts: Sequence[ThreadPost]) -> Sequence[ThreadPost]:
    """The first of ``posts`` and the last of the others, as many as can be read."""
    return [*posts[:1], *posts[1:][-(_READ - 1) :]]


def _twice(posts: Sequence[ThreadPost]) -> Iterator[tuple[ThreadPost, ThreadPost]]:
    """Each pair of a user's posts that take a side, one after the other."""
    by_user: dict[str, list[ThreadPost]] = {}
    for post in posts:
        if post.user and post.attitude is not None:
            by_user.setdefault(post.user, []).append(post)
    for own in by_user.values():
        yield from pairwise(own)


def _between(threads: Threads, thread: str, before: ThreadPost, after: ThreadPost) -> list[Delivery]:
    """What others wrote after ``before`` and before ``after``, behind the first post."""
    first, *rest = threads.posts[thread]
    others = [p for p in rest if p.user != after.user and before.minute <= p.minute < after.minute]
    read = others[-(_READ - 1) :] if first.user == after.user else [first, *others[-(_READ - 1) :]]
    return [delivered(threads, thread, p, after.user) for p in read]


def _own(before: ThreadPost, after: ThreadPost) -> Recollection:
    age = max(1, int(after.minute - before.minute))
    return Recollection(text=before.text, source=Source.SELF, age=age, influence=1.0)


def _held(post: ThreadPost) -> AttitudeBelief:
    stance = post.attitude or Attitude.POSITIVE
    p = CERTAINTY if stance is Attitude.POSITIVE else 1.0 - CERTAINTY
    return AttitudeBelief(stance=stance, p_positive=p)
