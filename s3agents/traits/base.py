"""TraitPredictor: the port behind which a trait of a user is predicted, by a language model or a learnt model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from s3agents.persona import Persona

__all__ = ["Estimate", "Evidence", "Trait", "TraitPredictor", "Unknown"]

Trait = Literal["gender", "age", "occupation", "attitude"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a predictor may look at.

    Attributes:
        persona: what the data state; the trait that is asked for is not among it.
        posts: earlier posts, newest last.
    """

    persona: Persona
    posts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Estimate:
    """A predicted trait.

    Attributes:
        value: a label (``female``, ``positive``, an occupation) or, for age, whole years.
        confidence: probability, in [0, 1], that ``value`` is right; for age, that it is right to 5 years. ``None``
            where the predictor cannot say.
        p: probability of each label, for predictors that have them.
    """

    value: str | int
    confidence: float | None = None
    p: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Why there is no estimate: ``no text``, ``low confidence``, or the cause of a fault such as ``timeout``."""

    reason: str


class TraitPredictor(Protocol):
    """Predicts one trait of many users.

    Attributes:
        trait: which one.
        method: how tables and files call the predictor: ``learnt/NAME`` or ``llm/PACK@VERSION/MODEL``.
    """

    trait: Trait
    method: str

    async def predict(
        self, users: Sequence[Evidence], progress: Callable[[int], None] = lambda done: None
    ) -> list[Estimate | Unknown]:
        """An estimate, or why there is none, for each of ``users``, in their order.

        Args:
            users: whom to look at.
            progress: called with how many are done.
        """
        ...
