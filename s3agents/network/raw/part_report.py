"""PartReport: the account of one of many small files, kept in one account for all of them."""

from __future__ import annotations

from s3agents.network.load_report import Drops, FileReport

__all__ = ["PartReport"]


class PartReport(FileReport):
    """Counts for the whole; an example of what was dropped names the file.

    Args:
        file: the name of the file.
        whole: the account of all files of its kind.
    """

    __slots__ = ("_whole",)

    def __init__(self, file: str, whole: FileReport) -> None:
        self.file = file
        self._whole = whole

    @property
    def read(self) -> int:
        """Rows read, of the whole."""
        return self._whole.read

    @read.setter
    def read(self, value: int) -> None:
        self._whole.read = value

    @property
    def kept(self) -> int:
        """Rows kept, of the whole."""
        return self._whole.kept

    @kept.setter
    def kept(self, value: int) -> None:
        self._whole.kept = value

    @property
    def rows(self) -> dict[str, Drops]:  # type: ignore[override]  # a property in place of a field
        """Dropped rows by reason, of the whole."""
        return self._whole.rows

    @property
    def values(self) -> dict[str, Drops]:  # type: ignore[override]
        """Dropped values by reason, of the whole."""
        return self._whole.values
