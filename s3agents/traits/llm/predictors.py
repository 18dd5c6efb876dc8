"""Predictors: one for each trait that a model is to predict, all asking it in the same way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from s3agents.prompts.trait_pack import TextLimits, TraitPack
from s3agents.traits.base import Trait, TraitPredictor
from s3agents.traits.llm.age import AgePredictor
from s3agents.traits.llm.asking import Asker
from s3agents.traits.llm.labels import LabelPredictor
from s3agents.traits.llm.occupation import OccupationPredictor
from s3agents.traits.llm.shots import Shots
from s3agents.traits.occupations import OCCUPATIONS

__all__ = ["llm_method", "llm_predictor"]

_NOTHING: Mapping[str, str] = MappingProxyType({})


def llm_method(pack: TraitPack, model: str) -> str:
    """How tables and files call predictions that ``model`` made with ``pack``."""
    return f"llm/{pack.name}-{pack.language}@{pack.version}/{model}"


def llm_predictor(
    trait: Trait,
    asker: Asker,
    pack: TraitPack,
    *,
    model: str,
    limits: TextLimits,
    question: str = "",
    shots: Shots | None = None,
    categories: Sequence[str] = OCCUPATIONS,
    groups: Mapping[str, str] = _NOTHING,
    bounded: bool = False,
) -> TraitPredictor:
    """The predictor of ``trait`` by a language model.

    Args:
        trait: what is predicted.
        asker: asks the model.
        pack: the prompts.
        model: the model's name, part of the method.
        limits: how much of a user's texts is shown.
        question: whose answer the attitude is.
        shots: examples of known age; none without it.
        categories: of occupations; by default those of S3's Table 5.
        groups: occupations with the category that they are in already.
        bounded: whether schemas bound the length of texts.
    """
    method = llm_method(pack, model)
    if trait == "age":
        return AgePredictor(asker, pack, method=method, limits=limits, shots=shots or Shots((), k=0, seed=0))
    if trait == "occupation":
        return OccupationPredictor(
            asker, pack, method=method, limits=limits, categories=categories, known=groups, bounded=bounded
        )
    return LabelPredictor(trait, asker, pack, method=method, limits=limits, question=question)
