"""How fitted models are shown: cross-validated scores in the manner of S3's Table 4, beside the simplest guess."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from s3agents.prompts.quoting import tidy
from s3agents.traits.base import Trait
from s3agents.traits.learnt.trait_model import TraitFacts

__all__ = ["fit_tables", "is_of_use"]

_LABELS = {"accuracy": "Acc", "f1": "F1", "auc": "AUC", "macro_f1": "macro F1"}
_NUMBERS = {"mse": "MSE", "mae": "MAE", "percentage_error": "Avg % Error"}
_SHOWN = 6
_CHARS = 24


def fit_tables(traits: Mapping[Trait, TraitFacts]) -> Iterator[tuple[str, Table]]:
    """A title and a table of scores for each trait, and one of targets for an attitude that tells them apart."""
    for trait, facts in traits.items():
        found = facts.cross_validation
        folds = (
            f"{found['folds']} folds over {found['groups']:,} groups that share no user or text, seed {found['seed']}"
        )
        yield f"{trait}: {_counted(facts.examples)}\n{folds}", _scores(found)
        if "by_target" in found:
            yield f"{trait}, by target", _targets(found)


def is_of_use(facts: TraitFacts) -> bool:
    """Whether a model has a smaller error than the simplest guess, more right answers, or an AUC surely above 0.5."""
    scores = facts.cross_validation["scores"]
    better, worse = ("baseline_mae", "mae") if "mae" in scores else ("accuracy", "baseline_accuracy")
    if scores.get("auc") is not None and scores["auc"]["low"] > 0.5:
        return True
    return scores[better] is not None and bool(scores[better]["value"] > scores[worse]["value"])


def _counted(examples: Mapping[str, int]) -> str:
    """How many examples there are, and of what."""
    order = list(examples.items())
    listed = ", ".join(f"{n:,} {tidy(label, _CHARS)}" for label, n in order[:_SHOWN])
    more = f", {len(order) - _SHOWN} more labels" if len(order) > _SHOWN else ""
    return f"{sum(examples.values()):,} examples ({listed}{more})"


def _scores(found: Mapping[str, Any]) -> Table:
    scores = found["scores"]
    is_number = "mae" in scores
    measures = _NUMBERS if is_number else _LABELS
    baselines = {"mae": "baseline_mae"} if is_number else {"accuracy": "baseline_accuracy", "auc": ""}
    guess = "median of all ages" if is_number else "most frequent label"
    table = Table("", *measures.values())
    table.add_row("cross-validated", *(_value(scores[name]) for name in measures))
    table.add_row("95 % interval", *(_interval(scores[name]) for name in measures))
    table.add_row(guess, *(_guessed(scores, name, baselines) for name in measures))
    return table


def _guessed(scores: Mapping[str, Any], name: str, baselines: Mapping[str, str]) -> str:
    """What the simplest guess reaches; a guess that is the same for all ranks nobody."""
    if name not in baselines or scores[name] is None:
        return ""
    return _value(scores[baselines[name]]) if baselines[name] else "0.500"


def _targets(found: Mapping[str, Any]) -> Table:
    table = Table("target", "examples", *_LABELS.values(), "Acc of the most frequent label")
    for target, scores in found["by_target"].items():
        cells = [_both(scores[name]) for name in _LABELS]
        table.add_row(Text(tidy(target, _CHARS)), f"{scores['n']:,}", *cells, _value(scores["baseline_accuracy"]))
    table.add_row("mean over targets", "", "", "", "", _both(found["mean_macro_f1"]), "")
    return table


def _value(score: Mapping[str, float] | None) -> str:
    return "" if score is None else _number(score["value"])


def _interval(score: Mapping[str, float] | None) -> str:
    return "" if score is None else f"{_number(score['low'])} to {_number(score['high'])}"


def _both(score: Mapping[str, float] | None) -> str:
    return "" if score is None else f"{_value(score)}\n{_interval(score)}"


def _number(value: float) -> str:
    """Three digits of a share, two decimals of years."""
    return f"{value:.3f}" if value <= 1 else f"{value:.2f}"
