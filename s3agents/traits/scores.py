"""Scores of predicted traits: S3's Tables 2 and 4, each with a 95 % interval and what the simplest guess would reach.

An interval is the percentile bootstrap's (Efron 1979): rows are drawn with replacement, 1,000 times. Rows that depend
on one another, such as those of one case, are drawn together as a group (the cluster bootstrap: Field and Welsh 2007).
What cannot be known is ``None``, never NaN: rows that were not answered are counted and left out, and where all truths
are the same there is nothing to tell apart and no score.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "RESAMPLES",
    "LabelScores",
    "NumberScores",
    "Score",
    "Statistic",
    "bootstrapped",
    "mean_macro_f1",
    "score_labels",
    "score_numbers",
]

RESAMPLES = 1000
"""Bootstrap samples behind an interval."""

_Floats = NDArray[np.float64]
Statistic = Callable[[_Floats], float | None]
"""A score of rows that count with the given weights, of shape ``(n,)``; ``None`` where these rows do not define it."""


@dataclass(frozen=True, slots=True)
class Score:
    """A value with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelScores:
    """How well labels were predicted, over the ``n`` rows that were answered.

    Attributes:
        n: rows with an answer.
        n_unknown: rows without.
        n_ranked: rows with an answer and a probability, which the AUC is over.
        positive: the label that ``f1`` and ``auc`` are about; every other label counts as "not this one".
        accuracy: share of right answers.
        f1: harmonic mean of precision and recall of ``positive``.
        macro_f1: mean F1 of all labels that occur in truths or answers.
        auc: probability that a row that is ``positive`` got a higher probability than one that is not, ties half;
            ``None`` where all probabilities are the same.
        baseline_accuracy: accuracy of the most frequent truth, given as the answer to everything.
    """

    n: int
    n_unknown: int
    n_ranked: int
    positive: str | None
    accuracy: Score | None
    f1: Score | None
    macro_f1: Score | None
    auc: Score | None
    baseline_accuracy: Score | None

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberScores:
    """How well numbers, such as ages in years, were predicted, over the ``n`` rows that were answered.

    Attributes:
        n: rows with an answer.
        n_unknown: rows without.
        mse: mean squared error.
        mae: mean absolute error.
        percentage_error: mean of ``|error| / truth``, in percent ("Avg % Error" of S3's Table 4); ``None`` where a
            truth is not above 0.
        baseline_mae: mean absolute error of the best constant, the median of the truths.
    """

    n: int
    n_unknown: int
    mse: Score | None
    mae: Score | None
    percentage_error: Score | None
    baseline_mae: Score | None

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)


def score_labels(
    truth: Sequence[str],
    predicted: Sequence[str | None],
    p_positive: Sequence[float | None] | None = None,
    *,
    positive: str | None = None,
    groups: Sequence[str] | None = None,
    seed: int = 0,
) -> LabelScores:
    """Scores of predicted labels.

    Args:
        truth: the right labels.
        predicted: the answers; ``None`` where there is none.
        p_positive: probability of the label ``positive``, where the predictor gave one.
        positive: what F1 and AUC are about; without it there are none.
        groups: which rows are drawn together; each row by itself by default.
        seed: of the bootstrap.

    Raises:
        ValueError: if the lengths differ, or a probability is none.
    """
    p_known = [None] * len(truth) if p_positive is None else p_positive
    drawn = [str(i) for i in range(len(truth))] if groups is None else groups
    rows = list(zip(truth, predicted, p_known, drawn, strict=True))
    answered = [row for row in rows if row[1] is not None]
    ranked = [(label, p, group) for label, _, p, group in answered if p is not None] if positive is not None else []
    if any(not 0 <= p <= 1 for _, p, _ in ranked):
        raise ValueError("probabilities lie in [0, 1]")
    found: dict[str, Score | None] = {}
    if len({row[0] for row in answered}) > 1:
        labels = _label_statistics([row[0] for row in answered], [str(row[1]) for row in answered], positive)
        found = bootstrapped(labels, len(answered), groups=groups and [row[3] for row in answered], seed=seed)
        is_positive = np.array([row[0] == positive for row in ranked], dtype=bool)
        auc = {"auc": _auc(is_positive, np.array([row[1] for row in ranked]))}
        found |= bootstrapped(auc, len(ranked), groups=groups and [row[2] for row in ranked], seed=seed)
    return LabelScores(
        n=len(answered),
        n_unknown=len(rows) - len(answered),
        n_ranked=len(ranked),
        positive=positive,
        accuracy=found.get("accuracy"),
        f1=found.get("f1"),
        macro_f1=found.get("macro_f1"),
        auc=found.get("auc"),
        baseline_accuracy=found.get("baseline_accuracy"),
    )


