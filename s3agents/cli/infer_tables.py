"""How an inference is shown: what was given and what was found, the distributions, the groups, and the scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table

from s3agents.cli.safe_text import safe
from s3agents.persona import Scalar
from s3agents.traits.base import Trait
from s3agents.traits.infer import FieldResult
from s3agents.traits.scores import LabelScores, NumberScores, Score
from s3agents.traits.target import occupation_groups

__all__ = ["Scores", "distribution", "infer_json", "infer_tables"]

Scores = Mapping[Trait, LabelScores | NumberScores | None]

_SHOWN, _CHARS = 12, 80
_DECADE = 10
_MEASURES = (
    ("accuracy", "Acc"),
    ("f1", "F1"),
    ("auc", "AUC"),
    ("macro_f1", "macro F1"),
    ("mse", "MSE"),
    ("mae", "MAE"),
    ("percentage_error", "Avg % Error"),
    ("baseline_accuracy", "most frequent label: Acc"),
    ("baseline_mae", "median: MAE"),
)


def infer_tables(results: Sequence[FieldResult], scores: Scores) -> Iterator[Table]:
    """The tables of an inference, the most important first."""
    yield _overview(results)
    yield _distributions(results)
    for result in results:
        if groups := occupation_groups(result):
            yield _groups(groups)
    if scores:
        yield _scores(scores)


def infer_json(results: Sequence[FieldResult], scores: Scores) -> dict[str, Any]:
    """The same as plain JSON values; ``scores`` of a trait that was not held out are null."""
    return {
        "fields": {result.trait: _plain(result) for result in results},
        "scores": {trait: None if score is None else score.to_dict() for trait, score in scores.items()},
    }


def distribution(trait: Trait, values: Counter[Scalar]) -> dict[str, int]:
    """Users by value, ages by decade: ages in their order, all else by frequency."""
    if trait != "age":
        return {str(value): n for value, n in sorted(values.items(), key=lambda item: (-item[1], str(item[0])))}
    decades: Counter[int] = Counter()
    for value, n in values.items():
        decades[int(value) // _DECADE * _DECADE] += n
    return {f"{decade}-{decade + _DECADE - 1}": decades[decade] for decade in sorted(decades)}


def _plain(result: FieldResult) -> dict[str, Any]:
    found: dict[str, Any] = {
        "method": result.method,
        "given": result.given,
        "kept": result.kept,
        "inferred": len(result.estimates),
        "unknown": dict(result.unknown.most_common()),
        "faults": dict(result.faults.most_common()),
        "asked": result.asked,
        "mean_confidence": result.confidence,
        "before": distribution(result.trait, result.before),
        "after": distribution(result.trait, result.after),
    }
    if groups := occupation_groups(result):
        found["groups"] = [{"answer": answer, "group": group, "users": n} for answer, group, n in groups]
    return found


def _overview(results: Sequence[FieldResult]) -> Table:
    table = Table("", "given", "before", "now", "unknown", "because", "confidence")
    table.title = "traits given, inferred before, inferred now; mean confidence"
    for result in results:
        counts = [f"{n:,}" for n in (result.given, result.kept, len(result.estimates), result.unknown.total())]
        confidence = "" if result.confidence is None else f"{result.confidence:.3f}"
        table.add_row(result.trait, *counts, safe(_reasons(result), _CHARS), confidence)
    methods = dict.fromkeys(result.method for result in results)
    table.caption = f"inferred by {', '.join(methods)}"
    return table


def _reasons(result: FieldResult) -> str:
    return ", ".join(
        f"{n:,} x {reason}{' (fault)' if reason in result.faults else ''}" for reason, n in result.unknown.most_common()
    )


def _distributions(results: Sequence[FieldResult]) -> Table:
    table = Table("", "value", "before", "share", "after", "share", title="users by value, before and after")
    for result in results:
        before, after = distribution(result.trait, result.before), distribution(result.trait, result.after)
        names = list(after)
        for place, name in enumerate(names[:_SHOWN]):
            shares = [_counted(side.get(name, 0), sum(side.values())) for side in (before, after)]
            table.add_row(
                "" if place else result.trait, safe(name, _CHARS), *shares[0], *shares[1], end_section=name == names[-1]
            )
        if rest := names[_SHOWN:]:
            shares = [_counted(sum(side.get(n, 0) for n in rest), sum(side.values())) for side in (before, after)]
            table.add_row("", f"{len(rest):,} more", *shares[0], *shares[1], end_section=True)
    return table


def _counted(n: int, whole: int) -> tuple[str, str]:
    return f"{n:,}", f"{n / whole:.1%}" if whole else ""


def _groups(groups: Sequence[tuple[str, str, int]]) -> Table:
    table = Table(
        "occupation, in the model's words",
        "put into",
        "users asked about",
        title=f"{len(groups):,} different occupations",
    )
    for answer, group, n in groups[:_SHOWN]:
        table.add_row(safe(answer, _CHARS), safe(group, _CHARS), f"{n:,}")
    if rest := groups[_SHOWN:]:
        table.add_row(f"{len(rest):,} more", "", f"{sum(n for _, _, n in rest):,}")
    return table


def _scores(scores: Scores) -> Table:
    table = Table(
        "", "users", "measure", "value", "95 % interval", title="held against what the data give (S3, Table 4)"
    )
    for trait, score in scores.items():
        if score is None:
            table.add_row(trait, "0", "nothing to be held against", "", "", end_section=True)
            continue
        values = [(name, getattr(score, field, None)) for field, name in _MEASURES]
        rows = [(name, value) for name, value in values if isinstance(value, Score)]
        for place, (name, value) in enumerate(rows or [("no score: too few of them, or all the same", None)]):
            users = f"{score.n:,} of {score.n + score.n_unknown:,}"
            figures = ("", "") if value is None else (f"{value.value:.3f}", f"{value.low:.3f} to {value.high:.3f}")
            table.add_row("" if place else trait, "" if place else users, name, *figures)
        table.add_section()
    return table
