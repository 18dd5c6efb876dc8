"""How the description of a society is shown: tables for people, JSON for programs."""

from __future__ import annotations

import math
from itertools import zip_longest

from rich.console import Console
from rich.table import Table
from rich.text import Text

from s3agents.cli.console import out
from s3agents.network.power_law_fit import LEAST_TAIL, PowerLaw
from s3agents.network.structure import Bin, Components, Degrees
from s3agents.prompts.quoting import tidy
from s3agents.report.description import Ages, Attribute, ClassRow, Description

__all__ = ["print_description"]

_BLANK = "-"
_VALUES, _VALUE_CHARS = 4, 28
_BAR = 14


def print_description(description: Description, *, as_json: bool) -> None:
    """Show ``description`` on standard output."""
    console = out()
    if as_json:
        console.print_json(data=description.to_dict())
        return
    shape = description.structure
    _show(console, tidy(description.name, 60), _sizes(description))
    _show(console, "who they are", _attributes(description))
    _show(console, f"classes of users ({_basis(description)})", _classes(description.classes))
    _show(console, "followers (indegree) and followees (outdegree)", _degrees(shape.followers, shape.followees))
    if shape.followers.bins:
        mark = "#" if console.options.ascii_only else "█"
        _show(console, "users with so many (bars are logarithmic)", _bins(shape.followers, shape.followees, mark))
    _show(console, "the network", _network(description))


def _show(console: Console, title: str, table: Table) -> None:
    """A table under its title, which may be wider than the table."""
    console.print(Text(f"\n{title}", style="italic"))
    console.print(table)


def _number(value: float | None) -> str:
    return _BLANK if value is None else f"{value:,.2f}".rstrip("0").rstrip(".")


def _ratio(value: float | None, error: float = 0.0) -> str:
    if value is None:
        return _BLANK
    return f"{value:.3f}" + (f" +/- {error:.3f}" if error else "")


def _percent(share: float | None) -> str:
    return _BLANK if share is None else f"{share:.1%}"


def _part(part: int, whole: int) -> str:
    return f"{part:,} ({part / whole:.1%})" if whole else _BLANK


def _columns(first: str, *numbers: str) -> Table:
    """A table whose columns hold numbers, but for the first."""
    table = Table(first)
    for name in numbers:
        table.add_column(name, justify="right")
    return table


def _sizes(description: Description) -> Table:
    table = Table()
    for name in ("users", "relations", "posts", "users who wrote them"):
        table.add_column(name, justify="right")
    counts = (description.users, description.relations, description.posts, description.authors)
    table.add_row(*(f"{count:,}" for count in counts))
    return table


def _attributes(description: Description) -> Table:
    table = Table("", "known", "inferred", "what")
    for attribute in description.attributes:
        ages = description.ages if attribute.name == "age" else None
        what = _ages(ages) if ages else _values(attribute)
        known = _part(attribute.known, description.users) if attribute.known else _BLANK
        table.add_row(attribute.name, known, _inferred(attribute), what)
    return table


def _inferred(attribute: Attribute) -> Text:
    if not attribute.inferred:
        return Text(_BLANK)
    methods = ", ".join(f"{users:,} by {tidy(method, 60)}" for method, users in attribute.methods.items())
    sure = "" if attribute.confidence is None else f"; mean confidence {attribute.confidence:.2f}"
    return Text(methods + sure)


def _values(attribute: Attribute) -> Text:
    """The most frequent values, as shares of the users of whom the attribute is known."""
    shown = list(attribute.values.items())[:_VALUES]
    told = [f"{tidy(value, _VALUE_CHARS)} {users / attribute.known:.1%}" for value, users in shown]
    more = attribute.distinct - len(shown)
    return Text(", ".join([*told, f"{more:,} more"] if more else told) or _BLANK)


def _ages(ages: Ages) -> Text:
    return Text(f"mean {_number(ages.mean)}, median {_number(ages.median)}, {ages.lowest} to {ages.highest} years")


def _basis(description: Description) -> str:
    ties = {"platform": "ties as the platform counts them", "graph": "ties in this network"}
    posts = {"platform": "posts as the platform counts them", "history": "earlier posts", "unknown": "posts unknown"}
    return f"{ties[description.ties_from]}; {posts[description.posts_from]}"


