"""Label rows: the answers of one mind to a task with given labels, scored; a blank says why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from s3agents.evaluation.individual.probe import Task
from s3agents.evaluation.individual.results import LabelRow, Row
from s3agents.traits.scores import score_labels

__all__ = ["FEWEST", "label_row"]

FEWEST = 20
"""Fewer answers than this are not scored."""


def label_row(task: Task, row: Row, groups: Sequence[str] | None, *, seed: int) -> LabelRow:
    """``row`` with its scores.

    Args:
        task: what was asked.
        row: with an answer to each probe.
        groups: of the probes, which are drawn together for the intervals; each by itself without.
        seed: of the intervals.
    """
    truth = [probe.truth for probe in task.probes]
    labels = [answer.label for answer in row.answers]
    note = _problem(task, truth, labels)
    p = _ranks(task, row)
    scores = score_labels(
        truth, labels if not note else [None] * len(labels), p, positive=task.positive, groups=groups, seed=seed
    )
    answered = [(t, label) for t, label in zip(truth, labels, strict=True) if label is not None]
    if not note and scores.auc is None:
        note = "no AUC: answers without probabilities" if scores.n_ranked == 0 else "no AUC: all probabilities equal"
    known = row.values() | {"note": note}
    return LabelRow(**known, scores=scores, confusion=_confusion(task.labels, answered))


def _ranks(task: Task, row: Row) -> list[float | None]:
    """Probability of the positive label, by answer; none where all answers are certain, for these rank nobody."""
    p = [None if answer.p is None or task.positive is None else answer.p[task.positive] for answer in row.answers]
    known = any(0.0 < value < 1.0 for answer in row.answers for value in (answer.p or {}).values())
    return p if known else [None] * len(p)


def _problem(task: Task, truth: Sequence[str], labels: Sequence[str | None]) -> str:
    """Why there can be no score; empty if there can."""
    answered = [t for t, label in zip(truth, labels, strict=True) if label is not None]
    if len(answered) < FEWEST:
        seen = task.left_out.get("seen in training", 0)
        others = f"; {seen:,} others were seen in training (--seen include takes them)" if seen else ""
        return f"no score: {len(answered)} {task.unit}, fewer than {FEWEST}{others}"
    if len(set(answered)) < 2:
        return f"no score: the truth is always {answered[0]}"
    return ""


def _confusion(labels: Sequence[str], answered: Sequence[tuple[str, str]]) -> dict[str, dict[str, int]]:
    counts = Counter(answered)
    return {truth: {answer: counts[truth, answer] for answer in labels} for truth in labels}