def score_numbers(truth: Sequence[float], predicted: Sequence[float | None], *, seed: int = 0) -> NumberScores:
    """Scores of predicted numbers.

    Args:
        truth: the right numbers.
        predicted: the answers; ``None`` where there is none.
        seed: of the bootstrap.

    Raises:
        ValueError: if the lengths differ, or a number is not finite.
    """
    rows = list(zip(truth, predicted, strict=True))
    answered = np.array([(t, p) for t, p in rows if p is not None], dtype=np.float64).reshape(-1, 2)
    if not np.isfinite(answered).all():
        raise ValueError("truths and answers are finite numbers")
    found: dict[str, Score | None] = {}
    if len(np.unique(answered[:, 0])) > 1:
        found = bootstrapped(_number_statistics(answered[:, 0], answered[:, 1]), len(answered), seed=seed)
    return NumberScores(
        n=len(answered),
        n_unknown=len(rows) - len(answered),
        mse=found.get("mse"),
        mae=found.get("mae"),
        percentage_error=found.get("percentage_error"),
        baseline_mae=found.get("baseline_mae"),
    )


def mean_macro_f1(
    truth: Sequence[str], predicted: Sequence[str | None], parts: Sequence[str], *, seed: int = 0
) -> Score | None:
    """Macro F1 of each part of the data, such as a target, averaged; unlike that of all rows, small parts count fully.

    Parts whose answered truths are all the same are left out; ``None`` if that leaves none.

    Args:
        truth: the right labels.
        predicted: the answers; ``None`` where there is none.
        parts: which part each row belongs to.
        seed: of the bootstrap.

    Raises:
        ValueError: if the lengths differ.
    """
    rows = [row for row in zip(truth, predicted, parts, strict=True) if row[1] is not None]
    statistics: list[tuple[NDArray[np.intp], Statistic]] = []
    for part in sorted({part for _, _, part in rows}):
        at = np.flatnonzero([row[2] == part for row in rows])
        labels = [rows[i][0] for i in at]
        if len(set(labels)) > 1:
            statistics.append((at, _label_statistics(labels, [str(rows[i][1]) for i in at], None)["macro_f1"]))

    def mean(weights: _Floats) -> float | None:
        known = [macro(weights[at]) for at, macro in statistics if weights[at].any()]
        return float(np.mean([value for value in known if value is not None])) if known else None

    return bootstrapped({"mean": mean}, len(rows), seed=seed)["mean"]


def bootstrapped(
    statistics: Mapping[str, Statistic], n: int, *, groups: Sequence[str] | None = None, seed: int = 0
) -> dict[str, Score | None]:
    """Each statistic of ``n`` rows with its interval, over the samples that define it.

    Args:
        statistics: by name; each takes the weights of the rows.
        n: number of rows.
        groups: which rows are drawn together; each row by itself by default.
        seed: of the samples.
    """
    values = {name: statistic(np.ones(n)) if n else None for name, statistic in statistics.items()}
    defined = {name: statistic for name, statistic in statistics.items() if values[name] is not None}
    samples: dict[str, list[float]] = {name: [] for name in defined}
    draw = np.random.default_rng(seed)
    units, unit = (n, slice(None)) if groups is None else _numbered(groups)
    for _ in range(RESAMPLES if defined else 0):
        weights = np.bincount(draw.integers(0, units, units), minlength=units).astype(np.float64)[unit]
        for name, statistic in defined.items():
            if (sample := statistic(weights)) is not None:
                samples[name].append(sample)
    return {name: _score(value, samples.get(name, [])) for name, value in values.items()}


