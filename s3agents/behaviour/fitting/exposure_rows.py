"""Exposure rows: the examples from which acts are learnt, their folds and their weights. Owns what may be learnt from.

Cases that tell the same story are in one fold; where the data name no story, each case stands by itself. Exposures of
users whose profile was only collected because they acted would give the outcome away, and are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from s3agents.behaviour.features import FEATURES
from s3agents.behaviour.observed_features import Histories, observed_features
from s3agents.observed.cascades import Cascades
from s3agents.traits.learnt.folds import deal

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ExposureRows", "exposure_rows", "joined", "weights_by_case"]

_Floats = NDArray[np.float64]
_Flags = NDArray[np.bool_]
_ARRAYS = (
    "features",
    "alone",
    "case",
    "minute",
    "forwarded",
    "waited",
    "replied",
    "answers_known",
    "clean",
    "usable",
    "fold",
)
_TELLING = 100
"""Exposures without a profile, none of them forwarded, from which on that is no coincidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureRows:
    """First exposures of users, with what became of them.

    Attributes:
        features: of shape ``(n, len(FEATURES))``, with the histories of all cases.
        alone: the same for the rows of ``decision``, with the histories of the cases of the row's own fold only.
        case: of each row.
        minute: of each row, since the case began.
        forwarded: whether the user passed it on afterwards.
        waited: minutes until then; NaN for the others.
        replied: whether the user did not, and answered something.
        answers_known: whether answers of the row's event were recorded.
        clean: whether the case is fit for scoring.
        usable: whether the row may be learnt from.
        decision: rows of the sample of single decisions, as positions; empty if there is none.
        fold: of each row.
        folds: how many.
        groups: groups of cases that share no story.
    """

    features: _Floats
    alone: _Floats
    case: NDArray[np.str_]
    minute: _Floats
    forwarded: _Flags
    waited: _Floats
    replied: _Flags
    answers_known: _Flags
    clean: _Flags
    usable: _Flags
    decision: NDArray[np.intp]
    fold: NDArray[np.intp]
    folds: int
    groups: int


def exposure_rows(cascades: Cascades, *, folds: int, seed: int) -> ExposureRows:
    """The rows of all exposures of ``cascades``.

    Args:
        cascades: the data.
        folds: of the cross-validation; fewer where there are fewer stories.
        seed: of the folds.
    """
    exposures = cascades.exposures
    case = exposures["case_id"].to_numpy(dtype=str)
    features = observed_features(cascades)
    clean = cascades.cases["clean"].astype(bool).reindex(exposures["case_id"]).to_numpy(dtype=bool)
    event = cascades.cases["event"].fillna("").astype(str).reindex(exposures["case_id"]).to_numpy(dtype=str)
    forwarded = exposures["forwarded"].to_numpy(dtype=bool)
    fold_of, dealt, groups = _folds(cascades, folds, seed)
    replied, answers_known = _answers(cascades, event)
    fold = np.array([fold_of[one] for one in case], dtype=np.intp)
    decision = _decisions(cascades)
    return ExposureRows(
        features=features,
        alone=_alone(cascades, fold, decision),
        case=case,
        minute=exposures["minute"].to_numpy(dtype=np.float64),
        forwarded=forwarded,
        waited=(exposures["forward_minute"] - exposures["minute"]).to_numpy(dtype=np.float64),
        replied=replied & ~forwarded,
        answers_known=answers_known,
        clean=clean,
        usable=clean & ~_given_away(features, event, forwarded),
        decision=decision,
        fold=fold,
        folds=dealt,
        groups=groups,
    )


def joined(parts: Sequence[ExposureRows]) -> ExposureRows:
    """The rows of several data, each with its own folds and histories; at least one."""
    starts = np.cumsum([0, *(len(part.case) for part in parts)])
    arrays = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _ARRAYS}
    decision = np.concatenate([part.decision + start for part, start in zip(parts, starts, strict=False)])
    folds, groups = max(part.folds for part in parts), sum(part.groups for part in parts)
    return ExposureRows(**arrays, decision=decision, folds=folds, groups=groups)


def weights_by_case(case: NDArray[np.str_], outcome: _Flags) -> _Floats:
    """Weights by which each case counts the same, and in it those with the outcome as much as those without.

    What tells one case from another is then of no use: what is learnt is who, of those whom a post reaches.
    """
    _, kind = np.unique(np.char.add(case, np.where(outcome, "+", "-")), return_inverse=True)
    weights = 1.0 / np.bincount(kind)[kind]
    mean: _Floats = weights * len(weights) / weights.sum()
    return mean


def _alone(cascades: Cascades, fold: NDArray[np.intp], decision: NDArray[np.intp]) -> _Floats:
    """Features of the sample of decisions, by what is known from the cases of a row's fold."""
    found = np.zeros((len(decision), len(FEATURES)))
    for k in np.unique(fold[decision]):
        cases = set(cascades.exposures["case_id"][fold == k].astype(str))
        rows = fold[decision] == k
        histories = Histories(cascades, cases=cases)
        found[rows] = observed_features(cascades, cascades.exposures.iloc[decision[rows]], histories=histories)
    return found


def _folds(cascades: Cascades, folds: int, seed: int) -> tuple[dict[str, int], int, int]:
    names = [str(case) for case in cascades.cases.index]
    told = cascades.cases["story"].fillna("").astype(str)
    stories = [story or f"\x1f{case}" for case, story in zip(names, told, strict=True)]
    events = cascades.cases["event"].fillna("").astype(str).tolist()
    number = {story: i for i, story in enumerate(dict.fromkeys(stories))}
    dealt = min(folds, len(number))
    fold = deal(events, [number[story] for story in stories], dealt, seed=seed)
    return dict(zip(names, fold.tolist(), strict=True)), dealt, len(number)


def _given_away(features: _Floats, event: NDArray[np.str_], forwarded: _Flags) -> _Flags:
    """Exposures without a profile, of events in which nobody without a profile ever forwarded."""
    bare = features[:, FEATURES.index("user.account_year")] < 0
    telling = np.zeros(len(bare), dtype=bool)
    for name in np.unique(event):
        rows = bare & (event == name)
        if rows.sum() >= _TELLING and not forwarded[rows].any() and (~bare & (event == name)).any():
            telling |= rows
    return telling


def _answers(cascades: Cascades, event: NDArray[np.str_]) -> tuple[_Flags, _Flags]:
    """Whether each exposed user answered later on, and whether any answers of the event are known."""
    replies = cascades.adoptions[cascades.adoptions["kind"] == "reply"]
    last = replies.groupby(["case_id", "user_id"])["minute"].max().to_dict()
    rows = cascades.exposures
    columns = zip(rows["case_id"], rows["user_id"], rows["minute"], strict=True)
    replied = np.array([last.get((c, u), -np.inf) >= m for c, u, m in columns], dtype=bool)
    of = cascades.cases["event"].fillna("").astype(str).to_dict()
    known = {of[case] for case in replies["case_id"].unique()}
    return replied, np.array([name in known for name in event], dtype=bool)


def _decisions(cascades: Cascades) -> NDArray[np.intp]:
    sample = cascades.decisions
    if sample is None:
        return np.zeros(0, dtype=np.intp)
    keys = _keys(cascades.exposures)
    place = {key: i for i, key in enumerate(keys)}
    return np.array([place[key] for key in _keys(sample) if key in place], dtype=np.intp)


def _keys(rows: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(rows["case_id"].astype(str), rows["user_id"].astype(str), strict=True))
