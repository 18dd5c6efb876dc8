"""Filling columns of JSON lines: members of an object are added, replaced or taken out; all others stay as written."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from typing import NamedTuple

import orjson

from s3agents.persona import Scalar

__all__ = ["filled_jsonl"]

_JSON = json.JSONDecoder(strict=False, parse_int=str, parse_float=str)  # numbers of any length
_BLANK = re.compile(r"[ \t\r\n]*")


class _Member(NamedTuple):
    key: str
    start: int
    colon: str
    end: int


def filled_jsonl(text: str, edits: Mapping[int, Mapping[str, Scalar | None]]) -> str:
    """``text`` with new values in some lines.

    Args:
        text: the file.
        edits: by number of a line, from 1, which holds an object that is not empty: key to value, ``None`` to take the
            key out.
    """
    lines = io.StringIO(text, newline="\n")
    return "".join(_filled(line, edits[n]) if n in edits else line for n, line in enumerate(lines, 1))


def _filled(line: str, values: Mapping[str, Scalar | None]) -> str:
    begin = line.index("{") + 1  # a byte order mark may stand before it
    members = _members(line, begin)
    colon = members[0].colon
    gap = line[members[0].end : members[1].start] if len(members) > 1 else colon.replace(":", ",")
    left = dict(values)
    texts = []
    for member in members:
        if member.key not in values:
            texts.append(line[member.start : member.end])
        elif (value := left.pop(member.key, None)) is not None:
            texts.append(_written(member.key, member.colon, value))
    texts += [_written(key, colon, value) for key, value in left.items() if value is not None]
    return line[: members[0].start] + gap.join(texts) + line[members[-1].end :]


def _members(line: str, begin: int) -> list[_Member]:
    """The members of the object that opens before ``begin``."""
    members = []
    at = _skip(line, begin)
    while line[at] == '"':
        start = at
        key, at = _JSON.raw_decode(line, at)
        name_end, at = at, _skip(line, _skip(line, at) + 1)
        colon = line[name_end:at]
        _, at = _JSON.raw_decode(line, at)
        members.append(_Member(key, start, colon, at))
        at = _skip(line, _skip(line, at) + 1)
        if at >= len(line):
            break
    return members


def _skip(line: str, at: int) -> int:
    blank = _BLANK.match(line, at)
    return blank.end() if blank else at


def _written(key: str, colon: str, value: Scalar) -> str:
    return f"{orjson.dumps(key).decode()}{colon}{orjson.dumps(value).decode()}"
