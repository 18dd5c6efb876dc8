"""Boosted trees, by scikit-learn, as a :class:`~s3agents.behaviour.forest.Forest`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from s3agents.behaviour.forest import Forest
from s3agents.traits.learnt.design import one_thread

__all__ = ["fit_boosting"]

_Floats = NDArray[np.float64]
_BAGS = 4
"""Forests that are averaged; each draws its own features, which makes the average steadier than any of them."""
_SETTINGS: dict[str, Any] = {
    "max_iter": 80,
    "learning_rate": 0.06,
    "max_leaf_nodes": 8,
    "max_depth": 4,
    "min_samples_leaf": 60,
    "l2_regularization": 10.0,
    "max_features": 0.4,
    "max_bins": 63,
    "early_stopping": False,
}
_CLOSE = 1e-6


def fit_boosting(rows: _Floats, outcome: NDArray[np.bool_], weights: _Floats, *, seed: int) -> Forest:
    """A forest whose score is the log-odds of ``outcome`` (gradient boosting, Friedman 2001).

    Args:
        rows: of shape ``(n, features)``, without missing values.
        outcome: of each row; both values occur.
        weights: of each row.
        seed: of the features that each split may choose from.

    Raises:
        RuntimeError: if this version of scikit-learn keeps its trees in another way than is known here.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    with one_thread():
        models = [
            HistGradientBoostingClassifier(**_SETTINGS, random_state=_BAGS * seed + bag).fit(
                rows, outcome, sample_weight=weights
            )
            for bag in range(_BAGS)
        ]
        forest = _forest(models)
        probe = rows[:: max(1, len(rows) // 100)]
        wanted = np.mean([model.decision_function(probe) for model in models], axis=0)
    if not np.allclose(forest.scores(probe), wanted, atol=_CLOSE):
        raise RuntimeError("the trees of this version of scikit-learn are not as they were; take another version")
    return forest


def _forest(models: list[Any]) -> Forest:
    trees = [tree.nodes for model in models for (tree,) in model._predictors]
    sizes = np.array([len(nodes) for nodes in trees])
    roots = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    nodes, base = np.concatenate(trees), np.repeat(roots, sizes)
    leaf = nodes["is_leaf"].astype(bool)
    itself = np.arange(len(nodes))
    arrays: dict[str, NDArray[np.generic]] = {
        "feature": np.where(leaf, 0, nodes["feature_idx"]).astype(np.int32),
        "threshold": np.where(leaf, np.inf, nodes["num_threshold"]).astype(np.float64),
        "left": np.where(leaf, itself, nodes["left"].astype(np.int64) + base).astype(np.int32),
        "right": np.where(leaf, itself, nodes["right"].astype(np.int64) + base).astype(np.int32),
        "value": np.where(leaf, nodes["value"] / len(models), 0.0).astype(np.float64),
        "roots": roots.astype(np.int32),
        "bias": np.array(np.mean([float(np.ravel(model._baseline_prediction)[0]) for model in models])),
    }
    return Forest.of_arrays(arrays, features=models[0].n_features_in_)
