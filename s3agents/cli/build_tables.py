"""How a build is shown: the way of users, edges and posts, the clean-up, and the society as a row of S3's Table 1."""

from __future__ import annotations

from collections.abc import Iterator

from rich.markup import escape
from rich.table import Table

from s3agents.network.build.account import BuildAccount, Funnel, Loss

__all__ = ["build_tables"]


def build_tables(account: BuildAccount) -> Iterator[Table]:
    """The tables of ``account``; the row of S3's Table 1 comes last."""
    yield _funnels(account)
    yield _growth(account)
    if account.criteria:
        yield _criteria(account)
    yield _classes(account)
    yield _row(account)


def _funnels(account: BuildAccount) -> Table:
    table = _table("from raw data to the society", "", "count", "for example", numbers=(1,))
    for kind, funnel in (("users", account.users), ("follow edges", account.follows), ("posts", account.posts)):
        table.add_row(f"[bold]{kind} read[/bold]", f"{funnel.read:,}", "")
        for text, count, example in _steps(account, funnel):
            table.add_row(escape(text), f"{count:,}", escape(example))
        table.add_row(f"[bold]{kind} kept[/bold]", f"[bold]{funnel.kept:,}[/bold]", "")
        for loss in funnel.values:
            table.add_row(escape(f"  (values) {loss.reason}"), f"{loss.count:,}", escape(_example(loss)))
        table.add_section()
    return table


def _steps(account: BuildAccount, funnel: Funnel) -> Iterator[tuple[str, int, str]]:
    if funnel.met:
        yield "+ met as authors or ends of edges", funnel.met, ""
    if funnel.helpers:
        yield "- which say how to read the others", funnel.helpers, ""
    yield from ((f"- {loss.reason}", loss.count, _example(loss)) for loss in funnel.unusable)
    if funnel is account.posts:
        yield "  on the topic", account.on_topic, ""
    yield from ((f"- {loss.reason}", loss.count, "") for loss in funnel.left_out if loss.count)
    if funnel is account.posts:
        yield "  on the topic, kept", account.kept_on_topic, ""


def _example(loss: Loss) -> str:
    return "; ".join(loss.examples)


def _growth(account: BuildAccount) -> Table:
    table = _table("how it grew", "", "found", "bots and zombies", "joined", numbers=(1, 2, 3))
    for step, found, barred in account.growth:
        core = "core: authors on the topic" if account.on_topic else "core: everybody"
        name = f"neighbours, step {step}" if step else core
        table.add_row(name, f"{found:,}", f"{barred:,}", f"{found - barred:,}")
    return table


def _criteria(account: BuildAccount) -> Table:
    lost = {loss.reason.removeprefix("clean-up: "): loss.count for loss in account.users.left_out}
    title = "clean-up" + (f" ({account.spared:,} verified users spared)" if account.spared else "")
    table = _table(title, "criterion", "asks", "users judged", "meet it", "left out here", numbers=(2, 3, 4))
    for name, rule, judged, met in account.criteria:
        counts = (f"{judged:,}", f"{met:,}", f"{lost[name]:,}") if judged else ("not applicable", "", "")
        table.add_row(name, escape(rule), *counts)
    return table


def _classes(account: BuildAccount) -> Table:
    title = f"classes of users (ties: {account.ties_from}, posts: {account.posts_from})"
    table = _table(title, *account.classes, numbers=(0, 1, 2))
    table.add_row(*(f"{count:,}" for count in account.classes.values()))
    return table


def _row(account: BuildAccount) -> Table:
    names = ("Scenario", "#Users", "#Relations", "#Posts", "Demographics known")
    table = _table("the society, as in S3's Table 1", *names, numbers=(1, 2, 3))
    users = account.users.kept
    shares = (f"{name.capitalize()} {count / users:.1%}" for name, count in account.demographics.items())
    counts = (f"{n:,}" for n in (users, account.follows.kept, account.posts.kept))
    table.add_row(escape(account.name), *counts, ", ".join(shares))
    return table


def _table(title: str, *columns: str, numbers: tuple[int, ...]) -> Table:
    table = Table(title=title, title_justify="left")
    for position, name in enumerate(columns):
        table.add_column(name, justify="right" if position in numbers else "left", overflow="fold")
    return table
