"""Obtained: what a synthetic society is like, measured on what came out, beside what was asked for."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from s3agents.network.classes import CLASSES
from s3agents.network.generate.draft import Draft
from s3agents.network.mixing import label_assortativity
from s3agents.network.power_law_fit import fit_power_law

__all__ = ["Obtained", "measure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Obtained:
    """A synthetic society in numbers; ``None`` where there is nothing to measure.

    Attributes:
        users: how many.
        relations: follow edges.
        posts: earlier posts.
        reciprocity: share of the edges that are mutual.
        follower_exponent: of the power law nearest to the tail of followers.
        followee_exponent: of the one nearest to the tail of followees.
        homophily: assortativity of attitudes over the edges.
        positive: share of users of a positive attitude.
        classes: share of each class of users, by name.
    """

    users: int
    relations: int
    posts: int
    reciprocity: float | None
    follower_exponent: float | None
    followee_exponent: float | None
    homophily: float | None
    positive: float
    classes: dict[str, float]

    def dump(self) -> dict[str, Any]:
        """The numbers by name."""
        return asdict(self)


def measure(made: Draft) -> Obtained:
    """The society ``made``, in numbers."""
    graph, users = made.graph, made.section.users
    followers, followees = fit_power_law(made.ties.followers), fit_power_law(made.ties.followees)
    shares = np.bincount(made.classes, minlength=len(CLASSES)) / users
    return Obtained(
        users=users,
        relations=graph.edges,
        posts=int(made.posts.sum()),
        reciprocity=int(made.ties.mutual.sum()) / graph.edges if graph.edges else None,
        follower_exponent=followers.exponent if followers else None,
        followee_exponent=followees.exponent if followees else None,
        homophily=label_assortativity(graph, made.people.positive).assortativity,
        positive=int(made.people.positive.sum()) / users,
        classes=dict(zip(CLASSES, shares.tolist(), strict=True)),
    )
