"""SocietyWriter: writes a society's folder, which appears whole at the end or not at all."""

from __future__ import annotations

import glob
import os
import platform
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import numpy as np
import orjson

from s3agents.errors import SocietyError, explain
from s3agents.network.graph import FollowGraph

__all__ = ["ABOUT", "REPLIES", "SocietyWriter"]

ABOUT = "society.json"
"""File that tells how a society came about."""

REPLIES = ".infer-replies.sqlite"
"""File of the replies that predicted traits came from."""

_TABLES = ("users.jsonl", "users.csv", "follows.csv", "posts.jsonl")
_FILES = frozenset(
    {
        ABOUT,
        "users.parquet",
        *(f"{table}{packed}" for table in _TABLES for packed in ("", ".gz")),
        *(f"{REPLIES}{journal}" for journal in ("", "-wal", "-shm")),
    }
)
_CHUNK = 100_000
_BUFFER = 1 << 20
_QUOTED = frozenset(',"\r\n')


class SocietyWriter:
    """A society's folder in the making: ``users.jsonl``, ``follows.csv``, ``posts.jsonl``, ``society.json``.

    Used as a context manager: everything is written beside ``folder``, which takes its place when the block ends well.
    When it does not, nothing is left; what a killed process left is removed by the next writer of the same folder.

    Args:
        folder: the society to make.
        overwrite: whether a society that is there already may be replaced.

    Raises:
        SocietyError: if ``folder`` is taken, or cannot be written.
    """

    def __init__(self, folder: Path | str, *, overwrite: bool = False) -> None:
        self.folder = Path(folder)
        self._overwrite = overwrite
        self._part: Path | None = None
        self._check_free()

    def __enter__(self) -> SocietyWriter:
        try:
            parent = self.folder.absolute().parent
            parent.mkdir(parents=True, exist_ok=True)
            prefix = f".{self.folder.name}.part-{_host()}-"
            _remove_orphans(parent, prefix)
            self._part = Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-", dir=parent))
            self._part.chmod(0o777 & ~_umask())
        except OSError as exc:
            raise self._unwritable(exc) from exc
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        part, self._part = self._folder(), None
        try:
            if kind is None:
                self._put_in_place(part)
        except OSError as exc:
            raise self._unwritable(exc) from exc
        finally:
            shutil.rmtree(part, ignore_errors=True)
        if isinstance(error, OSError):
            raise self._unwritable(error) from error

    def users(self, rows: Iterable[Mapping[str, Any]]) -> int:
        """Write ``users.jsonl``, a line for each of ``rows`` (``user_id`` and whatever is known); how many."""
        return self._jsonl("users.jsonl", rows)

    def posts(self, rows: Iterable[Mapping[str, Any]]) -> int:
        """Write ``posts.jsonl``, a line for each of ``rows`` (``user_id``, ``text``, perhaps ``time``); how many."""
        return self._jsonl("posts.jsonl", rows)

    def follows(self, ids: Sequence[str], graph: FollowGraph) -> int:
        """Write ``follows.csv``, by follower; how many edges.

        Args:
            ids: of the users, by position.
            graph: over those positions.
        """
        cells = [_cell(user) for user in ids]
        a, b = graph.pairs()
        with self._open("follows.csv") as file:
            file.write(b"follower,followee\n")
            for start in range(0, len(a), _CHUNK):
                ends = zip(a[start : start + _CHUNK].tolist(), b[start : start + _CHUNK].tolist(), strict=True)
                file.write("".join([f"{cells[i]},{cells[j]}\n" for i, j in ends]).encode())
        return graph.edges

    def about(self, facts: Mapping[str, Any]) -> None:
        """Write ``society.json``: how the society came about."""
        options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY
        with self._open(ABOUT) as file:
            file.write(orjson.dumps(facts, option=options))

    def put(self, name: str, data: bytes) -> None:
        """Write ``data`` as the file ``name``."""
        with self._open(name) as file:
            file.write(data)

    def copy(self, source: Path) -> None:
        """Take over the file ``source`` under its name, as it is."""
        shutil.copyfile(source, self._folder() / source.name)

    def _jsonl(self, name: str, rows: Iterable[Mapping[str, Any]]) -> int:
        count = 0
        with self._open(name) as file:
            for row in rows:
                file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE, default=_plain))
                count += 1
        return count

    def _open(self, name: str) -> IO[bytes]:
        return (self._folder() / name).open("xb", buffering=_BUFFER)

    def _folder(self) -> Path:
        if self._part is None:
            raise RuntimeError("a society is written inside of a with block")
        return self._part

    def _check_free(self) -> None:
        try:
            found = {entry.name for entry in self.folder.iterdir()}
        except FileNotFoundError:
            return
        except OSError as exc:
            raise self._unwritable(exc) from exc
        if not found:
            return
        wanted = "a new or empty folder"
        if strangers := sorted(found - _FILES):
            got, remedy = f"a folder with {strangers[0]}", "choose another one"
        elif self._overwrite:
            return
        else:
            got, remedy = "a society", "choose another one, or add --overwrite"
        raise SocietyError(explain(str(self.folder), wanted=wanted, got=got, remedy=remedy))

    def _put_in_place(self, part: Path) -> None:
        if self.folder.exists() and not self._overwrite:
            self.folder.rmdir()  # fails unless it is still empty
        if not self.folder.exists():
            os.rename(part, self.folder)
            return
        old = Path(tempfile.mkdtemp(prefix=f".{self.folder.name}.old-", dir=part.parent))
        os.rename(self.folder, old / "society")
        try:
            os.rename(part, self.folder)
        except OSError:
            os.rename(old / "society", self.folder)
            raise
        finally:
            shutil.rmtree(old, ignore_errors=True)

    def _unwritable(self, exc: OSError) -> SocietyError:
        got = exc.strerror or str(exc)
        return SocietyError(explain(str(self.folder), wanted="a folder that can be written", got=got))


def _cell(value: str) -> str:
    """``value`` as a cell of CSV (RFC 4180)."""
    return value if _QUOTED.isdisjoint(value) and value == value.strip() else '"' + value.replace('"', '""') + '"'


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} has no place in a society's files")


def _host() -> str:
    return re.sub(r"\W", "_", platform.node())


def _remove_orphans(parent: Path, prefix: str) -> None:
    """Remove what processes of this machine that live no more have left of unfinished societies."""
    for entry in parent.glob(f"{glob.escape(prefix)}*"):
        process = entry.name.removeprefix(prefix).partition("-")[0]
        if process.isdecimal() and not _lives(int(process)):
            shutil.rmtree(entry, ignore_errors=True)


def _lives(process: int) -> bool:
    if os.name == "nt":  # there, signal 0 would end the process
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
