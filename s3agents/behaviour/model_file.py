"""Model files of behaviour: a folder of ``model.json`` and ``weights.npz``; nothing in it runs.

There are no texts in it and no times: hashed n-grams with weights, trees, quantiles, and marks of what it learnt from.
The same data and seed give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from s3agents.behaviour.delay import Delays
from s3agents.behaviour.model import BehaviourModel
from s3agents.behaviour.model_facts import BehaviourFacts
from s3agents.behaviour.outcome import Outcome
from s3agents.behaviour.readers import AttitudeReader, EmotionReader
from s3agents.errors import InputError, explain
from s3agents.traits.learnt.model_folder import DAMAGE, check_free, read_weights, what_is_wrong, write_model_folder
from s3agents.traits.learnt.model_folder import FACTS_FILE as _FACTS
from s3agents.traits.learnt.model_folder import WEIGHTS_FILE as _WEIGHTS

__all__ = ["behaviour_digest", "read_behaviour", "write_behaviour"]

_Arrays = Mapping[str, NDArray[Any]]


def write_behaviour(folder: Path, model: BehaviourModel, *, overwrite: bool = False) -> BehaviourFacts:
    """Write ``model``, which appears whole at the end or not at all; what its ``model.json`` says.

    Args:
        folder: of the model.
        model: to write.
        overwrite: whether a model that is there already may be replaced.

    Raises:
        InputError: if the folder is taken or cannot be written.
    """
    check_free(folder, overwrite=overwrite)
    weights = _packed(model)
    facts = model.facts.model_copy(update={"sha256": hashlib.sha256(weights).hexdigest()})
    write_model_folder(folder, {_FACTS: _text(facts), _WEIGHTS: weights})
    return facts


def read_behaviour(folder: Path | str) -> BehaviourModel:
    """The model in ``folder``, checked: version, sha256, names, types, shapes and finite numbers.

    Raises:
        InputError: if anything of that is wrong.
    """
    path = Path(folder)
    try:
        facts = BehaviourFacts.model_validate_json((path / _FACTS).read_bytes())
        return _model(facts, read_weights(path, facts.sha256))
    except DAMAGE as exc:
        remedy = "make one with s3agents fit DATA -o MODEL"
        raise InputError(
            explain(str(path), wanted="a model of behaviour", got=what_is_wrong(exc), remedy=remedy)
        ) from exc


def behaviour_digest(facts: BehaviourFacts) -> str:
    """SHA-256 of all that a model is, 64 hex digits: two models with the same one behave alike."""
    return hashlib.sha256(_text(facts)).hexdigest()


def _text(facts: BehaviourFacts) -> bytes:
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(facts.model_dump(mode="json"), option=options)


def _packed(model: BehaviourModel) -> bytes:
    parts: dict[str, _Arrays] = {name: outcome.arrays() for name, outcome in model.outcomes.items()}
    parts |= {
        name: part.arrays()
        for name, part in (("delay", model.delays), ("emotion", model.emotion), ("attitude", model.attitude))
        if part is not None
    }
    arrays = {f"{part}.{name}": array for part, own in parts.items() for name, array in own.items()}
    file = io.BytesIO()
    np.savez(file, seen=model.seen, **arrays)  # type: ignore[arg-type]  # the stubs take the arrays for an option
    return file.getvalue()


def _model(facts: BehaviourFacts, arrays: _Arrays) -> BehaviourModel:
    known = set(facts.learnt())
    left = {name for name in arrays if name != "seen"}
    own: dict[str, _Arrays] = {}
    for part in ("forward", "post", "delay", "emotion", "attitude"):
        own[part] = {k.partition(".")[2]: v for k, v in arrays.items() if k.partition(".")[0] == part}
        left -= {f"{part}.{name}" for name in own[part]}
    seen = arrays["seen"]
    if left or seen.dtype != np.uint64 or seen.ndim != 1 or (len(seen) > 1 and not (seen[1:] > seen[:-1]).all()):
        raise ValueError(f"{_WEIGHTS} with {min(left, default='marks in disorder')}")
    reads_sides = known & {"towards", "answering"}
    model = BehaviourModel(
        facts=facts,
        outcomes={name: Outcome.of_arrays(own[name]) for name in ("forward", "post") if name in known},
        delays=Delays.of_arrays(own["delay"]) if "delay" in known else None,
        emotion=EmotionReader.of_arrays(own["emotion"]) if "emotion" in known else None,
        attitude=AttitudeReader.of_arrays(own["attitude"], facts.targets) if reads_sides else None,
        seen=seen,
    )
    _check_parts(model, known, own)
    return model


def _check_parts(model: BehaviourModel, known: set[str], own: Mapping[str, _Arrays]) -> None:
    """That the numbers are those of the parts that were learnt, and no others."""
    reader = model.attitude
    found = {name for name in ("forward", "post", "delay", "emotion") if own[name]}
    found |= {"towards"} if reader is not None and reader.towards is not None else set()
    found |= {"answering"} if reader is not None and reader.answering is not None else set()
    if found != known - {"emotion_step", "attitude_step"} or (own["attitude"] and reader is None):
        raise ValueError(f"{_WEIGHTS} of other parts than {_FACTS} tells of")
    for step in ("emotion_step", "attitude_step"):
        if (getattr(model.facts, step) is not None) != (step in known):
            raise ValueError(f"{_FACTS} whose {step} is not what it says")
