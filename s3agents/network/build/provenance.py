"""Provenance: file and line of every record, in two small numbers, so that what is dropped later can be shown."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from s3agents.network.load_report import FileReport

__all__ = ["Provenance"]


class Provenance:
    """Where records came from, by their number."""

    def __init__(self) -> None:
        self._reports: list[FileReport] = []
        self._number: dict[int, int] = {}
        self._file = array("i")
        self._line = array("i")

    def __len__(self) -> int:
        return len(self._line)

    def note(self, reports: Sequence[FileReport], lines: Iterable[int]) -> None:
        """The next records begin in ``lines`` of the files of ``reports``, one for each."""
        known = self._number
        for report in {id(report): report for report in reports}.values():
            if id(report) not in known:  # reports are kept below, so that no other object takes over the identity
                known[id(report)] = len(self._reports)
                self._reports.append(report)
        self._file.extend([known[id(report)] for report in reports])
        self._line.extend(lines)

    def place(self, record: int) -> tuple[FileReport, int]:
        """File and line of a record."""
        return self._reports[self._file[record]], self._line[record]

    def name(self, record: int) -> str:
        """``FILE:LINE`` of a record."""
        report, line = self.place(record)
        return f"{report.file}:{line}"

    def count_kept(self, kept: NDArray[np.bool_]) -> None:
        """Tell every file how many of its records were kept; shape of ``kept``: ``(records,)``."""
        files = np.frombuffer(self._file, np.int32)[kept]
        for report, count in zip(self._reports, np.bincount(files, minlength=len(self._reports)), strict=True):
            report.kept += int(count)
