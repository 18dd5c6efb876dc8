"""Which files of a folder hold users, follow edges and posts: by their names, or by somebody's patterns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from s3agents.errors import SocietyError, explain
from s3agents.network.load_report import FileReport
from s3agents.network.raw.columns import Columns, remedy_of
from s3agents.network.raw.rows import is_table, open_table
from s3agents.network.raw.synonyms import FOLLOWS, POSTS, USERS

__all__ = ["Part", "listed", "match_files", "name_tables", "table_part"]

Part = Literal["users", "follows", "posts"]

_WORDS: Mapping[str, Part] = {
    **dict.fromkeys(("user", "users", "profile", "profiles", "account", "accounts"), "users"),
    **dict.fromkeys(
        ("follow", "follows", "follower", "followers", "followee", "followees", "edge", "edges", "relation",
         "relations", "following", "friends"), "follows",
    ),
    **dict.fromkeys(("post", "posts", "tweet", "tweets", "status", "statuses", "weibo", "weibos"), "posts"),
}  # fmt: skip
_NO_LETTERS = re.compile(r"[^a-z]+")
_NUMBERED = re.compile(r"[-_. ]*(part)?[-_. ]*\d+([-_. ]\d+)*$")
_LISTED = 8
_MEANINGS: Mapping[Part, Mapping[str, tuple[str, ...]]] = {"posts": POSTS, "follows": FOLLOWS, "users": USERS}
_TELLING: Mapping[Part, tuple[str, ...]] = {
    "posts": ("author", "text"), "follows": ("follower", "followee"), "users": ("id",),
}  # fmt: skip


def name_tables(folder: Path, names: Sequence[str]) -> dict[Part, list[Path]]:
    """The tables among ``names``, files of ``folder``, by what the last known word of their names says.

    Files that only a number tells apart (``posts-1.csv``, ``posts-2.csv``) belong together.

    Raises:
        SocietyError: if several files could be the one.
    """
    found: dict[Part, list[Path]] = {}
    for name in sorted(names):
        part = _part(name)
        if part is not None and not name.startswith("."):
            found.setdefault(part, []).append(folder / name)
    for part, files in found.items():
        if len({_without_number(file.name) for file in files}) > 1:
            got, remedy = listed([file.name for file in files]), "keep one, or name it in a mapping"
            raise SocietyError(explain(f"{folder}: {part}", wanted="one file", got=got, remedy=remedy))
    return found


def table_part(file: Path) -> Part:
    """What the table ``file`` holds: what its name says, otherwise what its columns are.

    Raises:
        SocietyError: if neither tells.
    """
    part = _part(file.name)
    if part is not None:
        return part
    table = open_table(file, FileReport(file.name))
    names = table.columns if table.columns is not None else tuple(next(((*row,) for _, row in table.rows), ()))
    columns = {part: Columns(names, meanings, None) for part, meanings in _MEANINGS.items()}
    for part, found in columns.items():
        if all(meaning in found for meaning in _TELLING[part]):
            return part
    remedy = remedy_of(names)
    raise SocietyError(
        explain(f"{file}: columns", wanted="those of users, follows or posts", got=listed(names), remedy=remedy)
    )


def match_files(folder: Path, patterns: Sequence[str], part: Part) -> list[Path]:
    """The files of ``folder`` that match ``patterns``, sorted within each.

    Raises:
        SocietyError: if a pattern matches none.
    """
    found: dict[Path, None] = {}
    for pattern in patterns:
        try:
            files = _matching(folder, pattern)
            names = [] if files else sorted(entry.name for entry in folder.iterdir())
        except (OSError, ValueError, NotImplementedError) as exc:
            raise SocietyError(explain(f"{folder}: {part}", wanted=f"files {pattern}", got=str(exc))) from exc
        if not files:
            raise SocietyError(explain(f"{folder}: {part}", wanted=f"files {pattern}", got=listed(names)))
        found.update(dict.fromkeys(files))
    return list(found)


def _matching(folder: Path, pattern: str) -> list[Path]:
    if (folder / pattern).exists():
        return [folder / pattern]
    return [file for file in sorted(folder.glob(pattern)) if not file.name.startswith(".") and file.is_file()]


def listed(names: Sequence[str]) -> str:
    """The first of ``names``, to be shown."""
    return ", ".join(names[:_LISTED]) + (" ..." if len(names) > _LISTED else "") if names else "nothing"


def _part(name: str) -> Part | None:
    if not is_table(Path(name)):
        return None
    words = _NO_LETTERS.split(_stem(name).lower())
    return next((_WORDS[word] for word in reversed(words) if word in _WORDS), None)


def _without_number(name: str) -> str:
    stem = _stem(name)
    return _NUMBERED.sub("", stem) + name[len(stem) :]


def _stem(name: str) -> str:
    path = Path(name)
    return (path.with_suffix("") if path.suffix == ".gz" else path).stem
