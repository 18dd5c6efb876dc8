"""Announced: what entered a run from outside in somebody's turn: seed posts, and what interventions brought in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from s3agents.cognition.announce import Announcement
from s3agents.config.interventions import InjectSection
from s3agents.events import Post
from s3agents.ids import UserId
from s3agents.inquiry.moment import Past
from s3agents.record.connection import reading
from s3agents.record.look import read_posts_of

__all__ = ["announced"]


def announced(past: Past, user: UserId, tick: int) -> Sequence[Announcement]:
    """What ``user`` was to publish in ``tick``, in order; for whoever had an ordinary turn, the seeds that came to it.

    An intervention may have waited for a condition: that it was met then shows in what was published.
    """
    seeds = past.prepared.announcements.get(tick, {}).get(user, ())
    if not past.prepared.scenario.interventions:
        return seeds
    with reading(past.folder.record) as db:
        published = read_posts_of(db, tick, user, mode="seed")
    return (*seeds, *_injected(past, seeds, published))


def _injected(past: Past, seeds: Sequence[Announcement], published: Sequence[Post]) -> Iterator[Announcement]:
    """What of ``published`` no seed stands for."""
    left = [said.text for said in seeds]
    for post in published:
        if post.text in left:
            left.remove(post.text)
        else:
            yield _stated(past, post)


def _stated(past: Past, post: Post) -> Announcement:
    """The announcement of ``post``, with what the scenario states of its author, or what the post shows of that."""
    for section in past.prepared.scenario.interventions:
        if isinstance(section, InjectSection) and (section.author, section.text) == (post.author, post.text):
            return Announcement(text=post.text, emotion=section.emotion, attitude=section.attitude)
    return Announcement(text=post.text, emotion=post.emotion, attitude=post.attitude)
