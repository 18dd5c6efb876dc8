"""RunFolder: the folder that a run leaves, its file names, and the lock that keeps two processes out of one run."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType

from s3agents.errors import RunFolderError, explain

try:
    import fcntl
except ImportError:  # Windows has no flock; there the lock file alone says who is at work
    fcntl = None  # type: ignore[assignment]

__all__ = ["RunFolder", "free_folder"]


class RunFolder:
    """The folder of one run, held for the time of a ``with``.

    Args:
        path: where it is.
        new: whether nobody may have begun a run in it yet.
    """

    def __init__(self, path: Path, *, new: bool = False) -> None:
        self.path, self._new = path, new
        self._lock: int | None = None

    @property
    def record(self) -> Path:
        """The record: the source of truth."""
        return self.path / "run.sqlite"

    @property
    def replies(self) -> Path:
        """The recorded replies of models."""
        return self.path / "replies.sqlite"

    @property
    def manifest(self) -> Path:
        """What was run, with which versions, and how it ended."""
        return self.path / "manifest.json"

    @property
    def memory(self) -> Path:
        """The vector store; rebuilt from the record when it is lost."""
        return self.path / "memory"

    @property
    def bus(self) -> Path:
        """The store of the embedded bus; only while the run is under way."""
        return self.path / "bus"

    @classmethod
    def new(cls, path: Path) -> RunFolder:
        """A folder that can become a run's: it does not exist yet, or is empty. Nothing is created here.

        Raises:
            RunFolderError: if there is something else.
        """
        if path.exists() and (not path.is_dir() or _in_use(path)):
            got = "a folder with files in it" if path.is_dir() else "a file"
            remedy = "name another with --out, or continue that run with s3agents resume"
            raise RunFolderError(explain(str(path), wanted="a new folder for the run", got=got, remedy=remedy))
        return cls(path, new=True)

    @classmethod
    def existing(cls, path: Path) -> RunFolder:
        """The folder of an earlier run.

        Raises:
            RunFolderError: if it holds none.
        """
        folder = cls(path)
        if not folder.manifest.is_file():
            got = "no manifest.json in it" if path.is_dir() else "no such folder"
            raise RunFolderError(explain(str(path), wanted="the folder of a run", got=got))
        return folder

    def busy(self) -> bool:
        """Whether a process is at the run."""
        try:
            with RunFolder(self.path):
                return False
        except RunFolderError:
            return True

    def __enter__(self) -> RunFolder:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self.path / ".lock", os.O_CREAT | os.O_RDWR, 0o644)
        except OSError as exc:
            raise RunFolderError(explain(str(self.path), wanted="a folder to write to", got=str(exc))) from exc
        try:
            if fcntl is not None:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            os.close(self._lock)
            remedy = "wait for it, or stop it"
            raise RunFolderError(
                explain(str(self.path), wanted="a run that nobody is at", got="one in use", remedy=remedy)
            ) from exc
        if self._new and _in_use(self.path):
            os.close(self._lock)
            raise RunFolderError(
                explain(str(self.path), wanted="a new folder for the run", got="one that has just begun")
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def free_folder(base: Path) -> Path:
    """``base``, or where there is something already, the first of ``base-2``, ``base-3`` and so on where nothing is."""
    path, n = base, 2
    while path.exists():
        path, n = base.with_name(f"{base.name}-{n}"), n + 1
    return path


def _in_use(path: Path) -> bool:
    """Whether ``path`` holds more than what a run leaves that was killed before it began."""
    return any(entry.name not in {".lock", "manifest.json.part"} for entry in path.iterdir())
