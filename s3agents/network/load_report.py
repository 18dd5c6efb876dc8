"""LoadReport: what became of every row that was read, so that nothing is lost in silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["Drops", "FileReport", "LoadReport", "ReportRow", "shown"]

_EXAMPLES = 3
_SHOWN_CHARS = 40


def shown(value: object) -> str:
    """``value`` as messages show it: cut to 40 characters."""
    text = repr(value[: _SHOWN_CHARS + 1] if isinstance(value, str) else value)
    return text if len(text) <= _SHOWN_CHARS else f"{text[: _SHOWN_CHARS - 3]}..."


class ReportRow(NamedTuple):
    """One line of a report: a file with one of its reasons, or with none (nothing dropped)."""

    file: str
    read: int
    kept: int
    reason: str
    dropped: int
    example: str


@dataclass(slots=True)
class Drops:
    """How often something was dropped for one reason, with the first three cases as ``FILE:LINE VALUE``."""

    count: int = 0
    examples: list[str] = field(default_factory=list)


@dataclass(slots=True)
class FileReport:
    """The account of one file: ``read`` is ``kept`` plus the dropped rows.

    Attributes:
        file: its name; a line of a text file or a row of a Parquet file is named ``file:number``, from 1.
        read: rows read, without header and blank lines.
        kept: rows kept.
        rows: dropped rows by reason.
        values: dropped values by reason; their rows are kept without them.
    """

    file: str
    read: int = 0
    kept: int = 0
    rows: dict[str, Drops] = field(default_factory=dict)
    values: dict[str, Drops] = field(default_factory=dict)

    @property
    def dropped(self) -> int:
        """Rows dropped."""
        return sum(drops.count for drops in self.rows.values())

    def drop_row(self, reason: str, where: int, value: object, *, count: int = 1) -> None:
        """Account for a dropped row (or ``count`` of them) that begins in line ``where``."""
        self._note(self.rows, reason, where, value, count)

    def drop_value(self, reason: str, where: int, value: object) -> None:
        """Account for a dropped value of a row that is kept."""
        self._note(self.values, reason, where, value, 1)

    def _note(self, kind: dict[str, Drops], reason: str, where: int, value: object, count: int) -> None:
        drops = kind.setdefault(reason, Drops())
        drops.count += count
        if len(drops.examples) < _EXAMPLES:
            drops.examples.append(f"{self.file}:{where} {shown(value)}")

    def reasons(self) -> Iterator[tuple[str, Drops]]:
        """Every reason with its drops; that of a value says that only the value went."""
        yield from self.rows.items()
        for reason, drops in self.values.items():
            yield f"{reason} (value dropped, row kept)", drops


@dataclass(slots=True)
class LoadReport:
    """The account of a whole society, file by file; empty for a society that was not loaded."""

    files: list[FileReport] = field(default_factory=list)

    def open(self, file: str) -> FileReport:
        """A new, empty account for ``file``."""
        report = FileReport(file)
        self.files.append(report)
        return report

    @property
    def clean(self) -> bool:
        """Whether nothing was dropped, neither row nor value."""
        return not any(file.rows or file.values for file in self.files)

    def rows(self) -> list[ReportRow]:
        """The report as a table: a line for each file and reason; a file that lost nothing has one without a reason."""
        return [
            ReportRow(file.file, file.read, file.kept, reason, drops.count, "; ".join(drops.examples))
            for file in self.files
            for reason, drops in list(file.reasons()) or [("", Drops())]
        ]

    def problems(self) -> list[str]:
        """Everything dropped, a line for each file and reason; empty if nothing was."""
        return [f"{r.file}: {r.dropped} x {r.reason}, such as {r.example}" for r in self.rows() if r.dropped]
