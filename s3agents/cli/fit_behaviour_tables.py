"""How a learnt behaviour is shown: what was learnt from how much, and its scores on what it had not seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from s3agents.behaviour.model_facts import BehaviourFacts, PartFacts

__all__ = ["behaviour_tables"]

_TITLES = {
    "forward": "who forwards",
    "post": "who answers",
    "delay": "delay until acting",
    "emotion": "emotion of a text",
    "towards": "side of a text on a target",
    "answering": "side of an answer",
    "emotion_step": "next emotion",
    "attitude_step": "next attitude",
}
_ROWS = {
    "decisions": "sampled decisions",
    "decisions_alone": "the same, knowing only the past in its own fold",
    "exposures": "all exposures of clean cases",
}
_MEASURES = {"accuracy": "Acc", "f1": "F1", "auc": "AUC"}


def behaviour_tables(facts: BehaviourFacts) -> Iterator[tuple[str, Table]]:
    """A title and a table each: the parts, the acts, the calibration, and the readers of texts."""
    yield f"model {facts.name}: {_sources(facts)}", _parts(facts)
    forward = facts.parts["forward"]
    if not forward.not_learnt:
        found = forward.cross_validation
        folds = f"{found['folds']} folds over {found['groups']} stories, seed {found['seed']}"
        yield f"who forwards: scores on cases of unseen stories, {folds}", _acts(found)
        exposures = found["exposures"]
        told = f"Brier {exposures['brier']:.4f} (base rate {exposures['brier_base']:.4f})"
        yield f"who forwards: probabilities and what happened, all exposures, {told}", _calibration(exposures)
    readers = {name: facts.parts[name] for name in ("emotion", "towards", "answering")}
    learnt = {name: part for name, part in readers.items() if not part.not_learnt}
    if learnt:
        yield (
            f"what texts express: scores on unseen threads and texts, {facts.folds} folds, seed {facts.seed}",
            _readers(learnt),
        )


def _sources(facts: BehaviourFacts) -> str:
    told = []
    for source in facts.sources:
        cases = f"{source.cases:,} cases ({source.split}), {source.exposures:,} exposures, " if source.cases else ""
        told.append(f"{source.name}: {cases}{source.texts:,} labelled texts")
    return "; ".join(told)


def _parts(facts: BehaviourFacts) -> Table:
    table = Table("", "by", "from")
    for name, part in facts.parts.items():
        table.add_row(_TITLES[name], part.method, Text(_basis(part)))
    return table


def _basis(part: PartFacts) -> str:
    if part.not_learnt:
        return f"not learnt: {part.not_learnt}"
    return ", ".join(f"{n:,} {label}" for label, n in part.examples.items())


def _acts(found: Mapping[str, Any]) -> Table:
    table = Table("", "n", *_MEASURES.values(), "Acc of the most frequent", "AUC at random")
    for name, title in _ROWS.items():
        if name in found:
            _add(table, title, found[name])
    return table


def _readers(parts: Mapping[str, PartFacts]) -> Table:
    table = Table("", "n", *_MEASURES.values(), "macro F1", "Acc of the most frequent", "AUC at random")
    for name, part in parts.items():
        _add(table, _TITLES[name], part.cross_validation["scores"], macro=True)
    return table


def _add(table: Table, title: str, scores: Mapping[str, Any], *, macro: bool = False) -> None:
    measures = [*_MEASURES, *(["macro_f1"] if macro else [])]
    cells = [_cell(scores[measure]) for measure in measures]
    base = scores["baseline_accuracy"]
    table.add_row(title, f"{scores['n']:,}", *cells, "-" if base is None else f"{base['value']:.3f}", "0.500")


def _cell(score: Mapping[str, float] | None) -> str:
    if score is None:
        return "-"
    return f"{score['value']:.3f}\n{score['low']:.3f} to {score['high']:.3f}"


def _calibration(exposures: Mapping[str, Any]) -> Table:
    table = Table("part", "mean probability", "share that forwarded", "exposures")
    for number, part in enumerate(exposures["bins"], start=1):
        table.add_row(str(number), f"{part['p']:.3f}", f"{part['share']:.3f}", f"{part['n']:,}")
    return table
