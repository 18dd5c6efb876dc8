"""ChromaProcess: a Chroma collection in a process of its own, which a crash of it does not take the run with.

Chroma keeps the interpreter's lock while it writes: in the run's own process nothing else goes on meanwhile, on
whatever thread.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

import structlog

from s3agents.errors import MemoryStoreError, explain
from s3agents.ids import TextId
from s3agents.memory.base import StoredText
from s3agents.memory.chroma_frames import Frame, packed, read_frame, unpacked, write_frame

__all__ = ["ChromaProcess"]

_log = structlog.get_logger(__name__)

_PROGRAM: Final = """
import os, sys
sys.path[:] = sys.argv[2].split(os.pathsep)
from s3agents.memory.chroma_child import main
main(int(sys.argv[1]))
"""
_AT_ONCE: Final = 2_048  # texts in a frame
_TRIES: Final = 3  # at one call, each in a process anew
_STOP_SECONDS: Final = 15.0
_LAST_WORDS: Final = 500


class ChromaProcess:
    """What :class:`~s3agents.memory.chroma_collection.ChromaCollection` does in a folder, done in a process of its own.

    Its methods block and belong on one thread, which must live as long as the process is wanted. The process ends with
    its owner, even one that is killed (:mod:`~s3agents.memory.chroma_child`); Ctrl-C in a terminal reaches the owner
    alone. One that ends before it was told to is started again on what it has written, and asked again; one that does
    so three times at one call is given up.

    Args:
        folder: of the collection; made if it is not there.
        name: of the collection.
        embedder: name of what makes the vectors; the collection remembers it and takes no other.
        timeout: seconds after which a process that does not answer is ended, and started again.

    Attributes:
        began_empty: whether there was no text when it was opened.
    """

    def __init__(self, folder: Path, *, name: str, embedder: str, timeout: float) -> None:
        self._folder, self._name, self._embedder, self._timeout = folder, name, embedder, timeout
        self._process: subprocess.Popen[bytes] | None = None
        self._complaints: IO[bytes] | None = None
        self._opened = False
        self.began_empty = False

    @property
    def is_open(self) -> bool:
        """Whether it has been opened."""
        return self._opened

    def open(self) -> None:
        """Start the process, and have it open the collection, or make it. Safe to repeat.

        Raises:
            MemoryStoreError: if it cannot be opened, was filled by another embedder, or there can be no process.
        """
        if not self._opened:
            head, _ = self._asked({"call": "open"})
            self._opened, self.began_empty = True, head["began_empty"]

    def missing(self, ids: Sequence[TextId]) -> list[TextId]:
        """Those of ``ids`` that are not there."""
        self.open()
        return [TextId(key) for key in self._asked({"call": "missing", "ids": list(ids)})[0]["ids"]]

    def insert(self, texts: Mapping[TextId, StoredText]) -> None:
        """Keep ``texts``; what is there stays."""
        self.open()
        left = iter(texts.items())
        while part := dict(islice(left, _AT_ONCE)):
            head, body = packed(part)
            self._asked({"call": "insert", **head}, body)

    def fetch(self, ids: Sequence[TextId]) -> dict[TextId, StoredText]:
        """The texts of ``ids``; those that are not there are left out."""
        self.open()
        found: dict[TextId, StoredText] = {}
        for start in range(0, len(ids), _AT_ONCE):
            found |= unpacked(self._asked({"call": "fetch", "ids": list(ids[start : start + _AT_ONCE])}))
        return found

    def count(self) -> int:
        """Number of texts."""
        self.open()
        count: int = self._asked({"call": "count"})[0]["count"]
        return count

    def close(self) -> None:
        """Have the process let go of its files, and end. Safe to repeat."""
        if self._process is None:
            return
        try:
            if self._opened:
                self._ask({"call": "close"})
        except EOFError as exc:
            raise MemoryStoreError(self._told("has ended while it was being closed")) from exc
        finally:
            self._opened = False
            self._end(_STOP_SECONDS)

    def _asked(self, head: Mapping[str, Any], body: bytes = b"") -> Frame:
        """The answer to a call, of a process that is started again if it ends meanwhile."""
        for tries in range(1, _TRIES + 1):
            try:
                self._begin()
                return self._ask(head, body)
            except EOFError:
                ended = self._told("has ended, or did not answer")
                self._end(0.0)
                _log.warning("the process of Chroma has ended; it is started again", times=tries, why=ended)
        raise MemoryStoreError(f"{ended}, {_TRIES} times ({self._remedy})")

    def _begin(self) -> None:
        """Have a process; one that takes the place of another opens what that had opened."""
        if self._process is None:
            self._process = self._launch()
            if self._opened:
                self._ask({"call": "open"})

    def _ask(self, head: Mapping[str, Any], body: bytes = b"") -> Frame:
        """The answer of the process at hand.

        Raises:
            EOFError: if it has ended, or is ended since it does not answer.
            MemoryStoreError: what it told of.
        """
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise EOFError
        if head["call"] == "open":
            head = {**head, "place": str(self._folder.absolute()), "name": self._name, "embedder": self._embedder}
        patience = threading.Timer(self._timeout, process.kill)
        patience.start()
        try:
            write_frame(process.stdin, head, body)
            answer = read_frame(process.stdout.read)
        except (OSError, ValueError) as exc:  # a broken pipe
            raise EOFError from exc
        finally:
            patience.cancel()
        if (error := answer[0].get("error")) is not None:
            raise MemoryStoreError(error)
        return answer

    def _launch(self) -> subprocess.Popen[bytes]:
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the process)
        try:
            return subprocess.Popen(  # noqa: S603  (ourselves)
                [sys.executable, "-I", "-c", _PROGRAM, str(os.getpid()), os.pathsep.join(sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
                start_new_session=True,
            )
        except OSError as exc:
            self._complaints.close()
            raise MemoryStoreError(explain("process of Chroma", wanted="it to start", got=str(exc))) from exc

    def _end(self, patience: float) -> None:
        """End the process, within ``patience`` seconds by itself."""
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                _close_quietly(pipe)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._complaints is not None:
            self._complaints.close()

    def _told(self, what: str) -> str:
        """What has become of the process, with its last words."""
        words = ""
        if self._complaints is not None:
            end = self._complaints.seek(0, os.SEEK_END)
            self._complaints.seek(max(0, end - _LAST_WORDS))
            words = self._complaints.read().decode("utf-8", "replace").strip()
        status = None if self._process is None else self._process.poll()
        why = "" if status is None else f" (exit status {status})"
        return f"the process of Chroma in {self._folder} {what}{why}" + (f"; its last words: {words}" if words else "")

    @property
    def _remedy(self) -> str:
        return (
            "is there memory and room on the disk? The folder may be deleted: it is rebuilt from the record on resume"
        )


def _close_quietly(pipe: IO[bytes]) -> None:
    """Close one end, whoever has gone at the other."""
    try:
        pipe.close()
    except OSError:
        return
