"""Model files: a folder of ``model.json`` (what it is, and how good) and ``weights.npz`` (numbers). Nothing in it runs.

The folder holds hashed n-grams with their weights and no text. That is no anonymity: whoever has it can ask it about a
word. There are no times in it: the same data and seed give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from s3agents.errors import InputError, explain
from s3agents.traits.base import Trait, TraitPredictor
from s3agents.traits.learnt.heads import Heads
from s3agents.traits.learnt.model_facts import ModelFacts, TextFacts, check_name, versions
from s3agents.traits.learnt.model_folder import DAMAGE, check_free, read_weights, what_is_wrong, write_model_folder
from s3agents.traits.learnt.model_folder import FACTS_FILE as _FACTS
from s3agents.traits.learnt.model_folder import WEIGHTS_FILE as _WEIGHTS
from s3agents.traits.learnt.predictors import LearntPredictor
from s3agents.traits.learnt.tasks import AgeScale
from s3agents.traits.learnt.trait_model import AgeConfidence, TraitFacts, TraitModel

__all__ = ["check_free", "load_predictors", "read_model", "write_model"]

_Arrays = Mapping[str, NDArray[Any]]


def write_model(
    folder: Path,
    models: Sequence[TraitModel],
    *,
    name: str,
    texts: Sequence[str],
    language: str | None = None,
    overwrite: bool = False,
) -> ModelFacts:
    """Write a model, which appears whole at the end or not at all; what its ``model.json`` says.

    Args:
        folder: of the model.
        models: one of each trait.
        name: of the whole.
        texts: which of ``bio`` and ``posts`` they were fitted on.
        language: of the texts, if known.
        overwrite: whether a model that is there already may be replaced.

    Raises:
        InputError: if the folder is taken or cannot be written, or the name is none.
    """
    check_free(folder, overwrite=overwrite)
    check_name(name)
    weights = _weights(models)
    facts = ModelFacts(
        name=name,
        language=language,
        features=TextFacts.model_validate_json(orjson.dumps({"texts": list(texts)})),
        traits={model.trait: model.facts for model in models},
        versions=versions(),
        sha256=hashlib.sha256(weights).hexdigest(),
    )
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    text = orjson.dumps(facts.model_dump(mode="json"), option=options)
    write_model_folder(folder, {_FACTS: text, _WEIGHTS: weights})
    return facts


def load_predictors(folder: Path, *, target: str | None = None) -> dict[Trait, TraitPredictor]:
    """The predictors of a fitted model, by trait.

    Args:
        folder: of the model.
        target: what attitudes are to be about, of a model that tells several targets apart. Without it the attribute
            of each user that is called like the column of targets tells, and who has none has no estimate.

    Raises:
        InputError: if the folder holds no model, a broken one, one of another version, or none for ``target``.
    """
    facts, models = read_model(folder)
    if target is not None:
        models = [_aimed(folder, model, target) for model in models]
    return {model.trait: LearntPredictor(model, facts.name, facts.features.texts) for model in models}


def read_model(folder: Path) -> tuple[ModelFacts, list[TraitModel]]:
    """The model in ``folder``, checked: version, sha256, names, types, shapes and finite numbers.

    Raises:
        InputError: if anything of that is wrong.
    """
    try:
        facts = _facts((folder / _FACTS).read_bytes())
        return facts, _models(facts, read_weights(folder, facts.sha256))
    except DAMAGE as exc:
        raise InputError(
            explain(str(folder), wanted="a fitted model", got=what_is_wrong(exc), remedy="fit it again")
        ) from exc


def _facts(text: bytes) -> ModelFacts:
    facts = ModelFacts.model_validate_json(text)
    if facts.features != TextFacts(texts=facts.features.texts):
        raise ValueError(f"{_FACTS} of features that this version does not make")
    return facts


def _models(facts: ModelFacts, arrays: _Arrays) -> list[TraitModel]:
    models = []
    left = set(arrays)
    for trait, known in facts.traits.items():
        own = {name.partition(".")[2]: array for name, array in arrays.items() if name.partition(".")[0] == trait}
        models.append(_model(trait, known, own))
        left -= {f"{trait}.{name}" for name in models[-1].arrays()}
    if left:
        raise ValueError(f"{_WEIGHTS} with {min(left)}, which no trait has")
    return models


def _model(trait: Trait, facts: TraitFacts, arrays: _Arrays) -> TraitModel:
    heads = Heads.of_arrays(arrays)
    if len(heads.intercepts) != facts.heads:
        raise ValueError(f"{len(heads.intercepts)} heads for {trait}, which takes {facts.heads}")
    is_age = isinstance(facts.task, AgeScale)
    if is_age != (trait == "age") or (facts.about is not None) != (trait == "attitude"):
        raise ValueError(f"{_FACTS} with another trait's facts about {trait}")
    return TraitModel(trait, facts, heads, AgeConfidence.of_arrays(arrays) if is_age else None)


def _aimed(folder: Path, model: TraitModel, target: str) -> TraitModel:
    """The model, its attitudes all towards ``target``."""
    about = model.facts.about
    if about is None:
        return model
    if target not in about.targets:
        wanted = f"one of {', '.join(about.targets)}" if about.targets else "none: the model knows no targets"
        raise InputError(explain(f"{folder}: target", wanted=wanted, got=repr(target)))
    return replace(model, facts=model.facts.model_copy(update={"about": replace(about, target=target)}))


def _weights(models: Sequence[TraitModel]) -> bytes:
    arrays = {f"{model.trait}.{name}": array for model in models for name, array in model.arrays().items()}
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]  # the stubs take the arrays for the option allow_pickle
    return file.getvalue()
