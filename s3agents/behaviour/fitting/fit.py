"""Fitting a model of behaviour: reads each piece of data as what it is, and learns every part that they allow.

A part that cannot be learnt says why, and the textbook model that stands in for it in a society is named.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from s3agents import __version__
from s3agents.behaviour.delay import Delays, observed_delays
from s3agents.behaviour.fitting.exposure_rows import ExposureRows, exposure_rows, joined
from s3agents.behaviour.fitting.labelled_texts import (
    LabelledText,
    read_labelled_texts,
    texts_of_cascades,
    without_repeats,
)
from s3agents.behaviour.fitting.outcomes import FEWEST, FittedOutcome, fit_answers, fit_forwards
from s3agents.behaviour.fitting.readers import FittedReader, fit_answering, fit_emotion, fit_towards
from s3agents.behaviour.fitting.transitions import Table, attitude_steps, emotion_steps
from s3agents.behaviour.model import BehaviourModel, case_mark, text_mark
from s3agents.behaviour.model_facts import PARTS, BehaviourFacts, PartFacts, Source
from s3agents.behaviour.readers import AttitudeReader, EmotionReader
from s3agents.errors import InputError, explain
from s3agents.network.load_report import LoadReport
from s3agents.observed.cascades import is_observed, read_cascades
from s3agents.traits.learnt.regression import check_sklearn

__all__ = ["BehaviourSettings", "fit_behaviour"]

_NO_EXPOSURES = "no exposures of users to cascades"


@dataclass(frozen=True, slots=True, kw_only=True)
class BehaviourSettings:
    """How a model of behaviour is fitted and scored.

    Attributes:
        name: of the model.
        folds: of the cross-validation.
        seed: of trees, folds and intervals.
        split: which part of cascades to learn from; all by default.
    """

    name: str
    folds: int = 5
    seed: int = 0
    split: str | None = None


@dataclass(slots=True)
class _Material:
    """What was read."""

    rows: list[ExposureRows] = field(default_factory=list)
    texts: list[LabelledText] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)


@dataclass(slots=True)
class _Learnt:
    """What has been learnt so far."""

    parts: dict[str, PartFacts] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)


def fit_behaviour(
    data: Sequence[Path],
    settings: BehaviourSettings,
    *,
    report: LoadReport | None = None,
    progress: Callable[[str], None] = lambda doing: None,
) -> BehaviourModel:
    """A model of all of ``data``.

    Args:
        data: folders of cascades, and files of labelled texts.
        settings: how.
        report: where what was dropped is accounted for.
        progress: told what is being done.

    Raises:
        InputError: if something cannot be read, nothing can be learnt, or scikit-learn is missing.
    """
    check_sklearn()
    found = _Material()
    account = report or LoadReport()
    for path in data:
        progress(f"reading {path.name}")
        _read(path, settings, found, account)
    learnt = _Learnt()
    _learn_acts(found, settings, learnt, progress)
    _learn_texts(found, settings, learnt, progress)
    _learn_steps(found, learnt)
    if not any(not learnt.parts[name].not_learnt for name in PARTS):
        listed = "; ".join(f"{name}: {learnt.parts[name].not_learnt}" for name in PARTS)
        raise InputError(explain(", ".join(map(str, data)), wanted="something to learn from", got=listed))
    return _assembled(found, settings, learnt)


def _read(path: Path, settings: BehaviourSettings, found: _Material, report: LoadReport) -> None:
    if not path.is_dir():
        texts = read_labelled_texts(path, report)
        found.texts += texts
        found.sources.append(Source(name=path.name, texts=len(texts)))
        return
    if not is_observed(path):
        wanted = "a folder of cascades (posts.jsonl in it, or in a split such as dev), or a file of labelled texts"
        raise InputError(explain(str(path), wanted=wanted, got="another folder"))
    cascades = read_cascades(path, split=settings.split)
    report.files += cascades.report.files
    texts = texts_of_cascades(cascades)
    if len(cascades.exposures):
        found.rows.append(exposure_rows(cascades, folds=settings.folds, seed=settings.seed))
    found.texts += texts
    found.cases += [str(case) for case in cascades.cases.index]
    counts = {"cases": len(cascades.cases), "exposures": len(cascades.exposures), "texts": len(texts)}
    found.sources.append(Source(name=cascades.name, split=cascades.split, **counts))


def _learn_acts(
    found: _Material, settings: BehaviourSettings, learnt: _Learnt, progress: Callable[[str], None]
) -> None:
    methods = {"forward": "randomised trees", "post": "one rate", "delay": "quantiles by age of the cascade"}
    if not found.rows:
        learnt.parts |= {name: PartFacts(method="none", not_learnt=_NO_EXPOSURES) for name in methods}
        return
    progress("learning who forwards")
    rows = joined(found.rows)
    forwards = fit_forwards(rows, seed=settings.seed)
    answers = fit_answers(rows, seed=settings.seed) if isinstance(forwards, FittedOutcome) else forwards
    outcomes = {}
    for name, fitted in (("forward", forwards), ("post", answers)):
        if isinstance(fitted, FittedOutcome):
            outcomes[name] = fitted.outcome
        learnt.parts[name] = _part_of_act(methods[name], fitted)
    learnt.fields["outcomes"] = outcomes
    learnt.parts["delay"], learnt.fields["delays"] = _delays(rows, methods["delay"])


def _part_of_act(method: str, fitted: FittedOutcome | str) -> PartFacts:
    if isinstance(fitted, str):
        return PartFacts(method="none", not_learnt=fitted)
    return PartFacts(
        method=method,
        examples=fitted.examples,
        left_out=fitted.left_out,
        cross_validation=fitted.cross_validation,
    )


def _delays(rows: ExposureRows, method: str) -> tuple[PartFacts, Delays | None]:
    acted = rows.clean & rows.forwarded & np.isfinite(rows.waited)
    n = int(acted.sum())
    if n < FEWEST:
        return PartFacts(method="at once", not_learnt=f"{n:,} forwards with a time"), None
    delays = observed_delays(rows.waited[acted], rows.minute[acted])
    quartiles = np.quantile(rows.waited[acted], [0.25, 0.5, 0.75]).tolist()
    told = {"n": n, "quartiles_in_minutes": [round(q, 3) for q in quartiles]}
    return PartFacts(method=method, examples={"forward": n}, cross_validation=told), delays


def _learn_texts(
    found: _Material, settings: BehaviourSettings, learnt: _Learnt, progress: Callable[[str], None]
) -> None:
    texts = without_repeats(found.texts)
    fitted: dict[str, FittedReader | str] = {}
    for name, doing, fit in (
        ("emotion", "learning how strong feelings are put", fit_emotion),
        ("towards", "learning sides on targets", fit_towards),
        ("answering", "learning sides of answers", fit_answering),
    ):
        progress(doing)
        fitted[name] = fit(texts, folds=settings.folds, seed=settings.seed)
        learnt.parts[name] = _part_of_reader(fitted[name])
    heads = {name: one for name, one in fitted.items() if isinstance(one, FittedReader)}
    learnt.texts += [text for one in heads.values() for text in one.texts]
    if "emotion" in heads:
        learnt.fields["emotion"] = EmotionReader(heads["emotion"].heads)
    if "towards" in heads or "answering" in heads:
        towards, answering = heads.get("towards"), heads.get("answering")
        learnt.fields["attitude"] = AttitudeReader(
            () if towards is None else towards.targets,
            None if towards is None else towards.heads,
            None if answering is None else answering.heads,
        )


def _part_of_reader(fitted: FittedReader | str) -> PartFacts:
    if isinstance(fitted, str):
        return PartFacts(method="what posts state", not_learnt=fitted)
    return PartFacts(
        method="logistic regression on n-grams",
        examples=fitted.examples,
        cross_validation=fitted.cross_validation,
    )


def _learn_steps(found: _Material, learnt: _Learnt) -> None:
    for name, textbook, steps in (
        ("emotion_step", "contagion (textbook)", emotion_steps(found.texts)),
        ("attitude_step", "bounded confidence (textbook)", attitude_steps(found.texts)),
    ):
        table: Table | None = steps[0]
        learnt.fields[name] = table
        why = "" if table is not None else f"{steps[1]:,} pairs of labelled posts of one user in one thread"
        method = "Markov chain" if table is not None else textbook
        learnt.parts[name] = PartFacts(method=method, not_learnt=why, examples={"pairs": steps[1]})


def _assembled(found: _Material, settings: BehaviourSettings, learnt: _Learnt) -> BehaviourModel:
    attitude = learnt.fields.get("attitude")
    facts = BehaviourFacts(
        name=settings.name,
        targets=() if attitude is None else attitude.targets,
        sources=tuple(found.sources),
        parts={name: learnt.parts[name] for name in PARTS},
        emotion_step=learnt.fields["emotion_step"],
        attitude_step=learnt.fields["attitude_step"],
        folds=settings.folds,
        seed=settings.seed,
        versions={"s3agents": __version__, "numpy": np.__version__, "scikit-learn": version("scikit-learn")},
    )
    marks = {case_mark(case) for case in found.cases} | {text_mark(text) for text in learnt.texts}
    return BehaviourModel(
        facts=facts,
        outcomes=learnt.fields.get("outcomes", {}),
        delays=learnt.fields.get("delays"),
        emotion=learnt.fields.get("emotion"),
        attitude=attitude,
        seen=np.array(sorted(marks), dtype=np.uint64),
    )
