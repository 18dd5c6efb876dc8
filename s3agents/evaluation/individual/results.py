"""Results: the scores of minds on a task, beside guesses and the figures that S3 reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from s3agents.cognition.base import Usage
from s3agents.evaluation.basis import Basis
from s3agents.evaluation.guesses import GuessScores
from s3agents.evaluation.individual.probe import Answer, Task, TaskName
from s3agents.traits.scores import LabelScores, Score

__all__ = ["PUBLISHED", "IndividualReport", "LabelRow", "Row", "TaskResult", "TextRow"]

PUBLISHED: Mapping[TaskName, Mapping[str, Mapping[str, float]]] = {
    "emotion_level": {"gender discrimination": {"accuracy": 0.718}},
    "event_propagation": {
        "gender discrimination": {"accuracy": 0.662, "auc": 0.662, "f1": 0.667},
        "nuclear energy": {"accuracy": 0.695, "auc": 0.681, "f1": 0.758},
    },
    "initial_attitude": {"nuclear energy": {"accuracy": 0.743, "auc": 0.727, "f1": 0.834}},
    "attitude_change": {"nuclear energy": {"accuracy": 0.839, "auc": 0.865, "f1": 0.857}},
    "text": {
        "gender discrimination": {"perplexity": 19.289, "cosine": 0.723},
        "nuclear energy": {"perplexity": 16.145, "cosine": 0.741},
    },
}
"""What S3 reports on its own data, which are not published (Tables 2 and 3), by scenario."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a mind did with the probes of a task.

    Attributes:
        name: of the mind.
        seen: whether it had learnt from probes that count here; ``None`` where nobody knows.
        asked: number of probes.
        faults: probes that came to no answer, by cause.
        usage: calls and tokens.
        seconds: how long it took.
        threshold: probability from which on the answer is the positive label, where that is not one half.
        note: why there is no score, where there is none.
        answers: one for each probe, in their order.
    """

    name: str
    seen: bool | None
    asked: int
    faults: Counter[str] = field(default_factory=Counter)
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0
    threshold: float | None = None
    note: str = ""
    answers: Sequence[Answer] = ()

    def values(self) -> dict[str, Any]:
        """All attributes by name, from which a row with scores is made."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values, without the single answers."""
        values = {name: value for name, value in self.values().items() if name != "answers"}
        return {name: asdict(v) if hasattr(v, "__dataclass_fields__") else v for name, v in values.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRow(Row):
    """Scores of labels.

    Attributes:
        scores: with intervals.
        confusion: number of probes by truth, then by answer.
    """

    scores: LabelScores
    confusion: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRow(Row):
    """Scores of texts.

    Attributes:
        n: number of texts.
        perplexity: to the model of ``TaskResult.perplexity_by``.
        cosine: to what the user really wrote, mean.
        distinct_1: share of different words (Li et al. 2016).
        distinct_2: share of different pairs of words.
        chars: mean length in characters.
        words: mean length in words.
    """

    n: int = 0
    perplexity: Score | None = None
    cosine: Score | None = None
    distinct_1: float | None = None
    distinct_2: float | None = None
    chars: Score | None = None
    words: Score | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskResult:
    """All scores of a task.

    Attributes:
        task: with the probes that were asked.
        basis: what the scores stand on.
        rows: one for each mind.
        interval: what was drawn with replacement for the intervals.
        majority: the most frequent label as the answer to everything; ``None`` for texts or a single label.
        random: answers drawn from the shares of labels.
        real: what users really wrote, scored like what minds wrote; ``None`` for labels.
        perplexity_by: the model that perplexity is of, or why there is none.
        embedded_by: the embedder that likeness is by.
    """

    task: Task
    basis: Basis
    rows: Sequence[LabelRow | TextRow]
    interval: str
    majority: GuessScores | None = None
    random: GuessScores | None = None
    real: TextRow | None = None
    perplexity_by: str = ""
    embedded_by: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        task = self.task
        return {
            "task": task.name,
            "data": task.data,
            "labels": list(task.labels),
            "positive": task.positive,
            "basis": self.basis.to_dict(),
            "interval": self.interval,
            "base_rate": task.base_rate,
            "remarks": list(task.remarks),
            "rows": [row.to_dict() for row in self.rows],
            "majority": None if self.majority is None else self.majority.to_dict(),
            "random": None if self.random is None else self.random.to_dict(),
            "real": None if self.real is None else self.real.to_dict(),
            "perplexity_by": self.perplexity_by,
            "embedded_by": self.embedded_by,
            "published_on_other_data": PUBLISHED.get(task.name, {}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class IndividualReport:
    """The results of an evaluation, a task after the other."""

    results: Sequence[TaskResult]

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {"tasks": [result.to_dict() for result in self.results]}

    def columns(self) -> dict[str, list[Any]]:
        """A row for each probe and mind, as columns of a table."""
        names = ("task", "data", "mind", "probe", "group", "truth", "answer", "p_positive", "fault", "calls", "tokens")
        rows = [row for result in self.results for row in _rows_of(result)]
        return {name: [row[i] for row in rows] for i, name in enumerate(names)}


def _rows_of(result: TaskResult) -> list[tuple[Any, ...]]:
    task = result.task
    return [
        (
            task.name,
            task.data,
            row.name,
            probe.id,
            probe.group,
            probe.truth,
            answer.text if task.ask == "write" else answer.label,
            None if answer.p is None or task.positive is None else answer.p[task.positive],
            answer.cause,
            answer.usage.calls,
            answer.usage.prompt_tokens + answer.usage.reply_tokens,
        )
        for row in result.rows
        for probe, answer in zip(task.probes, row.answers, strict=False)
    ]
