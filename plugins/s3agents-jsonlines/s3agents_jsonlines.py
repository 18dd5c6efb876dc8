"""JsonLines: every tick of a run as a line of JSON, in a file beside the record, for whatever reads along."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from s3agents.events import Post
from s3agents.record.base import TickRecord, TurnRecord

__all__ = ["JsonLines"]


class JsonLines:
    """A recorder beside the record; see :class:`s3agents.record.second.SecondRecorder`.

    A line tells of a tick: ``tick``, ``posts`` and ``turns``, both in their total order. It is on file when the tick is
    committed. In a fork the file begins with the first tick of the fork's own.

    Args:
        file: its name, in the folder of the run.
        exposures: whether turns tell what was in the inbox.

    Raises:
        ValueError: if the name leads out of the folder of the run.
    """

    def __init__(self, *, file: str = "ticks.jsonl", exposures: bool = False) -> None:
        if Path(file).name != file or file in {"", ".", ".."}:
            raise ValueError(f"file: the name of a file in the folder of the run, got {file!r}")
        self._name, self._exposures = file, exposures
        self._file: IO[str] | None = None

    def begin(self, folder: Path, tick: int) -> None:
        """Go on after ``tick``; later lines, and half a line that a crash left, are removed."""
        path = folder / self._name
        kept = [line for line, number in _lines(path) if number <= tick]
        part = path.with_name(f"{path.name}.part")
        part.write_text("".join(kept), encoding="ascii")
        os.replace(part, path)
        self._file = path.open("a", encoding="ascii")

    def commit(self, record: TickRecord) -> None:
        """Write a line."""
        if self._file is None:
            raise ValueError("a tick before the run has begun")
        posts, turns = [_post(post) for post in record.posts], [self._turn(turn) for turn in record.turns]
        line = {"tick": record.tick, "users": record.users, "posts": posts, "turns": turns}
        self._file.write(json.dumps(line, separators=(",", ":")) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file. Safe to repeat."""
        if self._file is not None:
            self._file.close()

    def _turn(self, turn: TurnRecord) -> dict[str, Any]:
        emotion, attitude = turn.emotion, turn.attitude
        row: dict[str, Any] = {
            "user": turn.user,
            "mode": turn.mode,
            "action": turn.action,
            "target": turn.target,
            "emotion": None if emotion is None else emotion.level,
            "attitude": None if attitude is None else attitude.stance,
            "p_positive": None if attitude is None else attitude.p_positive,
            "fault": None if turn.fault is None else turn.fault.cause,
        }
        if self._exposures:
            row["exposures"] = [[seen.post, seen.source, seen.attended] for seen in turn.exposures]
        return row


def _post(post: Post) -> dict[str, Any]:
    return {
        "id": post.id,
        "author": post.author,
        "kind": post.kind,
        "parent": post.parent,
        "root": post.root,
        "text": post.text,
        "emotion": post.emotion,
        "attitude": post.attitude,
    }


def _lines(path: Path) -> Iterator[tuple[str, int]]:
    """The whole lines of a file, with their ticks."""
    if not path.exists():
        return
    with path.open(encoding="ascii") as file:
        for line in file:
            if line.endswith("\n"):
                yield line, json.loads(line)["tick"]