def _numbered(groups: Sequence[str]) -> tuple[int, NDArray[np.intp]]:
    """How many groups there are, and the number of each row's."""
    number = {group: i for i, group in enumerate(dict.fromkeys(groups))}
    return len(number), np.array([number[group] for group in groups], dtype=np.intp)


def _score(value: float | None, samples: Sequence[float]) -> Score | None:
    if value is None:
        return None
    low, high = np.quantile([value, *samples], [0.025, 0.975]).tolist()
    return Score(float(value), low, high)


def _label_statistics(truth: Sequence[str], predicted: Sequence[str], positive: str | None) -> dict[str, Statistic]:
    labels = sorted({*truth, *predicted})
    code = {label: i for i, label in enumerate(labels)}
    size = len(labels)
    pairs = np.array([code[t] * size + code[p] for t, p in zip(truth, predicted, strict=True)])
    majority = code[min(Counter(truth).items(), key=lambda item: (-item[1], item[0]))[0]]

    def table(weights: _Floats) -> _Floats:
        return _counts(pairs, weights, size * size).reshape(size, size)

    statistics: dict[str, Statistic] = {
        "accuracy": lambda weights: float(np.trace(table(weights)) / weights.sum()),
        "macro_f1": lambda weights: float(np.nanmean(_f1(table(weights)))),
        "baseline_accuracy": lambda weights: float(table(weights)[majority].sum() / weights.sum()),
    }
    if positive in code:
        statistics["f1"] = lambda weights: _known(_f1(table(weights))[code[positive]])
    return statistics


def _f1(table: _Floats) -> _Floats:
    """F1 of each label from counts of (truth, answer); NaN for a label that is neither."""
    both = table.sum(axis=0) + table.sum(axis=1)
    f1: _Floats = np.divide(2 * np.diag(table), both, out=np.full(len(table), np.nan), where=both > 0)
    return f1


def _counts(codes: NDArray[np.intp], weights: _Floats, size: int) -> _Floats:
    """Summed weights of each code below ``size``."""
    return np.bincount(codes, weights=weights, minlength=size).astype(np.float64, copy=False)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _auc(is_positive: NDArray[np.bool_], p: _Floats) -> Statistic:
    """Area under the ROC curve, as the share of pairs in the right order (Mann and Whitney 1947)."""
    levels, level = np.unique(p, return_inverse=True)

    def statistic(weights: _Floats) -> float | None:
        ups = _counts(level, weights * is_positive, len(levels))
        downs = _counts(level, weights * ~is_positive, len(levels))
        pairs = ups.sum() * downs.sum()
        if pairs == 0 or len(levels) < 2:
            return None
        return float(ups @ (np.cumsum(downs) - downs / 2) / pairs)

    return statistic


def _number_statistics(truth: _Floats, predicted: _Floats) -> dict[str, Statistic]:
    error = np.abs(predicted - truth)
    from_median = np.abs(truth - np.median(truth))
    statistics: dict[str, Statistic] = {
        "mse": lambda weights: float(weights @ error**2 / weights.sum()),
        "mae": lambda weights: float(weights @ error / weights.sum()),
        "baseline_mae": lambda weights: float(weights @ from_median / weights.sum()),
    }
    if (truth > 0).all():
        statistics["percentage_error"] = lambda weights: float(100 * (weights @ (error / truth)) / weights.sum())
    return statistics
