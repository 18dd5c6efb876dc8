"""Earlier posts of the users from ``posts.jsonl``: what they wrote before the run."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from s3agents.ids import UserId
from s3agents.network.load_report import FileReport
from s3agents.network.persona_fields import user_id
from s3agents.network.read_jsonl import read_jsonl
from s3agents.network.reply_chains import ReplyChains

__all__ = ["read_posts"]

_TIMES = ("time", "t_min", "tick")
_BEFORE_ALL = -math.inf


def read_posts(path: Path, users: Collection[UserId], report: FileReport) -> dict[UserId, tuple[str, ...]]:
    """The texts of each user who has any, newest last.

    The first of ``time`` (a number or ISO 8601, UTC unless it says otherwise), ``t_min`` and ``tick`` that a line has
    gives the order; lines of one time keep the order of the file, lines without time come before the others.

    Raises:
        SocietyError: if the file cannot be read, or its posts answer one another in a circle.
    """
    posts: dict[UserId, list[tuple[float, str]]] = {}
    chains = ReplyChains(path)
    for line, row in read_jsonl(path, report):
        chains.note(row, line)
        author = _author(row, users, line=line, report=report)
        if author is None:
            continue
        text = row.get("text")
        if not isinstance(text, str) or not text.strip():
            report.drop_row("no text", line, text)
            continue
        posts.setdefault(author, []).append((_time(row, line, report), text))
        report.kept += 1
    chains.check()
    return {user: tuple(text for _, text in sorted(timed, key=_when)) for user, timed in posts.items()}


def _when(post: tuple[float, str]) -> float:
    return post[0]


def _author(row: Mapping[str, Any], users: Collection[UserId], *, line: int, report: FileReport) -> UserId | None:
    given = row.get("user_id")
    author = user_id(given)
    if author is None:
        report.drop_row("no usable user_id", line, given)
    elif author not in users:
        report.drop_row("unknown user", line, author)
    else:
        return author
    return None


def _time(row: Mapping[str, Any], line: int, report: FileReport) -> float:
    column = next((name for name in _TIMES if row.get(name) not in (None, "")), None)
    if column is None:
        return _BEFORE_ALL
    time = _moment(row[column])
    if time is None:
        report.drop_value(f"invalid {column}", line, row[column])
        return _BEFORE_ALL
    return time


def _moment(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
