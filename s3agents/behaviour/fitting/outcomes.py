"""Outcomes: fits who forwards and who answers, calibrates the probabilities, and scores both on cases not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from s3agents.behaviour.features import CLOCK, UNKNOWN
from s3agents.behaviour.fitting.calibration import calibrate, reliability
from s3agents.behaviour.fitting.exposure_rows import ExposureRows, weights_by_case
from s3agents.behaviour.fitting.trees import fit_trees
from s3agents.behaviour.outcome import Outcome, expit
from s3agents.traits.learnt.folds import splits
from s3agents.traits.scores import score_labels

__all__ = ["FEWEST", "FittedOutcome", "fit_answers", "fit_forwards"]

FEWEST = 200
"""Exposures with an act, and as many without, below which the act is not learnt."""

_CLOCKS = 8
_Floats = NDArray[np.float64]
_FORWARD, _NOT = "forward", "not"


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedOutcome:
    """An outcome with what is known about it.

    Attributes:
        outcome: what predicts it.
        examples: rows it was learnt from, by what happened.
        left_out: rows that were not used, by reason.
        cross_validation: scores on cases that the model had not seen, as plain JSON values.
    """

    outcome: Outcome
    examples: dict[str, int]
    left_out: dict[str, int]
    cross_validation: dict[str, Any]


def fit_forwards(rows: ExposureRows, *, seed: int) -> FittedOutcome | str:
    """Who passes on what reaches them; or why that cannot be learnt.

    Trees are fitted on exposures of clean cases, each case with the same weight; the calibration is over all exposures
    of these cases as they come.

    Args:
        rows: the exposures.
        seed: of the trees and of the intervals.
    """
    counts = {_FORWARD: int(rows.forwarded[rows.usable].sum()), _NOT: int((~rows.forwarded[rows.usable]).sum())}
    if min(counts.values()) < FEWEST or rows.folds < 2:
        told = f"{counts[_FORWARD]:,} exposures that were forwarded and {counts[_NOT]:,} that were not"
        return f"{told}, in {rows.groups} stories"
    scores, alone = _out_of_fold(rows, seed)
    slope, intercept = calibrate(scores[rows.clean], rows.forwarded[rows.clean])
    outcome = Outcome(_fit(rows, rows.usable, seed), slope, intercept, _clocks(rows, seed))
    left_out = {
        "of cases that are not clean": int((~rows.clean).sum()),
        "whose missing profile gives the outcome away": int((rows.clean & ~rows.usable).sum()),
    }
    return FittedOutcome(
        outcome=outcome,
        examples=counts,
        left_out={why: n for why, n in left_out.items() if n},
        cross_validation={
            "folds": rows.folds,
            "seed": seed,
            "groups": rows.groups,
            **_scored(rows, scores, alone, seed),
        },
    )


def fit_answers(rows: ExposureRows, *, seed: int) -> FittedOutcome | str:
    """Which share of those who do not forward answer; or why that cannot be learnt."""
    known = rows.clean & rows.answers_known & ~rows.forwarded
    answered = int(rows.replied[known].sum())
    if not answered:
        return "no answers by users who had been exposed"
    rate = (answered + 0.5) / (int(known.sum()) + 1.0)
    outcome = Outcome(None, 0.0, float(np.log(rate / (1.0 - rate))))
    return FittedOutcome(
        outcome=outcome,
        examples={"answer": answered, _NOT: int(known.sum()) - answered},
        left_out={"of events whose answers are not known": int((rows.clean & ~rows.answers_known).sum())},
        cross_validation={"folds": 0, "seed": seed, "groups": rows.groups},
    )


def _fit(rows: ExposureRows, train: NDArray[np.bool_], seed: int) -> Any:
    weights = weights_by_case(rows.case[train], rows.forwarded[train])
    return fit_trees(rows.features[train], rows.forwarded[train], weights, seed=seed)


def _clocks(rows: ExposureRows, seed: int) -> _Floats:
    """Times of some of the rows, drawn so that each case counts the same."""
    known = np.flatnonzero(rows.usable & (rows.features[:, CLOCK] != UNKNOWN).all(axis=1))
    if not len(known):
        return np.zeros((0, len(CLOCK)))
    _, case, size = np.unique(rows.case[known], return_inverse=True, return_counts=True)
    p = 1.0 / size[case]
    drawn = np.random.default_rng(seed).choice(known, _CLOCKS, p=p / p.sum())
    clocks: _Floats = rows.features[drawn][:, CLOCK]
    return clocks


def _out_of_fold(rows: ExposureRows, seed: int) -> tuple[_Floats, _Floats]:
    """Scores by trees that saw no case of the row's story.

    Those of all rows with the histories of all cases, and those of the decisions with the histories of their fold's.
    """
    scores, alone = np.zeros(len(rows.case)), np.zeros(len(rows.decision))
    fold_of_decision = rows.fold[rows.decision]
    for learnt, unseen in splits(rows.fold, rows.folds):
        train = np.zeros(len(rows.case), dtype=bool)
        train[learnt] = True
        forest = _fit(rows, train & rows.usable, seed)
        scores[unseen] = forest.scores(rows.features[unseen])
        own = fold_of_decision == rows.fold[unseen[0]]
        alone[own] = forest.scores(rows.alone[own])
    return scores, alone


def _scored(rows: ExposureRows, scores: _Floats, alone: _Floats, seed: int) -> dict[str, Any]:
    """Scores of the sample of decisions at even odds, and of all exposures of clean cases at their own rate."""
    p = _calibrated_out_of_fold(rows, scores)
    natural = rows.clean
    found = {"exposures": _labels(rows, np.flatnonzero(natural), p[natural], seed)}
    found["exposures"] |= reliability(p[natural], rows.forwarded[natural])
    if len(rows.decision):
        # decisions were sampled at even odds, as were the weights of the trees
        found["decisions"] = _labels(rows, rows.decision, expit(scores[rows.decision]), seed)
        found["decisions_alone"] = _labels(rows, rows.decision, expit(alone), seed)
    return found


def _labels(rows: ExposureRows, at: NDArray[np.intp], p: _Floats, seed: int) -> dict[str, Any]:
    truth = [_FORWARD if rows.forwarded[i] else _NOT for i in at]
    predicted = [_FORWARD if chance >= 0.5 else _NOT for chance in p]
    groups = rows.case[at].tolist()
    return score_labels(truth, predicted, p.tolist(), positive=_FORWARD, groups=groups, seed=seed).to_dict()


def _calibrated_out_of_fold(rows: ExposureRows, scores: _Floats) -> _Floats:
    """Probabilities by a calibration that has not seen the row's story either."""
    p = np.zeros(len(scores))
    for learnt, unseen in splits(rows.fold, rows.folds):
        known = learnt[rows.clean[learnt]]
        slope, intercept = calibrate(scores[known], rows.forwarded[known])
        p[unseen] = expit(intercept + slope * scores[unseen])
    return p
