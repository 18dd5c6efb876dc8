"""Design: the texts of all examples as one matrix, on which many regressions of some of its rows are fitted quickly.

Where there are few texts, the columns are rotated onto the span of the rows, one for each. That changes no regression
with a squared penalty, nor what it predicts, and makes it up to a hundred times quicker.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from s3agents.traits.learnt.heads import Heads
from s3agents.traits.learnt.ngrams import Features, batches, features_of

__all__ = ["Design", "one_thread"]

_Floats = NDArray[np.float64]
_JITTER = 1e-6
"""Added to the squared length 2 of a row, so that rows of one text are no exception."""
_MOST = 4000
"""Rows up to which the matrix of their products is small."""
_STEPS = 20
"""Passes over the weights, beside the one over the data, that a step of the optimiser takes."""


class Design:
    """Texts, perhaps each about a target.

    With targets every column is there once for all and once for each target, so that what a target does not tell is
    learnt from the others (Daumé 2007).

    Attributes:
        matrix: a row for each text, sparse or dense.

    Args:
        texts: of the examples.
        about: target of each example, as a number; ``None`` if there are none.
        targets: how many.
    """

    def __init__(self, texts: Sequence[str], about: NDArray[np.intp] | None = None, targets: int = 0) -> None:
        self._columns, self._sparse = _matrix(texts)
        self._targets = targets
        if about is not None:
            self._sparse = _for_targets(self._sparse, about, targets)
        self._root: _Floats | None = None
        self.matrix: Any = self._sparse
        if len(texts) <= _MOST and len(texts) ** 2 < self._sparse.nnz + _STEPS * self._sparse.shape[1]:
            self._rotate()

    def _rotate(self) -> None:
        gram = (self._sparse @ self._sparse.T).toarray()
        gram[np.diag_indices_from(gram)] += _JITTER
        with one_thread():
            self.matrix = self._root = np.linalg.cholesky(gram)

    def heads(self, weights: _Floats, intercepts: _Floats, scale: float) -> Heads:
        """What was fitted on :attr:`matrix`, as functions of texts; with targets, one for each of them.

        Args:
            weights: of shape ``(heads, columns of the matrix)``.
            intercepts: of shape ``(heads,)``.
            scale: of the logits.
        """
        if self._root is not None:
            with one_thread():
                weights = (self._sparse.T @ np.linalg.solve(self._root.T, weights.T)).T
        if self._targets:
            weights, intercepts = self._by_target(weights[0], float(intercepts[0]))
        used = np.flatnonzero(np.abs(weights).max(axis=0))
        return Heads(
            self._columns[used].astype(np.int32),
            np.ascontiguousarray(weights[:, used], dtype=np.float32),
            intercepts.astype(np.float32),
            scale,
        )

    def _by_target(self, weights: _Floats, intercept: float) -> tuple[_Floats, _Floats]:
        n = len(self._columns)
        own = weights[n : n * (1 + self._targets)].reshape(self._targets, n)
        return weights[:n] + own, intercept + weights[n * (1 + self._targets) :]


@contextmanager
def one_thread() -> Iterator[None]:
    """Linear algebra in one thread: the same sums in the same order, whatever the number of cores."""
    from threadpoolctl import threadpool_limits  # comes with scikit-learn

    with threadpool_limits(1):
        yield


def _matrix(texts: Sequence[str]) -> tuple[NDArray[np.int64], Any]:
    """The columns that occur, and the rows over them."""
    from scipy.sparse import csr_matrix

    parts = [(cut.start, features_of(texts[cut])) for cut in batches(texts)]
    found: Features = Features(
        len(texts),
        np.concatenate([start + part.rows for start, part in parts]),
        np.concatenate([part.columns for _, part in parts]),
        np.concatenate([part.values for _, part in parts]),
    )
    columns, place = np.unique(found.columns, return_inverse=True)
    return columns, csr_matrix((found.values, (found.rows, place)), shape=(found.n, len(columns)))


def _for_targets(matrix: Any, about: NDArray[np.intp], targets: int) -> Any:
    """The matrix, once more for each target with only its rows, and a column that tells the target."""
    from scipy.sparse import csr_matrix, diags, hstack

    indicator = csr_matrix(about[:, None] == np.arange(targets)[None, :], dtype=np.float64)
    own = [diags((about == t).astype(np.float64)) @ matrix for t in range(targets)]
    return csr_matrix(hstack([matrix, *own, indicator]))
