"""How an evaluation of individuals is shown: a table a task, minds above guesses, and how they went wrong below it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from s3agents.cli.console import out
from s3agents.evaluation.guesses import GuessScores
from s3agents.evaluation.individual.probe import TASKS
from s3agents.evaluation.individual.results import PUBLISHED, IndividualReport, LabelRow, Row, TaskResult, TextRow
from s3agents.prompts.quoting import tidy
from s3agents.traits.scores import Score

__all__ = ["individual_tables", "print_individual"]

_BLANK = "-"
_NAME_CHARS = 40


def print_individual(report: IndividualReport) -> None:
    """Print ``report`` on standard output."""
    for part in individual_tables(report):
        out().print(part)


def individual_tables(report: IndividualReport) -> Iterator[RenderableType]:
    """The tables of an evaluation, a task after the other."""
    for result in report.results:
        task = result.task
        yield Text(f"\n{TASKS[task.name]}, {tidy(task.data, _NAME_CHARS)}", style="bold")
        yield _texts(result) if task.ask == "write" else _labels(result)
        yield Text("\n".join(_caption(result)), style="dim")
        yield from (_confusion(result, row) for row in result.rows if isinstance(row, LabelRow) and row.scores.n)


def _labels(result: TaskResult) -> Table:
    many = len(result.task.labels) > 2
    columns = ("accuracy", "auc", "f1", "macro_f1") if many else ("accuracy", "auc", "f1")
    heads = {"accuracy": "accuracy", "auc": "AUC", "f1": "F1", "macro_f1": "macro F1"}
    table = _table("n", "faults", *(heads[name] for name in columns))
    for row in result.rows:
        scores = [getattr(row.scores, name) for name in columns] if isinstance(row, LabelRow) else []
        answered = row.asked - row.faults.total()
        table.add_row(_name(row), f"{answered:,}", f"{row.faults.total():,}", *map(_score, scores))
    table.add_section()
    n = f"{result.basis.n:,}"
    for name, guess in (("majority", result.majority), ("random", result.random)):
        table.add_row(name, n, "", *(_guess(guess, column) for column in columns))
    table.add_section()
    for scenario, figures in PUBLISHED.get(result.task.name, {}).items():
        table.add_row(_published(scenario), "", "", *(_figure(figures.get(column)) for column in columns))
    return table


def _texts(result: TaskResult) -> Table:
    table = _table("n", "faults", "perplexity", "cosine", "distinct\n1, 2", "chars,\nwords")
    for row in result.rows:
        table.add_row(_name(row), *_text_cells(row))
    table.add_section()
    if result.real is not None:
        table.add_row("what users wrote", *_text_cells(result.real))
    table.add_section()
    for scenario, figures in PUBLISHED.get("text", {}).items():
        cells = (_figure(figures[name]) for name in ("perplexity", "cosine"))
        table.add_row(_published(scenario), "", "", *cells, "", "")
    return table


def _table(*columns: str) -> Table:
    table = Table("")
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _text_cells(row: Row) -> list[str]:
    if not isinstance(row, TextRow):
        return []
    pairs = ((row.distinct_1, row.distinct_2), (_value(row.chars), _value(row.words)))
    scores = (_score(row.perplexity), _score(row.cosine), *("\n".join(map(_figure, pair)) for pair in pairs))
    return [f"{row.n:,}", f"{row.faults.total():,}", *scores]


def _value(score: Score | None) -> float | None:
    return None if score is None else score.value


def _name(row: Row) -> Text:
    return Text(tidy(row.name, _NAME_CHARS) + (" (seen)" if row.seen else ""))


def _published(scenario: str) -> Text:
    return Text(f"S3 (other data),\n{scenario}", style="dim")


def _score(value: Score | None) -> str:
    """A value above its interval."""
    if value is None:
        return _BLANK
    return f"{_figure(value.value)}\n{_short(value.low)}–{_short(value.high)}"


def _guess(guess: GuessScores | None, column: str) -> str:
    return _BLANK if guess is None else _figure(getattr(guess, column))


def _figure(value: float | None) -> str:
    if value is None:
        return _BLANK
    return f"{value:.3f}" if abs(value) <= 1 else f"{value:,.1f}"


def _short(value: float) -> str:
    return f"{value:.2f}" if abs(value) <= 1 else f"{value:,.1f}" if abs(value) < 100 else f"{value:,.0f}"


def _caption(result: TaskResult) -> Iterator[str]:
    """What the scores stand on, what they are of, and what they cost."""
    task = result.task
    yield result.basis.told()
    drawn = "" if result.interval == "rows" else f", {result.interval} drawn as wholes"
    yield f"intervals: 95 %, bootstrap{drawn}" + (f"; F1 and AUC of {task.positive!r}" if task.positive else "")
    if any(isinstance(row, LabelRow) for row in result.rows):
        yield from (f"{row.name}: answers {task.positive} from p >= {row.threshold:.3f} on" for row in _cut(result))
    if task.ask == "write":
        yield f"cosine by {result.embedded_by}; perplexity by {result.perplexity_by}"
    yield from task.remarks
    yield from (f"{row.name}: {row.note}" for row in result.rows if row.note)
    yield from (f"{row.name}: {_cost(row)}" for row in result.rows)


def _cut(result: TaskResult) -> Iterator[Row]:
    """Rows whose answers hang on another probability than one half."""
    return (row for row in result.rows if row.threshold is not None)


def _cost(row: Row) -> str:
    usage = row.usage
    faults = ", ".join(f"{n:,} x {cause}" for cause, n in row.faults.most_common())
    tokens = f"{usage.calls:,} calls, {usage.prompt_tokens:,} + {usage.reply_tokens:,} tokens, {row.seconds:.1f} s"
    return f"{tokens}; faults: {faults}" if faults else tokens


def _confusion(result: TaskResult, row: LabelRow) -> RenderableType:
    labels = result.task.labels
    table = Table("truth \\ answer")
    for label in labels:
        table.add_column(label, justify="right")
    for truth in labels:
        table.add_row(truth, *(f"{row.confusion[truth][answer]:,}" for answer in labels))
    return Group(Text(f"\n{tidy(row.name, _NAME_CHARS)}"), table)
