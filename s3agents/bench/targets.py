"""Targets: what is wanted of a figure, beside what was measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from s3agents.bench.figures import Unit

__all__ = ["RowResult", "Target"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One figure of a row.

    Attributes:
        name: what it is.
        unit: as in :class:`~s3agents.bench.figures.Figure`.
        measured: ``None`` if it could not be.
        wanted: bound; ``None`` if nothing is wanted of it.
        better: whether the bound is the most or the least.
    """

    name: str
    unit: Unit
    measured: float | None
    wanted: float | None = None
    better: Literal["most", "least"] = "most"

    @property
    def met(self) -> bool | None:
        """Whether it is within the bound; ``None`` where there is nothing to compare."""
        if self.measured is None or self.wanted is None:
            return None
        return self.measured <= self.wanted if self.better == "most" else self.measured >= self.wanted

    def plain(self) -> dict[str, Any]:
        """All of it as values that JSON takes."""
        bound = {"wanted": self.wanted, "better": self.better}
        return {"name": self.name, "unit": self.unit, "measured": self.measured, **bound, "met": self.met}


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """What a row came to.

    Attributes:
        row: its name.
        targets: its figures.
        note: what else is to be said, such as why there are none.
    """

    row: str
    targets: tuple[Target, ...] = ()
    note: str = ""

    def plain(self) -> dict[str, Any]:
        """All of it as values that JSON takes."""
        return {"row": self.row, "targets": [target.plain() for target in self.targets], "note": self.note}
