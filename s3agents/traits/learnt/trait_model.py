"""TraitModel: a fitted model of one trait: its numbers, how they are read, and what is known about how good it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from pydantic.dataclasses import dataclass as checked_dataclass

from s3agents.persona import Persona
from s3agents.traits.base import Evidence, Trait
from s3agents.traits.learnt.heads import Heads
from s3agents.traits.learnt.tasks import AgeScale, LabelTask

__all__ = ["TEXTS", "About", "AgeConfidence", "TraitFacts", "TraitModel", "age_confidence", "document"]

TEXTS = ("bio", "posts")
"""What a user's text may be made of."""

_CHARS = 20_000
_NEAR = 5
_PARTS, _PART_ROWS = 10, 50


@checked_dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid", strict=True))
class About:
    """What an attitude is about.

    Attributes:
        question: whose "yes" is positive.
        positive: the labels of the data that count as positive.
        negative: the labels of the data that count as negative.
        targets: what the model can tell attitudes towards, in the order of its heads; none if it is about one thing.
        column: attribute of a user that names the target.
        target: the one that all predictions are about; empty if the attribute of each user tells.
    """

    question: str
    positive: tuple[str, ...]
    negative: tuple[str, ...]
    targets: tuple[str, ...] = ()
    column: str = ""
    target: str = ""

    def target_of(self, persona: Persona) -> str:
        """The target of a prediction; empty if nothing tells."""
        return self.target or str(persona.attribute(self.column) or "").strip()


@dataclass(frozen=True, slots=True)
class AgeConfidence:
    """How often predictions near ``ages`` were right to 5 years, of rows that the model had not seen; both ascend."""

    ages: NDArray[np.float64]
    rates: NDArray[np.float64]

    def __call__(self, age: float) -> float:
        """Probability that the prediction ``age`` is right to 5 years."""
        return float(np.interp(age, self.ages, self.rates))

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> AgeConfidence:
        """The confidence that :meth:`TraitModel.arrays` gave.

        Raises:
            KeyError: if an array is missing.
            ValueError: if they are no ascending ages with a probability each.
        """
        ages, rates = arrays["confidence_ages"], arrays["confidence_rates"]
        if ages.dtype != np.float64 or rates.dtype != np.float64 or ages.ndim != 1 or ages.shape != rates.shape:
            raise ValueError("confidences of other types or shapes")
        found = cls(ages.astype(np.float64), rates.astype(np.float64))
        if not len(ages) or not np.isfinite(found.ages).all() or not ((found.rates >= 0) & (found.rates <= 1)).all():
            raise ValueError("confidences that are none")
        if len(ages) > 1 and np.diff(found.ages).min() <= 0:
            raise ValueError("ages of confidences that do not ascend")
        return found


class TraitFacts(BaseModel):
    """What is known about a model, beside its numbers.

    Attributes:
        method: how it was fitted.
        task: how the logits of its heads are read.
        examples: training rows by label, ages by decade.
        left_out: rows with a label or a target that was not learnt.
        cross_validation: scores on rows that the model had not seen, as plain JSON values.
        about: what an attitude is about.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    method: Literal["logistic regression", "cumulative logistic regression"]
    task: LabelTask | AgeScale
    examples: dict[str, int]
    left_out: dict[str, int]
    cross_validation: dict[str, Any]
    about: About | None = None

    @property
    def heads(self) -> int:
        """How many heads such a model has: with targets, one for each of them."""
        return len(self.about.targets) if self.about is not None and self.about.targets else self.task.heads


@dataclass(frozen=True, slots=True)
class TraitModel:
    """A fitted model of a trait: what is known about it, its numbers, and for an age how sure its predictions are."""

    trait: Trait
    facts: TraitFacts
    heads: Heads
    confidence: AgeConfidence | None = None

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Its numbers as named arrays, for a file."""
        arrays = self.heads.arrays()
        if self.confidence is not None:
            arrays |= {"confidence_ages": self.confidence.ages, "confidence_rates": self.confidence.rates}
        return arrays


def age_confidence(predicted: Sequence[int], truth: Sequence[int]) -> AgeConfidence:
    """Confidence by predicted age, from predictions of unseen rows: (hits + 1) / (n + 2) of up to ten groups."""
    ages = np.array(predicted, dtype=np.float64)
    hits = np.abs(ages - np.array(truth)) <= _NEAR
    parts = max(1, min(_PARTS, len(ages) // _PART_ROWS))
    edges = np.unique(np.quantile(ages, np.arange(1, parts) / parts, method="lower"))
    part = np.digitize(ages, edges)
    groups = [part == k for k in np.unique(part)]
    centres = np.array([ages[group].mean() for group in groups])
    return AgeConfidence(centres, np.array([(hits[group].sum() + 1) / (group.sum() + 2) for group in groups]))


def document(evidence: Evidence, texts: Sequence[str] = TEXTS) -> str:
    """What a model reads of a user: the bio and the newest posts, 20,000 characters at most; blank if there is none."""
    parts = [evidence.persona.bio] if "bio" in texts else []
    size = len(parts[0]) if parts else 0
    posts = []
    for post in reversed(evidence.posts if "posts" in texts else ()):
        if size >= _CHARS:
            break
        posts.append(post)
        size += len(post)
    return "\n".join([*parts, *reversed(posts)])[:_CHARS].strip()
