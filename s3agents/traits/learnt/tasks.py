"""Tasks: what is to be predicted, put as yes-or-no questions for logistic regressions, and their answers read back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from s3agents.traits.learnt.heads import label_probabilities, sigmoid

__all__ = ["AgeScale", "LabelTask", "Task", "age_scale"]

V_contra = TypeVar("V_contra", contravariant=True)
A_co = TypeVar("A_co", covariant=True)

_CLOSED = ConfigDict(extra="forbid", strict=True)
_PARTS = 10
"""Parts of equal size into which ages are cut; 9 questions. More gain nothing."""


class Task(Protocol[V_contra, A_co]):
    """How values are asked for, and answers read."""

    @property
    def exclusive(self) -> bool:
        """Whether each row has exactly one true outcome."""
        ...

    def outcomes(self, values: Sequence[V_contra]) -> NDArray[np.bool_]:
        """The right answers, of shape ``(len(values), heads)``."""
        ...

    def read(self, logits: Sequence[float]) -> A_co:
        """The answer that the logits of a row amount to."""
        ...


@dataclass(frozen=True, slots=True, config=_CLOSED)
class LabelTask:
    """Telling labels apart.

    Attributes:
        classes: the labels, in order; of two, only the second is asked for.
    """

    classes: Annotated[tuple[str, ...], Field(min_length=2)]

    def __post_init__(self) -> None:
        if list(self.classes) != sorted(set(self.classes)):
            raise ValueError("classes are distinct and in order")

    @property
    def heads(self) -> int:
        """How many logits an answer takes."""
        return len(self.classes) if self.exclusive else 1

    @property
    def exclusive(self) -> bool:
        """Two labels are one question, more are as many of which one is right."""
        return len(self.classes) > 2

    def outcomes(self, labels: Sequence[str]) -> NDArray[np.bool_]:
        """The right answers, of shape ``(len(labels), heads)``."""
        asked = self.classes[1:] if len(self.classes) == 2 else self.classes
        return np.array([[label == one for one in asked] for label in labels], dtype=bool)

    def read(self, logits: Sequence[float]) -> tuple[str, dict[str, float]]:
        """The most probable label (of equal ones the first), and the probability of each."""
        p = dict(zip(self.classes, label_probabilities(logits), strict=True))
        return max(self.classes, key=p.__getitem__), p


@dataclass(frozen=True, slots=True, config=_CLOSED)
class AgeScale:
    """Ages, asked for as "older than ...?" (Frank and Hall 2001); the answer is the median of the distribution.

    The median, since it is what has the smallest absolute error.

    Attributes:
        lowest: the youngest age seen.
        cuts: the ages in question, ascending.
        highest: the oldest age seen.
    """

    lowest: int
    cuts: Annotated[tuple[int, ...], Field(min_length=1)]
    highest: int

    def __post_init__(self) -> None:
        cuts = list(self.cuts)
        if not 0 <= self.lowest <= cuts[0] <= cuts[-1] <= self.highest or cuts != sorted(set(cuts)):
            raise ValueError("lowest, cuts and highest ascend")

    @property
    def heads(self) -> int:
        """How many logits an answer takes."""
        return len(self.cuts)

    @property
    def exclusive(self) -> bool:
        """Who is older than 30 is older than 20 as well."""
        return False

    def outcomes(self, ages: Sequence[int]) -> NDArray[np.bool_]:
        """The right answers, of shape ``(len(ages), cuts)``."""
        return np.array(ages)[:, None] > np.array(self.cuts)[None, :]

    def read(self, logits: Sequence[float]) -> int:
        """Whole years, between the youngest and the oldest age seen."""
        left, p_left = float(self.lowest), 1.0
        for cut, logit in zip((*self.cuts, self.highest), (*logits, -np.inf), strict=True):
            right = cut if cut == self.highest else cut + 0.5
            p = min(p_left, sigmoid(logit))  # nobody is more surely older than 30 than older than 20
            if p <= 0.5:
                years = left + (right - left) * (p_left - 0.5) / (p_left - p)
                return min(self.highest, max(self.lowest, round(years)))
            left, p_left = right, p
        raise AssertionError("nobody is older than the oldest")


def age_scale(ages: Sequence[int]) -> AgeScale:
    """The scale of ages that are not all the same."""
    quantiles = np.quantile(ages, np.arange(1, _PARTS) / _PARTS, method="lower")
    cuts = sorted({int(q) for q in quantiles if q < max(ages)} or {min(ages)})
    return AgeScale(min(ages), tuple(cuts), max(ages))