def _classes(rows: tuple[ClassRow, ...]) -> Table:
    table = _columns("", "users", "share", "followers", "followees", "posts", "ties returned")
    for row in rows:
        medians = [_number(value) for value in (row.followers, row.followees, row.posts)]
        name = row.name.replace("_", "-")
        table.add_row(name, f"{row.users:,}", _percent(row.share), *medians, _percent(row.reciprocity))
    table.caption = "medians; ties returned: mean over users"
    return table


def _degrees(followers: Degrees, followees: Degrees) -> Table:
    table = _columns("", "followers", "followees")
    both = (followers, followees)
    table.add_row("mean", *(_number(each.mean) for each in both))
    for percent in followers.percentiles:
        name = "median" if percent == 50 else f"{percent}th percentile"
        table.add_row(name, *(f"{each.percentiles[percent]:,}" for each in both))
    table.add_row("largest", *(f"{each.most:,}" for each in both))
    table.add_row("Gini coefficient", *(_ratio(each.gini) for each in both))
    table.add_row("power law: exponent", *(_law(each.power_law) for each in both))
    table.add_row("power law: tail", *(_tail(each.power_law) for each in both))
    return table


def _law(law: PowerLaw | None) -> str:
    return _BLANK if law is None else f"{law.exponent:.2f} +/- {law.error:.2f}"


def _tail(law: PowerLaw | None) -> str:
    if law is None:
        return _BLANK
    return f"{law.tail:,} users from {law.xmin:,}" + (" (too few)" if law.tail < LEAST_TAIL else "")


def _bins(followers: Degrees, followees: Degrees, mark: str) -> Table:
    table = Table("degree")
    for name in ("followers", "followees"):
        table.add_column(name, justify="right")
        table.add_column("", no_wrap=True)
    most = max(each.users for each in (*followers.bins, *followees.bins))
    for one, other in zip_longest(followers.bins, followees.bins):
        there: Bin = one or other
        span = f"{there.low:,}" if there.low == there.high else f"{there.low:,}-{there.high:,}"
        cells = [_bar(each.users if each else 0, most, mark) for each in (one, other)]
        table.add_row(span, *cells[0], *cells[1])
    return table


def _bar(users: int, most: int, mark: str) -> tuple[str, str]:
    return f"{users:,}", mark * math.ceil(_BAR * math.log1p(users) / math.log1p(most))


def _network(description: Description) -> Table:
    shape, users = description.structure, description.users
    near = shape.clustering
    table = Table("", "")
    table.show_header = False
    for name, value in (
        ("edges returned (reciprocity)", _percent(shape.reciprocity)),
        ("users without any tie", _part(shape.isolated, users)),
        ("clustering, mean over users", _ratio(near.mean_local, near.mean_local_error)),
        ("clustering, all pairs (transitivity)", _ratio(near.transitivity, near.transitivity_error)),
        ("weak components", _components(shape.weak, users)),
        ("strong components", _components(shape.strong, users)),
        ("assortativity, followees to followers", _ratio(shape.active_follow_popular)),
        ("assortativity, followers to followers", _ratio(shape.popular_follow_popular)),
        ("assortativity, attitudes", _attitudes(description)),
        ("distance in the largest component", _distance(description)),
    ):
        table.add_row(name, value)
    if near.sampled:
        table.caption = f"clustering is estimated from {near.sampled:,} pairs of neighbours; +/- is the standard error"
    return table


def _components(components: Components, users: int) -> str:
    return f"{components.count:,}, the largest of {_part(components.largest, users)}" if users else _BLANK


def _attitudes(description: Description) -> str:
    if description.attitude_assortativity is None:
        return _BLANK
    return f"{_ratio(description.attitude_assortativity)} over {description.attitude_edges:,} edges"


def _distance(description: Description) -> str:
    far = description.structure.distances
    if far is None:
        return _BLANK
    error, measured = (f" +/- {far.error:.2f}", f", from {far.sources} users") if far.error else ("", "")
    return f"mean {far.mean:.2f}{error}, at most {far.longest}{measured}"
