"""Survey: what agents are asked: items with a choice, a scale or a free answer."""

from __future__ import annotations

from string import ascii_uppercase
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from s3agents.config.section import Section

__all__ = ["ChoiceItem", "Item", "OpenItem", "ScaleItem", "Survey"]

_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
_Line = Annotated[str, Field(min_length=1, max_length=1000)]
_Option = Annotated[str, Field(min_length=1, max_length=80, pattern=r'^[^"\\\x00-\x1f]+$')]
_MOST_POINTS = 11


class _Item(Section):
    id: _Id = "question"
    question: _Line


class OpenItem(_Item):
    """A question that is answered in words.

    Attributes:
        id: how tables call it.
        question: as the agent is asked.
        chars: most characters of the answer.
    """

    kind: Literal["open"] = "open"
    chars: int = Field(default=280, ge=1, le=4000)


class ChoiceItem(_Item):
    """A question with given answers.

    Attributes:
        id: how tables call it.
        question: as the agent is asked.
        options: the answers, each other than the rest.
    """

    kind: Literal["choice"] = "choice"
    options: tuple[_Option, ...] = Field(min_length=2, max_length=26)

    @model_validator(mode="after")
    def _distinct(self) -> ChoiceItem:
        if len(set(self.options)) < len(self.options):
            raise ValueError("options that differ from each other")
        return self

    @property
    def answers(self) -> tuple[str, ...]:
        """All possible answers."""
        return self.options

    @property
    def codes(self) -> tuple[str, ...]:
        """What the agent replies for each: a letter, for the tokens of "no" and "not sure" begin alike."""
        return tuple(ascii_uppercase[: len(self.options)])


class ScaleItem(_Item):
    """A question that is answered with a number.

    On a scale on which one number begins like another, such as 1 and 10, answers come without their probabilities.

    Attributes:
        id: how tables call it.
        question: as the agent is asked.
        least: the lowest number,
        low: and what it means.
        most: the highest number,
        high: and what it means.
    """

    kind: Literal["scale"] = "scale"
    least: int = Field(default=1, ge=-10, le=100)
    most: int = Field(default=7, ge=-10, le=100)
    low: _Line
    high: _Line

    @model_validator(mode="after")
    def _some_points(self) -> ScaleItem:
        if not 2 <= self.most - self.least + 1 <= _MOST_POINTS:
            raise ValueError(f"2 to {_MOST_POINTS} points, from least to most")
        return self

    @property
    def answers(self) -> tuple[str, ...]:
        """All possible answers."""
        return tuple(str(point) for point in range(self.least, self.most + 1))

    @property
    def codes(self) -> tuple[str, ...]:
        """What the agent replies for each: the number itself."""
        return self.answers


Item = Annotated[OpenItem | ChoiceItem | ScaleItem, Field(discriminator="kind")]


class Survey(Section):
    """Questions to agents. Each is put by itself: no answer shapes another, so their order does not matter.

    Attributes:
        name: of the survey.
        items: the questions, with ids that differ.
    """

    name: _Id
    items: tuple[Item, ...] = Field(min_length=1, max_length=200)

    @model_validator(mode="before")
    @classmethod
    def _kinds(cls, data: Any) -> Any:
        """An item that states no kind has one all the same: by its options, or else it is open."""
        items = data.get("items") if isinstance(data, dict) else None
        if not isinstance(items, list):
            return data
        return {**data, "items": [_with_kind(item) if isinstance(item, dict) else item for item in items]}

    @model_validator(mode="after")
    def _distinct(self) -> Survey:
        ids = [item.id for item in self.items]
        if twice := sorted({id_ for id_ in ids if ids.count(id_) > 1}):
            raise ValueError(f"items with ids that differ, not {', '.join(twice)} twice")
        return self


def _with_kind(item: dict[str, Any]) -> dict[str, Any]:
    kind = "choice" if "options" in item else "scale" if {"low", "high"} & item.keys() else "open"
    return {"kind": kind, **item}
