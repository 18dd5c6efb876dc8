"""How a synthetic society is shown: what was asked for, and beside it what came out."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from s3agents.config.generate import GenerateSection
from s3agents.network.generate.obtained import Obtained

__all__ = ["generate_table"]

_Row = tuple[str, str, str, bool]


def generate_table(section: GenerateSection, obtained: Obtained) -> Table:
    """A row for each number; what is not near to what was asked for stands out."""
    table = Table("", "asked", "obtained")
    for column in table.columns[1:]:
        column.justify = "right"
    for name, asked, found, near in _rows(section, obtained):
        table.add_row(name, asked, Text(found, style="" if near else "yellow"))
    return table


def _rows(section: GenerateSection, obtained: Obtained) -> Iterator[_Row]:
    for name in ("users", "relations", "posts"):
        asked, found = getattr(section, name), getattr(obtained, name)
        yield name, f"{asked:,}", f"{found:,}", asked == found
    yield _number("reciprocity", section.reciprocity, obtained.reciprocity, within=0.02)
    yield _number("exponent of followers", section.follower_exponent, obtained.follower_exponent, within=0.3)
    yield _number("exponent of followees", section.followee_exponent, obtained.followee_exponent, within=0.3)
    yield _number("homophily of attitudes", section.homophily, obtained.homophily, within=0.05)
    yield _share("positive attitude", section.positive, obtained.positive)
    for name, share in obtained.classes.items():
        yield _share(f"{name.replace('_', '-')} users", getattr(section.classes, name), share)


def _number(name: str, asked: float, found: float | None, *, within: float) -> _Row:
    if found is None:
        return name, f"{asked:.2f}", "none", False
    return name, f"{asked:.2f}", f"{found:.2f}", abs(asked - found) <= within


def _share(name: str, asked: float, found: float) -> _Row:
    return name, f"{asked:.1%}", f"{found:.1%}", abs(asked - found) <= 0.01
