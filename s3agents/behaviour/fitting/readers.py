"""Fitting of readers: levels of emotion and sides of texts, from labelled texts, scored on rows not seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from s3agents.behaviour.fitting.labelled_texts import LabelledText
from s3agents.behaviour.readers import answer
from s3agents.ids import UserId
from s3agents.labels import EMOTIONS, Attitude
from s3agents.persona import Persona
from s3agents.traits.base import Evidence
from s3agents.traits.labelled import Example
from s3agents.traits.learnt.cross_validation import Bench
from s3agents.traits.learnt.heads import Heads
from s3agents.traits.learnt.tasks import LabelTask
from s3agents.traits.scores import score_labels

__all__ = ["FEWEST", "FittedReader", "fit_answering", "fit_emotion", "fit_towards"]

FEWEST = 30
"""Texts of each label, below which it is not learnt."""

_FEWEST_OF_TARGET = 10
_INTENSE = EMOTIONS[-1].value
_SCALE = ("0", "1", "2")
"""The levels of emotion as labels in the order of levels; a task has its labels in the order of letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedReader:
    """Heads with what is known about them.

    Attributes:
        heads: of the labels, or of the targets.
        targets: what the heads are about, if they are told apart.
        texts: what they were learnt from.
        examples: texts by label.
        cross_validation: scores on texts that the model had not seen, as plain JSON values.
    """

    heads: Heads
    targets: tuple[str, ...] = ()
    texts: tuple[str, ...]
    examples: dict[str, int]
    cross_validation: dict[str, Any]


def fit_emotion(texts: Sequence[LabelledText], *, folds: int, seed: int) -> FittedReader | str:
    """The level of emotion of a text; or why it cannot be learnt."""
    rows = [one for one in texts if one.emotion is not None]
    labels = [str(EMOTIONS.index(one.emotion)) for one in rows if one.emotion is not None]
    counts = Counter(labels)
    if len(counts) < len(_SCALE) or min(counts.values()) < FEWEST:
        return f"{len(rows):,} texts with a level of emotion, and not {FEWEST} of each"
    fitted = _fit("emotion", rows, labels, [one.text for one in rows], folds=folds, seed=seed, positive="2")
    return fitted if isinstance(fitted, str) else _named(fitted)


def fit_towards(texts: Sequence[LabelledText], *, folds: int, seed: int) -> FittedReader | str:
    """The side of a text on one of several targets; or why it cannot be learnt."""
    rows = [one for one in texts if one.attitude is not None and one.target]
    sizes = Counter(one.target for one in rows)
    rows = [one for one in rows if sizes[one.target] >= _FEWEST_OF_TARGET]
    if too_few := _too_few(rows, "with a target"):
        return too_few
    targets = sorted({one.target for one in rows})
    return _fit(
        "attitude",
        rows,
        _sides(rows),
        [one.text for one in rows],
        targets=targets,
        folds=folds,
        seed=seed,
        positive=Attitude.POSITIVE.value,
    )


def fit_answering(texts: Sequence[LabelledText], *, folds: int, seed: int) -> FittedReader | str:
    """The side that a post takes on the story, or on what it answers; or why it cannot be learnt."""
    rows = [one for one in texts if one.attitude is not None and not one.target]
    if too_few := _too_few(rows, "in a thread"):
        return too_few
    documents = [answer(one.text, one.parent) for one in rows]
    return _fit("attitude", rows, _sides(rows), documents, folds=folds, seed=seed, positive=Attitude.POSITIVE.value)


def _fit(
    thing: str,
    rows: Sequence[LabelledText],
    labels: Sequence[str],
    documents: Sequence[str],
    *,
    targets: Sequence[str] = (),
    folds: int,
    seed: int,
    positive: str,
) -> FittedReader | str:
    examples = [_example(one, document) for one, document in zip(rows, documents, strict=True)]
    parts = [one.target for one in rows] if targets else labels
    strata = list(zip(labels, parts, strict=True))
    bench = Bench(thing, examples, strata, texts=("posts",), targets=targets, folds=folds, seed=seed)
    task = LabelTask(tuple(sorted(set(labels))))
    answers = bench.out_of_fold(lambda _: task, labels)
    fit = bench.fit(task, labels)
    predicted, p = [label for label, _ in answers], [chances[positive] for _, chances in answers]
    scores = score_labels(labels, predicted, p, positive=positive, seed=seed).to_dict()
    return FittedReader(
        heads=bench.design.heads(fit.weights, fit.intercepts, fit.scale),
        targets=tuple(targets),
        texts=tuple(one.text for one in rows),
        examples=dict(sorted(Counter(labels).items())),
        cross_validation=bench.facts() | {"scores": scores},
    )


def _named(fitted: FittedReader) -> FittedReader:
    """The levels of emotion under their names."""
    names: Mapping[str, str] = {number: level.value for number, level in zip(_SCALE, EMOTIONS, strict=True)}
    scores = {**fitted.cross_validation["scores"], "positive": _INTENSE}
    return FittedReader(
        heads=fitted.heads,
        texts=fitted.texts,
        examples={names[label]: n for label, n in fitted.examples.items()},
        cross_validation={**fitted.cross_validation, "scores": scores},
    )


def _example(one: LabelledText, document: str) -> Example:
    """The text under its thread's name, so that threads, and the same words elsewhere, stay in one fold."""
    persona = Persona(id=UserId(one.thread or "nobody"), bio=one.text)
    return Example(Evidence(persona, (document,)), {}, one.target, known_id=bool(one.thread))


def _sides(rows: Sequence[LabelledText]) -> list[str]:
    return [one.attitude.value for one in rows if one.attitude is not None]


def _too_few(rows: Sequence[LabelledText], where: str) -> str:
    """Why the sides of ``rows`` cannot be learnt; empty if they can."""
    counts = Counter(_sides(rows))
    if len(counts) > 1 and min(counts.values()) >= FEWEST:
        return ""
    told = " and ".join(f"{counts[side.value]:,} {side.value}" for side in Attitude)
    return f"{told} texts {where}, and not {FEWEST} of each"
