"""Bench: the texts of examples, dealt out in folds, on which tasks are fitted and tried on rows not seen."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from s3agents.errors import InputError, explain
from s3agents.traits.labelled import Example
from s3agents.traits.learnt.design import Design
from s3agents.traits.learnt.folds import deal, groups_of, splits
from s3agents.traits.learnt.regression import Regression, check_sklearn, fit_regression
from s3agents.traits.learnt.tasks import Task
from s3agents.traits.learnt.trait_model import document

__all__ = ["Bench"]

V = TypeVar("V")
A = TypeVar("A")
_INNER = 3


class Bench:
    """Examples with their folds.

    Attributes:
        design: their texts.
        groups: how many groups of rows there are that share a user or a text.

    Args:
        thing: what is learnt, for messages.
        examples: the rows.
        strata: of each row, what every fold is to have its share of.
        texts: which of ``bio`` and ``posts`` to learn from.
        targets: what attitudes are towards, if that is told apart.
        folds: of the cross-validation.
        seed: of the folds.

    Raises:
        InputError: if there are fewer groups than folds, or scikit-learn is missing.
    """

    def __init__(
        self,
        thing: str,
        examples: Sequence[Example],
        strata: Sequence[Hashable],
        *,
        texts: Sequence[str],
        targets: Sequence[str] = (),
        folds: int,
        seed: int,
    ) -> None:
        check_sklearn()
        self._strata = strata
        self._groups = groups_of(examples)
        self._folds = folds
        self._seed = seed
        self.groups = len(set(self._groups))
        if self.groups < folds:
            wanted, got = f"{folds} or more groups of rows that share no user and no text", str(self.groups)
            raise InputError(explain(thing, wanted=wanted, got=got, remedy="leave out posts that many have forwarded"))
        about = np.array([targets.index(e.target) for e in examples], dtype=np.intp) if targets else None
        self.design = Design([document(e.evidence, texts) for e in examples], about, len(targets))

    def facts(self) -> dict[str, int]:
        """How the rows were dealt out, as plain JSON values."""
        return {"folds": self._folds, "seed": self._seed, "groups": self.groups}

    def fit(self, task: Task[V, object], values: Sequence[V], train: NDArray[np.intp] | None = None) -> Regression:
        """Fit ``task`` on the rows ``train``, or all.

        Args:
            task: what to fit.
            values: the truths of all rows.
            train: the rows to learn from.
        """
        rows = np.arange(len(values)) if train is None else train
        inner = self._deal(rows, _INNER)
        outcomes = task.outcomes(values)
        return fit_regression(self.design.matrix, outcomes, train=rows, inner=inner, exclusive=task.exclusive)

    def out_of_fold(self, task_of: Callable[[Sequence[V]], Task[V, A]], values: Sequence[V]) -> list[A]:
        """The answer for each row by a model that has seen none of its group.

        Args:
            task_of: makes the task from the truths of the rows to learn from.
            values: the truths of all rows.
        """
        answers: dict[int, A] = {}
        for train, test in splits(self._deal(np.arange(len(values)), self._folds), self._folds):
            task = task_of([values[i] for i in train])
            logits = self.fit(task, values, train).logits(self.design.matrix[test]).tolist()
            answers |= {int(i): task.read(row) for i, row in zip(test, logits, strict=True)}
        return [answers[i] for i in range(len(values))]

    def _deal(self, rows: NDArray[np.intp], folds: int) -> NDArray[np.intp]:
        return deal([self._strata[i] for i in rows], [self._groups[i] for i in rows], folds, seed=self._seed)
