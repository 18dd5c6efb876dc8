"""Header of a report: what was run, over whom and when, and its key figures as tiles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from s3agents.report.figures.clock import span_told, tick_minutes
from s3agents.report.page.groups import Group
from s3agents.report.page.markup import Html, element, join, table, text
from s3agents.report.run import Run
from s3agents.report.summary import Summary

__all__ = ["header", "overview", "tiles"]

_QUESTION = 600


def header(groups: Sequence[Group]) -> Html:
    """Title, question and facts of each scenario."""
    names = ", ".join(group.name for group in groups)
    return element("header", element("h1", names), *(_facts(group, named=len(groups) > 1) for group in groups))


def tiles(summaries: Sequence[Summary]) -> Html:
    """Key figures of the replicates of one scenario: their mean, and from the lowest to the highest."""
    first, last = (
        [getattr(summary, f"share_positive_{end}") for summary in summaries if summary.share_positive_last is not None]
        for end in ("first", "last")
    )
    told = [
        _tile("aware", summaries, lambda s: s.aware, under=f"of {summaries[0].users:,} users"),
        _tile("forwards", summaries, lambda s: s.forwards),
        _tile("posts", summaries, lambda s: s.posts, under="without forwards"),
        _shape_tile("share positive", _course(first, last), "first to last"),
        _tile("failed turns", summaries, lambda s: sum(s.faults.values())),
        _tile("tokens", summaries, lambda s: s.prompt_tokens + s.reply_tokens, under="prompts and replies"),
    ]
    return element("div", *told, class_="tiles")


def overview(groups: Sequence[Group], summaries: Sequence[Sequence[Summary]]) -> Html:
    """One row a run, for reports of several."""
    heads = ("run", "scenario", "seed", "status", "ticks", "aware", "forwards", "posts", "positive", "failed", "tokens")
    rows = [
        (
            run.folder.resolve().name,
            group.name,
            str(run.scenario["seed"]),
            run.manifest.status,
            f"{summary.ticks:,} of {summary.ticks_planned:,}",
            summary.aware,
            summary.forwards,
            summary.posts,
            _course([summary.share_positive_first], [summary.share_positive_last]),
            sum(summary.faults.values()),
            summary.prompt_tokens + summary.reply_tokens,
        )
        for group, rows in zip(groups, summaries, strict=True)
        for run, summary in zip(group.runs, rows, strict=True)
    ]
    return table(heads, rows)


def _facts(group: Group, *, named: bool) -> Html:
    run = group.runs[0]
    society, scenario = run.manifest.society, run.scenario
    news = len(scenario.get("seeds", ()))
    seeds = ", ".join(str(run.scenario["seed"]) for run in group.runs)
    facts = [
        ("status", _states(group.runs)),
        ("when", _when(group.runs)),
        ("society", f"{society.name}: {society.users:,} users, {society.edges:,} follow edges"),
        ("time", f"{int(scenario['ticks']):,} ticks of {span_told(tick_minutes(scenario))}"),
        ("news", f"{news:,} seed post{'' if news == 1 else 's'}"),
        ("modes", ", ".join(_modes(scenario))),
        ("seed" if len(group.runs) == 1 else "seeds", seeds),
    ]
    if run.manifest.model is not None:
        names = dict.fromkeys(model.name for model in (run.manifest.model, *run.manifest.other_models))
        facts.append(("model" if len(names) == 1 else "models", ", ".join(names)))
    listed = [element("div", element("dt", name), element("dd", told)) for name, told in facts]
    failed = [run for run in group.runs if run.manifest.failure]
    why = [element("p", f"Why {run.folder.name} stopped: {run.manifest.failure}", class_="failure") for run in failed]
    name = element("h2", group.name) if named else ""
    question = element("p", element("q", text(scenario["question"], _QUESTION)), class_="question")
    return join((name, question, element("dl", *listed, class_="facts"), *why))


def _states(runs: Sequence[Run]) -> Html:
    states = [run.manifest.status for run in runs]
    marks = [(state, states.count(state)) for state in dict.fromkeys(states)]
    told = (state if len(runs) == 1 else f"{number} {state}" for state, number in marks)
    return join(element("span", words, class_=f"status {state}") for words, (state, _) in zip(told, marks, strict=True))


def _when(runs: Sequence[Run]) -> str:
    began = min(run.manifest.started for run in runs)
    ends = [run.manifest.finished for run in runs if run.manifest.finished is not None]
    return f"{_moment(began)} to {_moment(max(ends))}" if ends else f"since {_moment(began)}"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _modes(scenario: dict[str, object]) -> list[str]:
    """Of the default mind and the groups, each once."""
    cognition = scenario.get("cognition")
    minds = [cognition, *cognition.get("groups", ())] if isinstance(cognition, dict) else []
    return list(dict.fromkeys(str(mind.get("mode", "rules")) for mind in minds))


def _tile(name: str, summaries: Sequence[Summary], value: Callable[[Summary], int], *, under: str = "") -> Html:
    values = [value(summary) for summary in summaries]
    if len(values) == 1:
        return _shape_tile(name, _short(values[0]), under)
    ends = _short(min(values)), _short(max(values))
    between = f"{'in each of' if ends[0] == ends[1] else f'{ends[0]} to {ends[1]} in'} {len(values)} runs"
    return _shape_tile(name, _short(sum(values) / len(values)), between)


def _shape_tile(name: str, value: str, under: str) -> Html:
    parts = (element("div", name, class_="name"), element("div", value, class_="value"), element("div", under))
    return element("div", *parts, class_="tile")


def _course(first: Sequence[float | None], last: Sequence[float | None]) -> str:
    ends = [[value for value in end if value is not None] for end in (first, last)]
    if not ends[0] or not ends[1]:
        return "-"
    return " → ".join(f"{sum(end) / len(end):.0%}" for end in ends)


def _short(value: float) -> str:
    """A number of at most six digits or so."""
    if value >= 10_000_000:
        return f"{value / 1_000_000:,.0f} M"
    if value >= 1_000_000:
        return f"{value / 1_000_000:.1f} M"
    return f"{value:,.0f}" if value == int(value) or value >= 100 else f"{value:,.1f}"
