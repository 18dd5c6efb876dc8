"""Persona: who a user is. Fixed for a run; what changes is in :mod:`s3agents.state`."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from s3agents.ids import UserId

__all__ = ["ATTRIBUTES", "Persona", "Scalar"]

Scalar = str | int | float | bool
_NOTHING: MappingProxyType[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid", arbitrary_types_allowed=True))
class Persona:
    """One user of the network (S3 section 4.1, "User Characterization").

    Attributes:
        id: unique among the users of a society.
        gender: as given in the data; the predictors of S3 use ``female`` and ``male``.
        age: in years.
        occupation: free text, or one of the ten of S3's Table 5.
        bio: the user's own description of themselves.
        attitude: what the user thought before the run, where the data say so.
        extra: any further attribute; usable in groups, exports and comparisons.
    """

    id: UserId
    gender: str | None = None
    age: int | None = Field(default=None, ge=0, le=130)
    occupation: str | None = None
    bio: str = ""
    attitude: Literal["positive", "negative"] | None = None
    extra: dict[str, Scalar] | MappingProxyType[str, Any] = Field(default_factory=lambda: _NOTHING)

    def attribute(self, name: str) -> Scalar | None:
        """The attribute ``name``, own or extra; ``None`` where the data do not have it."""
        if name in ATTRIBUTES:
            value: Scalar | None = getattr(self, name)
            return value
        return self.extra.get(name)

    def describe(self) -> str:
        """The user's attributes as one line of text: what relevance is measured against (S3 section 4.1)."""
        known = [str(v) for v in (self.gender, self.age, self.occupation, self.bio) if v not in (None, "")]
        return " ".join(known)


ATTRIBUTES = ("id", "gender", "age", "occupation", "bio", "attitude")
"""The attributes that every persona has a place for."""
