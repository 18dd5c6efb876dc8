"""Subject: a user whose traits may be predicted, and how it stands with each: given, inferred before, or missing.

A trait is *given* where its column has a value and ``TRAIT_method`` has none. What is predicted stands in ``TRAIT``,
``TRAIT_confidence`` and ``TRAIT_method``, so that everybody can tell the two apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, get_args

from s3agents.errors import SocietyError, explain
from s3agents.persona import Persona
from s3agents.traits.base import Trait

__all__ = ["TRAITS", "Standing", "Subject", "columns_of", "subject_of"]

TRAITS: tuple[Trait, ...] = get_args(Trait)

_GAPS = frozenset({"nan", "NaN"})  # an age that is none, in CSV


class Standing(StrEnum):
    """How it stands with a trait of a user in the users file."""

    GIVEN = "given"
    INFERRED = "inferred"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A user whose traits may be predicted.

    Attributes:
        persona: as loaded.
        posts: earlier posts, newest last.
        standings: of each trait.
    """

    persona: Persona
    posts: tuple[str, ...]
    standings: Mapping[Trait, Standing]


def subject_of(persona: Persona, posts: Sequence[str], row: Mapping[str, Any]) -> Subject:
    """The user of a row.

    Args:
        persona: as loaded from the row.
        posts: earlier posts, newest last.
        row: column to value, as the file has them.

    Raises:
        SocietyError: if a trait is missing and one of the columns in which a prediction of it is described is not.
    """
    standings = {trait: _standing(trait, row) for trait in TRAITS}
    for trait, standing in standings.items():
        taken = [name for name in columns_of(trait)[1:] if _present(row.get(name))]
        if standing is Standing.MISSING and taken and not _present(row.get(f"{trait}_method")):
            remedy = f"rename the column; {', '.join(columns_of(trait)[1:])} describe a {trait} that was inferred"
            place, wanted = f"user {persona.id!r}: {taken[0]}", f"no value without a {trait}"
            raise SocietyError(explain(place, wanted=wanted, got=repr(row[taken[0]]), remedy=remedy))
    return Subject(persona=persona, posts=tuple(posts), standings=standings)


def columns_of(trait: Trait) -> tuple[str, ...]:
    """The columns of a predicted trait: its value, its description, and for the occupation the model's own words."""
    answer = (f"{trait}_answer",) if trait == "occupation" else ()
    return (trait, f"{trait}_confidence", f"{trait}_method", *answer)


def _standing(trait: Trait, row: Mapping[str, Any]) -> Standing:
    value = row.get(trait)
    if not _present(value) or (trait == "age" and isinstance(value, str) and value in _GAPS):
        return Standing.MISSING
    return Standing.INFERRED if _present(row.get(f"{trait}_method")) else Standing.GIVEN


def _present(value: object) -> bool:
    return not (value is None or value == "" or value != value)  # noqa: PLR0124  # only NaN differs from itself
