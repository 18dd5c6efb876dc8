"""ModelFacts: what ``model.json`` of a fitted model holds; unknown keys and other versions are errors."""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import Annotated, Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from s3agents import __version__
from s3agents.errors import InputError, explain
from s3agents.traits.base import Trait
from s3agents.traits.learnt.ngrams import BITS, CHARACTERS, WORDS
from s3agents.traits.learnt.trait_model import TraitFacts

__all__ = ["FORMAT", "ModelFacts", "TextFacts", "check_name", "versions"]

FORMAT: Final = 1
"""Version of the layout of model files."""

_NAME = r"[\w.-]{1,80}"
_CLOSED = ConfigDict(frozen=True, extra="forbid", strict=True)


class TextFacts(BaseModel):
    """What the models see of a text; weights are of use with the same features only."""

    model_config = _CLOSED

    kind: str = "hashed n-grams"
    characters: tuple[int, int] = CHARACTERS
    words: tuple[int, int] = WORDS
    bits: int = BITS
    texts: tuple[Literal["bio", "posts"], ...] = Field(min_length=1)


class ModelFacts(BaseModel):
    """The contents of ``model.json``.

    Attributes:
        format: version of the layout.
        name: of the model; its predictors are called ``learnt/NAME``.
        language: of the texts, if known.
        features: what is seen of a text.
        traits: what is known about the model of each trait.
        versions: of the packages that fitted it.
        sha256: of ``weights.npz``.
    """

    model_config = _CLOSED

    format: Literal[1] = FORMAT
    name: Annotated[str, Field(pattern=f"^{_NAME}$")]
    language: str | None = None
    features: TextFacts
    traits: dict[Trait, TraitFacts] = Field(min_length=1)
    versions: dict[str, str]
    sha256: str


def check_name(name: str) -> str:
    """``name``, if a model may be called so.

    Raises:
        InputError: if it is not 1 to 80 letters, digits, ``.``, ``-`` and ``_``.
    """
    if not re.fullmatch(_NAME, name):
        raise InputError(explain("name of a model", wanted="1 to 80 letters, digits and . - _", got=repr(name)))
    return name


def versions() -> dict[str, str]:
    """Of the packages that take part in fitting."""
    return {"s3agents": __version__, "numpy": np.__version__, "scikit-learn": version("scikit-learn")}
