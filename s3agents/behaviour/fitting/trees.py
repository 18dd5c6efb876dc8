"""Randomised trees, by scikit-learn, as a :class:`~s3agents.behaviour.forest.Forest`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from s3agents.behaviour.forest import Forest
from s3agents.traits.learnt.design import one_thread

__all__ = ["fit_trees", "forest_of"]

_Floats = NDArray[np.float64]
_SETTINGS: dict[str, Any] = {
    "n_estimators": 100,
    "max_depth": 7,
    "min_samples_leaf": 30,
    "max_features": 0.4,
}
_SLOPE = 4.0
"""Of the log-odds at even odds: a score is about the log-odds there, and the mean share of the leaves everywhere."""


def fit_trees(rows: _Floats, outcome: NDArray[np.bool_], weights: _Floats, *, seed: int) -> Forest:
    """A forest whose score is above 0 where the outcome is more likely than not (Geurts, Ernst and Wehenkel 2006).

    Shallow trees with random cuts: cascades differ so much from one another that finer ones learn the cases by heart.

    Args:
        rows: of shape ``(n, features)``, without missing values.
        outcome: of each row; both values occur.
        weights: of each row.
        seed: of the cuts.
    """
    from sklearn.ensemble import ExtraTreesClassifier

    with one_thread():
        model = ExtraTreesClassifier(**_SETTINGS, random_state=seed).fit(rows, outcome, sample_weight=weights)
    return forest_of([tree.tree_ for tree in model.estimators_], features=rows.shape[1])


def forest_of(trees: list[Any], *, features: int) -> Forest:
    """The forest of trees of scikit-learn that tell two classes apart."""
    sizes = np.array([tree.node_count for tree in trees])
    roots = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    base = np.repeat(roots, sizes)
    left = np.concatenate([tree.children_left for tree in trees])
    right = np.concatenate([tree.children_right for tree in trees])
    leaf, itself = left < 0, np.arange(len(left))
    shares = np.concatenate([tree.value[:, 0, :] for tree in trees])
    share = shares[:, 1] / shares.sum(axis=1)
    arrays: dict[str, NDArray[np.generic]] = {
        "feature": np.where(leaf, 0, np.concatenate([tree.feature for tree in trees])).astype(np.int32),
        "threshold": np.where(leaf, np.inf, np.concatenate([tree.threshold for tree in trees])).astype(np.float64),
        "left": np.where(leaf, itself, left + base).astype(np.int32),
        "right": np.where(leaf, itself, right + base).astype(np.int32),
        "value": np.where(leaf, _SLOPE * (share - 0.5) / len(trees), 0.0).astype(np.float64),
        "roots": roots.astype(np.int32),
        "bias": np.array(0.0),
    }
    return Forest.of_arrays(arrays, features=features)
