"""Folds: cases are forecast from what other stories teach."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from s3agents.errors import InputError, explain
from s3agents.forecasting.cases import Case

__all__ = ["fold_of_each"]


def fold_of_each(cases: Sequence[Case], folds: int, *, seed: int) -> list[int]:
    """The fold of each case; cases of one story share one, and folds are of about one size.

    Args:
        cases: to be split.
        folds: how many, at least 2.
        seed: of the order in which stories of one size are dealt out.

    Raises:
        InputError: if there are fewer stories than folds.
    """
    sizes: dict[str, int] = {}
    for case in cases:
        sizes[case.group] = sizes.get(case.group, 0) + 1
    if not 2 <= folds <= len(sizes):
        remedy = "take fewer folds, or a calibration of other data"
        raise InputError(explain("folds", wanted=f"2 to {len(sizes)} (stories)", got=str(folds), remedy=remedy))
    names = sorted(sizes)
    order = np.random.default_rng(seed).permutation(len(names)).tolist()
    filled, fold = [0] * folds, {}
    for name in sorted((names[i] for i in order), key=lambda name: -sizes[name]):
        emptiest = filled.index(min(filled))
        fold[name] = emptiest
        filled[emptiest] += sizes[name]
    return [fold[case.group] for case in cases]
