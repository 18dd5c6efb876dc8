"""Demographics: a stated distribution of gender, age, occupation and attitude, read from its file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from s3agents.config.section import Section
from s3agents.resources import prompts_dir
from s3agents.yaml_files import read_yaml

__all__ = ["AgeBand", "Demographics", "Shares", "read_demographics"]

Weight = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
Age = Annotated[int, Field(ge=0, le=130)]


def _of_something(shares: dict[str, float]) -> dict[str, float]:
    if not all(label.strip() for label in shares):
        raise ValueError("labels that are not blank")
    if not sum(shares.values()) > 0:
        raise ValueError("shares of which one at least is above 0")
    return shares


Shares = Annotated[dict[str, Weight], AfterValidator(_of_something)]
"""Relative shares by label; they need not add up to 1."""


class AgeBand(Section):
    """Users of an age.

    Attributes:
        years: first and last year of age; those between are equally likely.
        share: of all users, relative to the other bands.
        gender: shares of genders, where they differ from those of all.
        occupation: shares of occupations, where they differ from those of all.
        positive_odds: odds of a positive attitude, relative to the other bands.
    """

    years: tuple[Age, Age]
    share: Weight
    gender: Shares | None = None
    occupation: Shares | None = None
    positive_odds: float = Field(default=1.0, gt=0.0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _in_order(self) -> AgeBand:
        if self.years[0] > self.years[1]:
            raise ValueError(f"years in ascending order, not {list(self.years)}")
        return self


class Demographics(Section):
    """Who the users of a society are.

    Attributes:
        source: where the shares come from.
        gender: shares of genders.
        occupation: shares of occupations.
        ages: bands of ages.
    """

    source: str = ""
    gender: Shares
    occupation: Shares
    ages: tuple[AgeBand, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _somebody(self) -> Demographics:
        if not sum(band.share for band in self.ages) > 0:
            raise ValueError("ages of which one at least has a share above 0")
        return self


def read_demographics(name: str) -> Demographics:
    """The distribution ``default``, or the one in the YAML file ``name``.

    Raises:
        ConfigError: if the file cannot be read, or states no distribution.
    """
    return read_yaml(prompts_dir() / "populations" / "default.yaml" if name == "default" else Path(name), Demographics)
