"""Child: the process that holds a run's Chroma, for as long as somebody holds the other end of its standard input.

Frames (:mod:`~s3agents.memory.chroma_frames`) come in there, one for each call of a method of
:class:`~s3agents.memory.chroma_collection.ChromaCollection`, the first of them ``open``; an answer to each goes to
standard output. However its owner ends, kill -9 included, it ends too: it meets the end of its input, and on Linux the
system kills it with its owner, even when it is stopped.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import Queue
from types import MappingProxyType
from typing import Final

from s3agents.errors import MemoryStoreError
from s3agents.memory.chroma_collection import ChromaCollection
from s3agents.memory.chroma_frames import Frame, packed, read_frame, unpacked, write_frame

__all__ = ["main"]

_NAME: Final = b"s3agents-chroma"
_SET_DEATH_SIGNAL, _SET_NAME = 1, 15  # of prctl(2)
_AHEAD = 1
"""Frames that are read ahead of the one at hand; the pipe holds up who sends more."""


def main(owner: int) -> None:
    """Answer frames until the owner says ``close``, or is gone.

    Args:
        owner: id of its process.
    """
    _bind(owner)
    out = os.fdopen(os.dup(1), "wb")  # nobody else writes there
    os.dup2(2, 1)
    frames: Queue[Frame] = Queue(_AHEAD)
    threading.Thread(target=_listen, args=(frames,), daemon=True).start()
    collection: ChromaCollection | None = None
    while True:
        head, body = frames.get()
        try:
            if collection is None:
                collection = _made(head)
            answer = _CALLS[head["call"]](collection, (head, body))
        except MemoryStoreError as error:
            answer = {"error": str(error)}, b""
        write_frame(out, *answer)
        if head["call"] == "close":
            os._exit(0)  # a thread that reads would hold up the usual exit


def _bind(owner: int) -> None:
    """Tie the life of this process to its owner's, and give it a name that lists of processes show."""
    if not sys.platform.startswith("linux"):
        return
    system = ctypes.CDLL(None)
    system.prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    system.prctl(_SET_NAME, _NAME)
    if os.getppid() != owner:  # it went before it could take us along
        os._exit(1)


def _listen(frames: Queue[Frame]) -> None:
    """Take in frames; whoever is in the middle of a write when they end is not waited for."""
    with os.fdopen(os.dup(0), "rb", buffering=1 << 20) as source:
        try:
            while True:
                frames.put(read_frame(source.read))
        except EOFError:
            os._exit(0)
        except ValueError as error:
            print(error, file=sys.stderr, flush=True)  # noqa: T201  (its owner keeps what it says last)
            os._exit(1)


def _made(head: Mapping[str, object]) -> ChromaCollection:
    place, name, embedder = str(head["place"]), str(head["name"]), str(head["embedder"])
    return ChromaCollection(Path(place), name=name, embedder=embedder, timeout=0.0)


def _open(collection: ChromaCollection, frame: Frame) -> Frame:
    del frame
    collection.open()
    return {"began_empty": collection.began_empty}, b""


def _missing(collection: ChromaCollection, frame: Frame) -> Frame:
    return {"ids": collection.missing(frame[0]["ids"])}, b""


def _insert(collection: ChromaCollection, frame: Frame) -> Frame:
    collection.insert(unpacked(frame))
    return {}, b""


def _fetch(collection: ChromaCollection, frame: Frame) -> Frame:
    return packed(collection.fetch(frame[0]["ids"]))


def _count(collection: ChromaCollection, frame: Frame) -> Frame:
    del frame
    return {"count": collection.count()}, b""


def _close(collection: ChromaCollection, frame: Frame) -> Frame:
    del frame
    collection.close()
    return {}, b""


_CALLS: Mapping[str, Callable[[ChromaCollection, Frame], Frame]] = MappingProxyType(
    {"open": _open, "missing": _missing, "insert": _insert, "fetch": _fetch, "count": _count, "close": _close}
)
