"""Disk: a small file system for a run's folder, that can be filled to the last byte and freed again."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

__all__ = ["Disk", "can_mount"]

_MEGABYTES = 512


class Disk:
    """A folder that may become a file system of its own.

    Args:
        folder: where; not there yet.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    @contextmanager
    def mounted(self, megabytes: int = _MEGABYTES) -> Iterator[None]:
        """A file system in memory, of so many megabytes, for the time of the block; it holds what a run needs."""
        self.folder.mkdir()
        size = f"size={megabytes}m"
        subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(self.folder)], check=True, capture_output=True)
        try:
            yield
        finally:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=True)

    def fill(self) -> None:
        """Leave not a byte free."""
        with self._ballast.open("wb") as file:
            for size in (1 << 20, 4096):
                self._write(file.fileno(), bytes(size))

    def free(self) -> None:
        """Give back what :meth:`fill` took."""
        self._ballast.unlink()

    @staticmethod
    def _write(file: int, block: bytes) -> None:
        try:
            while os.write(file, block):
                continue
        except OSError as exc:
            if exc.errno != errno.ENOSPC:
                raise


@cache
def can_mount() -> bool:
    """Whether this user may mount a file system in memory."""
    with TemporaryDirectory() as place:
        try:
            with Disk(Path(place) / "disk").mounted(1):
                return True
        except (OSError, subprocess.CalledProcessError):
            return False
