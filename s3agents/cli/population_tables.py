"""How evaluations of populations are shown: real against simulated, in tables for people and JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from s3agents.cli.console import out
from s3agents.evaluation.cascade_shape import ShapeSummary, Spread
from s3agents.evaluation.peaks import Turn
from s3agents.evaluation.polarisation import Polarisation
from s3agents.forecasting.beside import Beside
from s3agents.prompts.quoting import tidy
from s3agents.report.figures.clock import span_told
from s3agents.report.population.evaluation import CurveRow, GroupEvaluation, PopulationEvaluation
from s3agents.report.population.measured import Measured

__all__ = ["population_notes", "population_tables", "print_population"]

_BLANK = "-"
_NAME_CHARS = 60
_NAMES = {
    "aware": "aware",
    "forwards": "forwards",
    "posts": "posts",
    "emotion_level": "emotion",
    "share_positive": "positive",
    "share_intense": "intense",
}
_SHARES = {"share_positive", "share_intense"}
_SCORES = {
    "final_error": "end off",
    "rmse": "RMSE",
    "rmse_over_final": "RMSE",
    "correlation": "corr.",
    "warping": "DTW",
}
_CAMPS = {
    "assortativity": "assortativity of attitudes",
    "ei_index": "E-I index",
    "bimodality": "bimodality coefficient",
}


def print_population(found: PopulationEvaluation, beside: Beside | None = None, *, as_json: bool) -> None:
    """Show ``found`` on standard output, and the forwards of its runs beside those of baselines."""
    console = out()
    if as_json:
        told = {} if beside is None else {"beside": beside.to_dict()}
        console.print_json(data=found.to_dict() | told, allow_nan=False)
        return
    case = f", {tidy(found.case, _NAME_CHARS)}" if found.case else ""
    for group in found.groups:
        console.print(
            Text(f"\n{tidy(group.name, _NAME_CHARS)} against {tidy(found.truth, _NAME_CHARS)}{case}", "italic")
        )
        for table in population_tables(found, group):
            console.print(table)
        _print_notes(console, found, group)
    if beside is not None:
        console.print(Text(f"\nforwards from minute {beside.after:g} to {beside.until:g}", "italic"))
        console.print(_beside(beside))


def _beside(found: Beside) -> Table:
    known = f"{found.known:,} of {found.true_final:,.0f} forwards are known to the baselines, from minute 0 on"
    learnt = f"they learn from {found.learnt_from:,} clean cases of other stories; what a run knows, its scenario tells"
    table = Table("forwards by", "RMSE / true final", "final error", "blank")
    table.caption, table.caption_justify = "\n".join([found.basis.told(), f"{known}; {learnt}"]), "left"
    for row in found.rows:
        scores = ("-", "-") if row.score is None else (f"{row.score.rmse:.3f}", f"{row.score.final:.3f}")
        table.add_row(Text(tidy(row.name, _NAME_CHARS)), *scores, row.reason)
    return table


def population_tables(found: PopulationEvaluation, group: GroupEvaluation) -> Iterator[Table]:
    """The tables of one scenario: curves, turns, cascades, polarisation."""
    yield _curves(group)
    if group.turns:
        yield _turns(group)
    if found.real_shapes is not None or group.shapes is not None:
        yield _cascades(found.real_shapes, group)
    yield _camps(found.real_polarisation, group)


def _table(first: str, *columns: str) -> Table:
    """A table whose columns hold numbers, but for the first."""
    table = Table()
    table.add_column(first, no_wrap=True)
    for name in columns:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _curves(group: GroupEvaluation) -> Table:
    table = _table("curve", "real", "simulated", "end off", "RMSE", "corr.", "DTW", "in band")
    for row in group.curves:
        scores = row.scores
        table.add_row(
            _NAMES[row.name],
            _value(row.name, scores.true_final),
            _simulated(row),
            _percent(scores.final_error),
            _rmse(row),
            _decimals(scores.correlation, 2),
            _decimals(scores.warping, 3),
            _percent(row.coverage, decimals=0),
        )
    return table


def _simulated(row: CurveRow) -> str:
    value = _value(row.name, row.scores.simulated_final)
    if row.low is None or row.high is None or len(row.replicates) < 2:
        return value
    low, high = _value(row.name, row.low), _value(row.name, row.high)
    return f"{value}\n{low.removesuffix('%')}-{high}"


def _rmse(row: CurveRow) -> str:
    """Over the real final value for counts; in points for shares, in levels for emotion."""
    if row.name in _SHARES:
        return _BLANK if row.scores.rmse is None else f"{100 * row.scores.rmse:.1f} pt"
    if row.name == "emotion_level":
        return _BLANK if row.scores.rmse is None else f"{row.scores.rmse:.2f} lv"
    return _decimals(row.scores.rmse_over_final, 3)


def _value(name: str, value: float | None) -> str:
    if value is None:
        return _BLANK
    if name in _SHARES:
        return f"{value:.1%}"
    return f"{value:.2f}" if name == "emotion_level" else _count(value)


def _count(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) or value >= 100 else f"{value:,.1f}"


def _percent(value: float | None, *, decimals: int = 1) -> str:
    return _BLANK if value is None else f"{value:.{decimals}%}"


def _decimals(value: float | None, digits: int) -> str:
    return _BLANK if value is None else f"{value:.{digits}f}"


def _turns(group: GroupEvaluation) -> Table:
    table = _table("turn", "real at", "height", "sim. at", "height", "late by", "higher")
    for row in group.turns:
        match = row.match
        late = match.time_error
        table.add_row(
            f"{_NAMES[row.name]} {match.kind}",
            *_turn(row.name, match.true),
            *_turn(row.name, match.simulated),
            _BLANK if late is None else f"{'-' if late < 0 else ''}{_span(abs(late))}",
            _BLANK if match.height_error is None else _difference(row.name, match.height_error),
        )
    missing = sum(row.match.simulated is None for row in group.turns)
    extra = sum(row.match.true is None for row in group.turns)
    table.caption = f"{missing} missing, {extra} too many; * at the edge of the time that both have"
    table.caption_justify = "left"
    return table


def _turn(name: str, turn: Turn | None) -> tuple[str, str]:
    if turn is None:
        return _BLANK, _BLANK
    return f"{'*' if turn.at_edge else ''}{_span(turn.minute)}", _value(name, turn.height)


def _difference(name: str, value: float) -> str:
    return f"{100 * value:+.1f} pt" if name in _SHARES else f"{value:+.2f}"


def _span(minutes: float) -> str:
    """A span to the minute, or to the tenth of a larger unit."""
    if minutes >= 2880:
        return f"{minutes / 1440:.1f} d"
    return f"{minutes / 60:.1f} h" if minutes >= 180 else span_told(round(minutes)) if round(minutes) else "0 min"


def _cascades(real: ShapeSummary | None, group: GroupEvaluation) -> Table:
    table = _table("cascades", "real", "simulated")
    found = group.shapes
    runs = f" in {len(group.seeds)} runs" if len(group.seeds) > 1 else ""
    counted = _BLANK if found is None else f"{found.cascades:,}{runs}"
    table.add_row("how many", _BLANK if real is None else f"{real.cascades:,}", counted)
    for name in ("size", "depth", "breadth", "virality"):
        largest = None if real is None else getattr(real.largest, name)
        title = "structural virality" if name == "virality" else name
        table.add_row(f"largest: {title}", _amount(name, largest), _measured(name, group.largest[name]))
    for name in ("size", "depth", "breadth", "virality"):
        title = "structural virality" if name == "virality" else name
        spreads = (None if each is None else getattr(each, name) for each in (real, found))
        table.add_row(f"all: {title}, median and 90 %", *(_spread(name, spread) for spread in spreads))
    return table


def _amount(name: str, value: float | None) -> str:
    if value is None:
        return _BLANK
    return f"{value:.2f}" if name == "virality" else _count(value)


def _measured(name: str, found: Measured | None) -> str:
    if found is None:
        return _BLANK
    mean = _amount(name, found.mean)
    return mean if found.n < 2 else f"{mean} ({_amount(name, found.low)} to {_amount(name, found.high)})"


def _spread(name: str, spread: Spread | None) -> str:
    return _BLANK if spread is None else f"{_amount(name, spread.median)}, {_amount(name, spread.high)}"


def _camps(real: Polarisation | None, group: GroupEvaluation) -> Table:
    table = _table("polarisation", "real", "simulated")
    for name, title in _CAMPS.items():
        there = None if real is None else getattr(real, name)
        table.add_row(title, _decimals(there, 3), _camp(group.polarisation[name]))
    return table


def _camp(found: Measured | None) -> str:
    if found is None:
        return _BLANK
    return f"{found.mean:.3f}" if found.n < 2 else f"{found.mean:.3f} ({found.low:.3f} to {found.high:.3f})"


def _print_notes(console: Console, found: PopulationEvaluation, group: GroupEvaluation) -> None:
    for line in population_notes(found, group):
        console.print(Text(line, style="dim"), soft_wrap=False)


def population_notes(found: PopulationEvaluation, group: GroupEvaluation) -> Iterator[str]:
    """What the tables stand on, and how they are to be read, a sentence or two each."""
    yield group.basis.told() + (f"; seeds {_listed(group.seeds)}" if len(group.seeds) > 1 else "")
    scored = [row for row in group.curves if row.scores.points]
    if scored:
        yield _time_told(scored)
        yield (
            "End off: error at the end, over the real value there. RMSE: over that value too; of shares in points, of "
            "emotion in levels (0 to 2). DTW: time-warped distance over the range of the real curve."
        )
    if len(group.seeds) > 1 and scored:
        yield f"Scores are those of the mean of the replicates; their band is {scored[0].band}."
    yield "Cascades and polarisation are those of whole runs and of the whole truth."
    if found.real_shapes is not None and found.guessed:
        yield (
            f"Real cascades: {found.guessed:,} of {found.adoptions:,} forwards and replies are by users who follow no "
            "earlier spreader, and hang on the first post."
        )
    for why, names in _blanks(found, group).items():
        yield f"{why[0].upper()}{why[1:]}: no {', '.join(names)}."


def _listed(seeds: Sequence[int]) -> str:
    return ", ".join(map(str, seeds[:8])) + (f" and {len(seeds) - 8} more" if len(seeds) > 8 else "")


def _time_told(rows: Sequence[CurveRow]) -> str:
    """Over which time curves were scored, and at how many points; those of one time together."""
    spans: dict[str, list[str]] = {}
    for row in rows:
        scores = row.scores
        span = f"{_span(scores.start or 0.0)} to {_span(scores.end or 0.0)} at {_plural(scores.points, 'point')}"
        spans.setdefault(span, []).append(_NAMES[row.name])
    told = "; ".join(f"{span} ({', '.join(names)})" for span, names in spans.items())
    return f"Scored where the truth has points, since its beginning: {told}."


def _plural(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _blanks(found: PopulationEvaluation, group: GroupEvaluation) -> dict[str, list[str]]:
    """What is missing, by the reason."""
    gone: dict[str, list[str]] = {}
    for row in group.curves:
        for score, why in row.scores.reasons.items():
            if score != "rmse_over_final" or row.scores.points == 0 or "points" not in why:
                gone.setdefault(why, []).append(f"{_SCORES[score]} of {_NAMES[row.name]}")
    for name, why in group.blanks.items():
        gone.setdefault(f"simulated: {why}", []).append(_CAMPS[name])
    if found.real_polarisation is not None:
        for name, why in found.real_polarisation.reasons.items():
            gone.setdefault(f"real: {why}", []).append(_CAMPS[name])
    return {why: list(dict.fromkeys(names)) for why, names in gone.items()}
