"""Draft: a synthetic society as arrays, before it becomes personas or files."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from s3agents.config.generate import GenerateSection
from s3agents.network.classes import classify
from s3agents.network.generate.degrees import draw_degrees
from s3agents.network.generate.demographics import read_demographics
from s3agents.network.generate.people import People, draw_people
from s3agents.network.generate.streams import Longs, stream
from s3agents.network.generate.ties import draw_ties
from s3agents.network.graph import FollowGraph
from s3agents.network.ties import Ties, count_ties

__all__ = ["Draft", "draft"]

_DIGITS = 5


class Draft(NamedTuple):
    """A society without names and words, the users in descending order of their followers.

    Attributes:
        section: what it was made after.
        people: who the users are.
        graph: who follows whom.
        ties: followers, followees and mutual ties of each user.
        posts: earlier posts of each user, shape ``(n,)``.
        classes: the class of each user, as :func:`~s3agents.network.classes.classify` finds it, shape ``(n,)``.
        source: where the shares of the demographics come from.
    """

    section: GenerateSection
    people: People
    graph: FollowGraph
    ties: Ties
    posts: Longs
    classes: NDArray[np.int8]
    source: str

    @property
    def ids(self) -> list[str]:
        """The ids of the users: ``u00000`` is followed by the most."""
        digits = max(_DIGITS, len(str(self.section.users - 1)))
        return [f"u{number:0{digits}}" for number in range(self.section.users)]


def draft(section: GenerateSection) -> Draft:
    """The society of ``section``: a pure function of it, and of the file of its demographics.

    Raises:
        SocietyError: if that file cannot be used.
    """
    stated = read_demographics(section.demographics)
    people = draw_people(section, stated)
    degrees = draw_degrees(section)
    rng = stream(section.seed, "ties")
    graph = draw_ties(degrees, people.positive, homophily=section.homophily, rng=rng)
    ties = count_ties(graph)
    order = np.argsort(-ties.followers, kind="stable")
    posts = degrees.posts
    if bool((np.diff(order) < 0).any()):  # where the degrees could not be kept
        people, graph, posts = _sorted(people, order), _relabelled(graph, order), posts[order]
        ties = Ties(*(counts[order] for counts in ties))
    classes = classify(
        followers=ties.followers,
        followees=ties.followees,
        mutual=ties.mutual,
        posts=posts if section.posts else None,
    )
    return Draft(section, people, graph, ties, posts, classes, stated.source)


def _sorted(people: People, order: Longs) -> People:
    columns = {name: getattr(people, name)[order] for name in ("gender", "age", "occupation", "positive")}
    return people._replace(**columns)


def _relabelled(graph: FollowGraph, order: Longs) -> FollowGraph:
    place = np.empty(graph.n, dtype=np.int32)
    place[order] = np.arange(graph.n, dtype=np.int32)
    a, b = graph.pairs()
    return FollowGraph.from_edges(graph.n, place[a], place[b])
