"""ReplyStore: every reply of the model that a run got, in one SQLite file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, cast

from autogen_core.models import RequestUsage

from s3agents.errors import ModelError, RecordError, RunFolderError, explain
from s3agents.llm.completion import Completion
from s3agents.llm.reply_codec import decode_error, decode_reply, encode_error, encode_reply

__all__ = ["ReplyStore"]

_KNOWN = 1_000_000
"""Keys that are known without a look-up, at about 120 bytes each; with more of them the file is asked."""

_ROOM = "free some space on the disk, or raise limits.replies_gb, then continue with s3agents resume"
_BATCH = 256
_BATCHES = 8  # of them at once, of outcomes that come by the hundred
_APPLICATION = 0x53335250
_TABLE = """
CREATE TABLE replies (
    key TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('reply', 'error')),
    body BLOB NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    reply_tokens INTEGER NOT NULL
)"""
# A reply is for good; a recorded error gives way to whatever came of asking again.
_PUT = """
INSERT INTO replies VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE
SET kind = excluded.kind, body = excluded.body, prompt_tokens = excluded.prompt_tokens,
    reply_tokens = excluded.reply_tokens WHERE replies.kind = 'error'"""
_DELETE = "DELETE FROM replies WHERE key = ?"
_GET = "SELECT kind, body, prompt_tokens, reply_tokens FROM replies WHERE key = ?"
_KIND = "SELECT kind FROM replies WHERE key = ?"
_SUM = "SELECT COALESCE(SUM(prompt_tokens + reply_tokens), 0) FROM replies"

_Row = tuple[str, bytes, int, int]


class ReplyStore:
    """Replies and errors by request key.

    Entries are written in batches; what was flushed survives the death of the process and a loss of power, and a file
    whose writer was killed opens as it was after its last flush.

    Args:
        path: the file; made if it is not there.
        readonly: open an existing file, and leave it and its folder untouched.
        most_bytes: that the file may take before it counts as full; none for no limit.

    Raises:
        RunFolderError: if the file is no store of replies, or cannot be opened.
    """

    def __init__(self, path: Path | str, *, readonly: bool = False, most_bytes: int | None = None) -> None:
        self.path = Path(path)
        self._pending: dict[str, _Row] = {}
        self._written: set[str] | None = None
        try:
            self._connection = _connect(self.path, readonly=readonly)
        except sqlite3.Error as exc:
            raise self._not_a_store(str(exc)) from exc
        try:
            self._prepare(readonly)
            if most_bytes is not None:
                (page,) = self._connection.execute("PRAGMA page_size").fetchone()
                self._connection.execute(f"PRAGMA max_page_count = {max(1, most_bytes // page)}")
            if not self._connection.execute("SELECT EXISTS (SELECT 1 FROM replies)").fetchone()[0]:
                self._written = set()
        except sqlite3.Error as exc:
            self._connection.close()
            raise self._not_a_store(str(exc)) from exc
        except RunFolderError:
            self._connection.close()
            raise

    def __enter__(self) -> ReplyStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        """Number of entries, replies and errors."""
        self.flush()
        return int(self._read("SELECT COUNT(*) FROM replies")[0])

    def get(self, key: str) -> Completion | ModelError | None:
        """What was recorded under ``key``.

        Raises:
            RecordError: if the file cannot be read.
        """
        row = self._pending.get(key) or self._look_up(_GET, key)
        if not row:
            return None
        kind, body, prompt_tokens, reply_tokens = row
        try:
            return (
                decode_reply(body, RequestUsage(prompt_tokens, reply_tokens)) if kind == "reply" else decode_error(body)
            )
        except ValueError as exc:
            raise RecordError(f"{self.path}: the reply under {key} is damaged: {exc}") from exc

    def put(self, key: str, outcome: Completion | ModelError) -> None:
        """Record a reply, or the error that came instead of one. A recorded reply is never replaced.

        Raises:
            RecordError: if the file cannot be read, or a batch was due and could not be written.
        """
        if isinstance(outcome, Completion):
            usage = outcome.usage
            row = ("reply", encode_reply(outcome), usage.prompt_tokens, usage.completion_tokens)
        else:
            row = ("error", encode_error(outcome), 0, 0)
        held = self._pending.get(key) or self._look_up(_KIND, key)
        if not held or held[0] == "error":
            self._pending[key] = row
        if len(self._pending) >= _BATCH:
            self.flush()

    def keep(self, rows: Iterable[tuple[str, str, bytes, int, int]]) -> None:
        """Record outcomes that were had elsewhere, in the place of what is there.

        Where turns are taken again, as after a crash, the model is asked again, and may say something else: what is to
        be replayed is what came last.

        Args:
            rows: key, ``reply`` or ``error``, encoded outcome, tokens of the prompt and of the reply.

        Raises:
            RecordError: if the file cannot be read or written.
        """
        for key, *row in rows:
            if self._look_up(_KIND, key):
                self._write("replace a reply", _DELETE, [(key,)])
            self._pending[key] = cast(_Row, tuple(row))
        if len(self._pending) >= _BATCHES * _BATCH:
            self.flush()

    def tokens(self) -> int:
        """Tokens of all recorded replies and their prompts: what a resumed run has used of its budget.

        Raises:
            RecordError: if the file cannot be read.
        """
        self.flush()
        return int(self._read(_SUM)[0])

    def flush(self) -> None:
        """Write what is pending, in one transaction.

        Raises:
            RecordError: if it cannot be written; it stays pending.
        """
        if not self._pending:
            return
        rows = ((key, *row) for key, row in self._pending.items())
        self._write(f"write {len(self._pending)} replies", _PUT, rows)
        if self._written is not None:
            self._written.update(self._pending)
            self._written = self._written if len(self._written) <= _KNOWN else None
        self._pending.clear()

    def close(self) -> None:
        """Write what is pending and close the file. Safe to repeat.

        Raises:
            RecordError: if the rest cannot be written.
        """
        try:
            self.flush()
        finally:
            self._connection.close()

    def _write(self, doing: str, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        try:
            with self._connection:
                self._connection.execute("BEGIN IMMEDIATE")
                self._connection.executemany(statement, rows)
        except sqlite3.Error as exc:
            full = getattr(exc, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
            remedy = f" ({_ROOM})" if full else ""
            raise RecordError(f"{self.path}: cannot {doing}: {exc}{remedy}") from exc

    def _prepare(self, readonly: bool) -> None:
        """Check that the file is a store, or make it one."""
        connection = self._connection
        if connection.execute("PRAGMA application_id").fetchone()[0] == _APPLICATION:
            return
        if readonly or connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]:
            raise self._not_a_store("another file")
        connection.execute("PRAGMA journal_mode = WAL")
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(_TABLE)
            connection.execute(f"PRAGMA application_id = {_APPLICATION}")

    def _look_up(self, statement: str, key: str) -> tuple[Any, ...]:
        """What the file has of ``key``.

        A store that began empty holds what it has written itself, and a look-up in the file is what costs.
        """
        return () if self._written is not None and key not in self._written else self._read(statement, key)

    def _read(self, statement: str, *values: str) -> tuple[Any, ...]:
        """The first row that ``statement`` finds, or none of its columns."""
        try:
            return self._connection.execute(statement, values).fetchone() or ()
        except sqlite3.Error as exc:
            raise RecordError(f"{self.path}: cannot read the recorded replies: {exc}") from exc

    def _not_a_store(self, got: str) -> RunFolderError:
        return RunFolderError(explain(str(self.path), wanted="a file of recorded replies", got=got))


def _connect(path: Path, *, readonly: bool) -> sqlite3.Connection:
    """Open the file; one on read-only ground is opened as immutable, since SQLite would want to write beside it."""
    mode = "ro" if readonly else "rwc"
    if readonly and not os.access(path.parent, os.W_OK) and not path.with_name(f"{path.name}-wal").exists():
        mode = "ro&immutable=1"
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    return connection
