"""Description: what there is to tell of a society before it is run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from s3agents.config.classes import ClassThresholds
from s3agents.network.classes import CLASSES, Classes, class_of
from s3agents.network.mixing import label_assortativity
from s3agents.network.society import Society
from s3agents.network.structure import Structure, structure
from s3agents.network.ties import Ties
from s3agents.persona import Persona

__all__ = ["Ages", "Attribute", "ClassRow", "Description", "describe"]

_TOP = 10
_SIDES = {"positive": 1, "negative": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """What is known of one attribute of the users (S3 section 4.2.2).

    Attributes:
        name: ``gender``, ``age``, ``occupation`` or ``attitude``.
        known: users who have it.
        distinct: different values.
        values: users by value: the ten most frequent values, or ages by decade (``20-29``) in their order.
        inferred: users for whom it was predicted, as the extra ``{name}_method`` tells.
        methods: those users by the method of prediction.
        confidence: mean of the extra ``{name}_confidence`` over those of them who have it.
    """

    name: str
    known: int
    distinct: int
    values: dict[str, int]
    inferred: int
    methods: dict[str, int]
    confidence: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """The known ages, in years."""

    mean: float
    median: float
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """One of the three classes of users (S3 section 4.1).

    Attributes:
        name: see :data:`s3agents.network.classes.CLASSES`.
        users: in it.
        share: of all users.
        followers: median.
        followees: median.
        posts: median; ``None`` where nothing is known of posts.
        reciprocity: mean over its users with ties of the share of their ties that are mutual.
    """

    name: str
    users: int
    share: float | None
    followers: float | None
    followees: float | None
    posts: float | None
    reciprocity: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What there is to tell of a society; ``None`` stands wherever there is nothing to measure.

    Attributes:
        name: of the society.
        users: how many (with the next two, a row of S3's Table 1).
        relations: follow edges among them.
        posts: earlier posts.
        authors: users who wrote them.
        attributes: gender, age, occupation and attitude.
        ages: in numbers.
        classes: influential, regular and low-impact users.
        ties_from: whose followers and followees the classes go by: ``platform`` or ``graph``.
        posts_from: where their posts are from: ``platform``, ``history`` or ``unknown``.
        thresholds: of the classes.
        structure: the shape of the graph.
        attitude_assortativity: see :func:`s3agents.network.mixing.label_assortativity`.
        attitude_edges: between users of known attitude.
        seed: of the estimates.
    """

    name: str
    users: int
    relations: int
    posts: int
    authors: int
    attributes: tuple[Attribute, ...]
    ages: Ages | None
    classes: tuple[ClassRow, ...]
    ties_from: str
    posts_from: str
    thresholds: ClassThresholds
    structure: Structure
    attitude_assortativity: float | None
    attitude_edges: int
    seed: int

    def to_dict(self) -> dict[str, Any]:
        """As plain values that JSON takes."""
        return {**asdict(self), "thresholds": self.thresholds.model_dump()}


def describe(society: Society, thresholds: ClassThresholds | None = None, seed: int = 0) -> Description:
    """What there is to tell of ``society``.

    Args:
        society: of any size; a million users and four million edges take 10 seconds.
        thresholds: of the classes of users.
        seed: of what is estimated from a sample (distances, and clustering in very large graphs).
    """
    limits = thresholds or ClassThresholds()
    classes = class_of(society, limits)
    sides = np.array([_SIDES.get(p.attitude or "", -1) for p in society], dtype=np.int64)
    mixing = label_assortativity(society.graph, sides)
    return Description(
        name=society.name,
        users=len(society),
        relations=society.graph.edges,
        posts=sum(map(len, society.history.values())),
        authors=sum(map(bool, society.history.values())),
        attributes=(
            _attribute(society, "gender", lambda p: p.gender),
            _attribute(society, "age", _decade),
            _attribute(society, "occupation", lambda p: p.occupation),
            _attribute(society, "attitude", lambda p: p.attitude),
        ),
        ages=_ages(society),
        classes=tuple(_class_row(classes, code) for code in range(len(CLASSES))),
        ties_from=classes.ties_from,
        posts_from=classes.posts_from,
        thresholds=limits,
        structure=structure(society.graph, seed=seed),
        attitude_assortativity=mixing.assortativity,
        attitude_edges=mixing.edges,
        seed=seed,
    )


def _attribute(society: Society, name: str, value: Callable[[Persona], str | None]) -> Attribute:
    found = [value(persona) for persona in society]
    values = Counter(one for one in found if one is not None)
    extras = (persona.extra for persona, one in zip(society, found, strict=True) if one is not None)
    predicted = [extra for extra in extras if extra.get(f"{name}_method") is not None]
    stated = [extra.get(f"{name}_confidence") for extra in predicted]
    numbers = [float(p) for p in stated if isinstance(p, int | float) and not isinstance(p, bool)]
    return Attribute(
        name=name,
        known=values.total(),
        distinct=len(values),
        values=dict(sorted(values.items(), key=_start) if name == "age" else _most_frequent(values)),
        inferred=len(predicted),
        methods=dict(_most_frequent(Counter(str(extra[f"{name}_method"]) for extra in predicted))),
        confidence=fmean(numbers) if numbers else None,
    )


def _most_frequent(values: Counter[str]) -> list[tuple[str, int]]:
    """The ten most frequent; of one frequency, by the alphabet."""
    return sorted(values.items(), key=lambda item: (-item[1], item[0]))[:_TOP]


def _decade(persona: Persona) -> str | None:
    return None if persona.age is None else f"{persona.age // 10 * 10}-{persona.age // 10 * 10 + 9}"


def _start(decade: tuple[str, int]) -> int:
    return int(decade[0].partition("-")[0])


def _ages(society: Society) -> Ages | None:
    ages = np.array([p.age for p in society if p.age is not None])
    if not len(ages):
        return None
    return Ages(mean=float(ages.mean()), median=float(np.median(ages)), lowest=int(ages.min()), highest=int(ages.max()))


def _class_row(classes: Classes, code: int) -> ClassRow:
    there = classes.codes == code
    users = int(np.count_nonzero(there))
    return ClassRow(
        name=CLASSES[code],
        users=users,
        share=users / len(there) if len(there) else None,
        followers=_median(classes.followers[there]),
        followees=_median(classes.followees[there]),
        posts=None if classes.posts is None else _median(classes.posts[there]),
        reciprocity=_reciprocity(classes.ties, there),
    )


def _reciprocity(ties: Ties, there: NDArray[np.bool_]) -> float | None:
    """Mean share of ties that are mutual; every mutual tie is a follower and a followee."""
    each = ties.followers[there] + ties.followees[there]
    shares = 2 * ties.mutual[there][each > 0] / each[each > 0]
    return float(shares.mean()) if len(shares) else None


def _median(values: NDArray[np.int64]) -> float | None:
    return float(np.median(values)) if len(values) else None
