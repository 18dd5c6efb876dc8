"""Fitting: from labelled examples to models of traits, each scored by cross-validation on rows that it had not seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NoReturn, cast

import numpy as np

from s3agents.errors import InputError, explain
from s3agents.traits.base import Trait
from s3agents.traits.held_out import POSITIVE
from s3agents.traits.labelled import Example, Labelled
from s3agents.traits.learnt.cross_validation import Bench
from s3agents.traits.learnt.tasks import LabelTask, age_scale
from s3agents.traits.learnt.trait_model import TEXTS, About, TraitFacts, TraitModel, age_confidence, document
from s3agents.traits.scores import mean_macro_f1, score_labels, score_numbers

__all__ = ["FEWEST", "FitSettings", "fit_attitude", "fit_demographics"]

FEWEST = 10
"""Examples of a label, or of a target, below which it is not learnt; of ages twice as many are needed."""

_DECADE = 10
_Answer = tuple[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FitSettings:
    """How models are fitted and scored.

    Attributes:
        folds: of the cross-validation.
        seed: of the folds and of the bootstrap.
        texts: which of ``bio`` and ``posts`` to learn from.
    """

    folds: int = 5
    seed: int = 0
    texts: tuple[str, ...] = TEXTS


def fit_demographics(data: Labelled, trait: Trait, settings: FitSettings) -> TraitModel:
    """A model of the gender, age or occupation of users.

    Labels of less than ten examples are left out.

    Raises:
        InputError: if there are too few examples, or all of one label, or scikit-learn is missing.
    """
    thing = f"{data.path}: {trait}"
    examples = [e for e in data.examples if trait in e.labels and document(e.evidence, settings.texts)]
    if trait == "age":
        return _fit_ages(thing, examples, settings)
    counts = Counter(str(e.labels[trait]) for e in examples)
    rare = Counter({label: n for label, n in counts.items() if n < FEWEST})
    kept = [e for e in examples if e.labels[trait] not in rare]
    return _fit_labels(thing, trait, kept, [str(e.labels[trait]) for e in kept], settings, left_out=rare)


def fit_attitude(data: Labelled, about: About, settings: FitSettings) -> TraitModel:
    """A model of the attitude of authors: positive or negative towards what the question is about.

    Rows of other labels are left out. With ``about.column`` the model tells attitudes towards targets apart;
    ``about.targets`` follow from the data. Targets of less than ten examples are left out.

    Raises:
        InputError: if there are too few examples, or all of one label, or scikit-learn is missing.
    """
    sides = {label.lower(): side for side in ("negative", "positive") for label in getattr(about, side)}
    stated = [e for e in data.examples if "attitude" in e.labels and document(e.evidence, settings.texts)]
    kept = [e for e in stated if _attitude(e).lower() in sides]
    left_out = Counter(_attitude(e) for e in stated if _attitude(e).lower() not in sides)
    if about.column:
        counts = Counter(e.target for e in kept)
        rare = {target for target, n in counts.items() if n < FEWEST or not target}
        left_out += Counter(f"{about.column} {e.target!r}" for e in kept if e.target in rare)
        kept = [e for e in kept if e.target not in rare]
        about = replace(about, targets=tuple(sorted(set(counts) - rare)))
        if about.target and about.target not in about.targets:
            wanted = f"one of {', '.join(about.targets)}"
            raise InputError(explain(f"{data.path}: target", wanted=wanted, got=repr(about.target)))
    labels = [sides[_attitude(e).lower()] for e in kept]
    thing = f"{data.path}: attitude"
    return _fit_labels(thing, "attitude", kept, labels, settings, left_out=left_out, about=about)


def _attitude(example: Example) -> str:
    return str(example.labels["attitude"])


def _fit_labels(
    thing: str,
    trait: Trait,
    examples: Sequence[Example],
    labels: Sequence[str],
    settings: FitSettings,
    *,
    left_out: Mapping[str, int],
    about: About | None = None,
) -> TraitModel:
    counts = Counter(labels)
    if len(counts) < 2 or min(counts.values()) < FEWEST:
        _too_few(thing, f"two or more labels with {FEWEST} or more examples each", counts, left_out)
    targets = about.targets if about is not None else ()
    parts = [e.target for e in examples] if targets else []
    strata = list(zip(labels, parts or labels, strict=True))
    bench = Bench(
        thing, examples, strata, texts=settings.texts, targets=targets, folds=settings.folds, seed=settings.seed
    )
    task = LabelTask(tuple(sorted(counts)))
    answers = bench.out_of_fold(lambda _: task, labels)
    fit = bench.fit(task, labels)
    facts = TraitFacts(
        method="logistic regression",
        task=task,
        examples=dict(sorted(counts.items())),
        left_out=dict(sorted(left_out.items())),
        cross_validation=bench.facts() | _label_scores(trait, labels, answers, parts=parts, seed=settings.seed),
        about=about,
    )
    return TraitModel(trait, facts, bench.design.heads(fit.weights, fit.intercepts, fit.scale))


def _fit_ages(thing: str, examples: Sequence[Example], settings: FitSettings) -> TraitModel:
    ages = [cast(int, e.labels["age"]) for e in examples]
    decades = Counter(f"{age // _DECADE * _DECADE}-{age // _DECADE * _DECADE + _DECADE - 1}" for age in ages)
    if len(ages) < 2 * FEWEST or len(set(ages)) < 2:
        _too_few(thing, f"{2 * FEWEST} or more users of different ages", decades, {})
    scale = age_scale(ages)
    strata = np.digitize(ages, scale.cuts, right=True).tolist()
    bench = Bench(thing, examples, strata, texts=settings.texts, folds=settings.folds, seed=settings.seed)
    answers = bench.out_of_fold(age_scale, ages)
    fit = bench.fit(scale, ages)
    scores = score_numbers(ages, answers, seed=settings.seed)
    facts = TraitFacts(
        method="cumulative logistic regression",
        task=scale,
        examples=dict(sorted(decades.items())),
        left_out={},
        cross_validation=bench.facts() | {"scores": scores.to_dict()},
    )
    return TraitModel(
        "age", facts, bench.design.heads(fit.weights, fit.intercepts, fit.scale), age_confidence(answers, ages)
    )


def _label_scores(
    trait: Trait, labels: Sequence[str], answers: Sequence[_Answer], *, parts: Sequence[str], seed: int
) -> dict[str, Any]:
    """Scores of all rows and, if they have ``parts`` (targets), of each part."""
    positive = POSITIVE.get(trait)
    positive = positive if positive in labels else None

    def scores(rows: Sequence[int]) -> dict[str, Any]:
        truth, predicted = [labels[i] for i in rows], [answers[i][0] for i in rows]
        p = None if positive is None else [answers[i][1][positive] for i in rows]
        return score_labels(truth, predicted, p, positive=positive, seed=seed).to_dict()

    if not parts:
        return {"scores": scores(range(len(labels)))}
    mean = mean_macro_f1(labels, [label for label, _ in answers], parts, seed=seed)
    return {
        "scores": scores(range(len(labels))),
        "mean_macro_f1": None if mean is None else asdict(mean),
        "by_target": {t: scores([i for i, part in enumerate(parts) if part == t]) for t in sorted(set(parts))},
    }


def _too_few(thing: str, wanted: str, counts: Mapping[str, int], left_out: Mapping[str, int]) -> NoReturn:
    """Raise, and say what there is."""
    got = ", ".join(f"{n} x {label}" for label, n in counts.items()) or "none"
    others = ", ".join(f"{n} x {label}" for label, n in left_out.items())
    raise InputError(explain(thing, wanted=wanted, got=got + (f"; left out: {others}" if others else "")))
