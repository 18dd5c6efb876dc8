"""Replies of trait prompts: a gender, an age, an occupation, an attitude, and the groups of many occupations."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, WithJsonSchema, create_model

from s3agents.prompts.quoting import tidy
from s3agents.prompts.trait_pack import ANSWER_CHARS
from s3agents.replies import Reply

__all__ = [
    "AGES",
    "GENDERS",
    "AgeReply",
    "AttitudeReply",
    "GenderReply",
    "GroupingReply",
    "OccupationReply",
    "grouping_reply",
    "occupation_reply",
]

AGES = range(10, 101)
"""Ages that a model may name, in years."""

GENDERS = ("female", "male")


def _short(text: str) -> str:
    line = tidy(text, ANSWER_CHARS)
    if not line:
        raise ValueError("the name of an occupation")
    return line


# All of them listed: not every grammar knows bounds of numbers, and a weighted choice is what probabilities come from.
_Listed = WithJsonSchema({"type": "integer", "enum": list(AGES)})
_Occupation = Annotated[str, AfterValidator(_short)]
_Bounded = WithJsonSchema({"type": "string", "pattern": rf'^[^\u0000-\u001f"\\]{{1,{ANSWER_CHARS}}}$'})


class GenderReply(Reply):
    """The likelier gender."""

    gender: Literal["female", "male"]


class AgeReply(Reply):
    """Age in whole years."""

    age: Annotated[int, Field(strict=True, ge=AGES[0], le=AGES[-1]), _Listed]


class AttitudeReply(Reply):
    """The attitude before a run (S3 section 3.3.2)."""

    attitude: Literal["negative", "positive"]


class OccupationReply(Reply):
    """An occupation in free text; ask for it by :func:`occupation_reply`."""

    occupation: _Occupation


class GroupingReply(Reply):
    """Category by number of an occupation; ask for it by :func:`grouping_reply`, which knows numbers and categories."""


def occupation_reply(*, bounded: bool) -> type[OccupationReply]:
    """:class:`OccupationReply`; ``bounded`` in length where weak models need that (:mod:`s3agents.replies.schemas`)."""
    return _bounded_occupation() if bounded else OccupationReply


@lru_cache(maxsize=1)
def _bounded_occupation() -> type[OccupationReply]:
    field: Any = (Annotated[_Occupation, _Bounded], ...)
    return create_model("OccupationReply", __base__=OccupationReply, __module__=__name__, occupation=field)


@lru_cache(maxsize=1024)
def grouping_reply(answers: int, categories: Sequence[str]) -> type[GroupingReply]:
    """:class:`GroupingReply` for ``answers`` occupations, numbered from 1, each in one of ``categories`` (a tuple)."""
    kind: Any = (Literal[tuple(categories)], ...)
    fields = {str(number): kind for number in range(1, answers + 1)}
    return create_model("GroupingReply", __base__=GroupingReply, __module__=__name__, **fields)
