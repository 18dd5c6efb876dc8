"""How the summary of a run is shown: a table for people, JSON for programs."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from s3agents.cli.console import out
from s3agents.cli.safe_text import safe
from s3agents.prompts.quoting import tidy
from s3agents.report.comparison import Comparison
from s3agents.report.summary import Summary

__all__ = ["print_summary"]

_NAME_SHOWN, _TEXT_SHOWN = 40, 60
_FAILURE_SHOWN = 600


def print_summary(summary: Summary, *, as_json: bool) -> None:
    """Show ``summary`` on standard output."""
    console = out()
    if as_json:
        console.print_json(data=summary.to_dict())
        return
    _show(console, f"{summary.name}: {summary.status}", _overview(summary))
    if len([mode for mode in summary.modes if mode.thinks]) > 1 or summary.calls:
        _show(console, "by mode of cognition", _modes(summary))
    if summary.top_posts:
        _show(console, "most forwarded, by those who read it there", _top_posts(summary))
    if summary.steered:
        _show(console, "what interventions and channels came to", _steered(summary))
    if summary.comparison is not None:
        title = f"final attitudes against what really happened: {_score(summary.comparison)}"
        _show(console, title, _comparison(summary.comparison))


def _show(console: Console, title: str, table: Table) -> None:
    """A table under its title, which may be wider than the table."""
    console.print(f"\n{escape(title)}", style="italic", highlight=False)
    console.print(table)


def _overview(summary: Summary) -> Table:
    table = Table(show_header=False)
    for name, value in _rows(summary):
        table.add_row(name, value)
    return table


def _rows(summary: Summary) -> list[tuple[str, str]]:
    turns = ", ".join(f"{count:,} {name}" for name, count in summary.turns.items() if count)
    sides = ", ".join(f"{count:,} {name}" for name, count in summary.attitudes.items())
    rows = [
        ("users, follow edges", f"{summary.users:,}, {summary.edges:,}"),
        ("ticks", f"{summary.ticks:,} of {summary.ticks_planned:,}"),
        ("aware of the topic", f"{summary.aware:,} ({_share(summary.aware, summary.users)})"),
        ("posts, forwards", f"{summary.posts:,}, {summary.forwards:,}"),
        ("turns", turns or "none"),
        ("agent-steps without mail", f"{summary.not_exposed:,}"),
        ("attitudes at the end", sides),
        ("share positive, first to last", _course(summary)),
        ("emotion peaks", _peak(summary)),
    ]
    if summary.calls:
        tokens = f"{summary.calls:,}, {summary.prompt_tokens:,} prompt and {summary.reply_tokens:,} reply tokens"
        rows.append(("model calls", tokens))
    if shortened := sum(mode.shortened for mode in summary.modes):
        rows.append(("turns with a shortened prompt", f"{shortened:,}"))
    rows += [(escape(name), "nothing" if value is None else f"{value:,.4g}") for name, value in summary.metrics.items()]
    rows += [(f"[red]{escape(name)}[/red]", escape(why)) for name, why in summary.unmeasured.items()]
    if summary.faults:
        causes = ", ".join(f"{count:,} x {cause}" for cause, count in summary.faults.items())
        rows.append(("[red]failed turns[/red]", causes))
    if summary.failure:
        rows.append(("[red]why it stopped[/red]", escape(tidy(summary.failure, _FAILURE_SHOWN))))
    return rows


def _modes(summary: Summary) -> Table:
    names = ("mode", "users", "turns", "forwards", "posts", "faults", "calls", "prompt", "reply", "tokens a turn")
    table = Table(names[0])
    for name in names[1:]:
        table.add_column(name, justify="right")
    for mode in summary.modes:
        counts = (mode.users, mode.turns, mode.forwards, mode.posts, mode.faults, mode.calls)
        tokens = (mode.prompt_tokens, mode.reply_tokens)
        table.add_row(mode.mode, *(f"{n:,}" for n in (*counts, *tokens)), f"{mode.tokens_per_turn:,.1f}")
    return table


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "of nobody"


def _course(summary: Summary) -> str:
    if summary.share_positive_first is None or summary.share_positive_last is None:
        return "nobody had a turn"
    lowest = f"{summary.share_positive_lowest:.0%} at tick {summary.share_positive_lowest_tick}"
    return f"{summary.share_positive_first:.0%} to {summary.share_positive_last:.0%}, lowest {lowest}"


def _peak(summary: Summary) -> str:
    if summary.emotion_peak is None:
        return "nobody had a turn"
    return f"at tick {summary.emotion_peak_tick}, with a mean level of {summary.emotion_peak:.2f} (0 calm, 2 intense)"


def _top_posts(summary: Summary) -> Table:
    table = Table("forwards", "author", "tick", "text")
    for post in summary.top_posts:
        table.add_row(
            f"{post.forwards:,}", safe(post.author, _NAME_SHOWN), str(post.tick), safe(post.text, _TEXT_SHOWN)
        )
    return table


def _steered(summary: Summary) -> Table:
    """A line for each; columns of nothing are left out."""
    names = [n for n in ("posts", "deliveries", "accounts", "edges") if any(getattr(s, n) for s in summary.steered)]
    table = Table("", "ticks")
    for name in names:
        table.add_column(name, justify="right")
    for one in summary.steered:
        span = f"{one.first_tick}" if one.first_tick == one.last_tick else f"{one.first_tick} to {one.last_tick}"
        what = f"{one.section}.{one.number}: {safe(one.kind, _NAME_SHOWN)}"
        table.add_row(what, span, *(f"{getattr(one, name):,}" for name in names))
    return table


def _comparison(comparison: Comparison) -> Table:
    table = Table("", "really positive", "really negative")
    for side in ("positive", "negative"):
        counts = [str(comparison.confusion[real][side]) for real in ("positive", "negative")]
        table.add_row(f"simulated {side}", *counts)
    return table


def _score(comparison: Comparison) -> str:
    if comparison.accuracy is None or comparison.majority is None:
        return "nobody can be compared"
    return (
        f"{comparison.accuracy:.0%} of {comparison.compared} right "
        f"(the larger side for everybody would get {comparison.majority:.0%})"
    )
