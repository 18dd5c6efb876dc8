"""A society's folder: which files it must and may have, and reading them in their order."""

from __future__ import annotations

from pathlib import Path

from s3agents.errors import SocietyError, explain
from s3agents.ids import UserId
from s3agents.network.graph import FollowGraph
from s3agents.network.load_report import LoadReport
from s3agents.network.parts import Parts
from s3agents.network.read_follows import read_follows
from s3agents.network.read_posts import read_posts
from s3agents.network.read_users import read_users
from s3agents.persona import Persona

__all__ = ["has_people", "read_folder", "read_people"]

_USERS = ("users.jsonl", "users.jsonl.gz", "users.csv", "users.csv.gz", "users.parquet")
_FOLLOWS = ("follows.csv", "follows.csv.gz")
_POSTS = ("posts.jsonl", "posts.jsonl.gz")
_LISTED = 8


def read_folder(folder: Path, *, strict: bool = False) -> Parts:
    """Users, graph and history of the society in ``folder``, with the account of what was dropped.

    Args:
        folder: holds one of ``users.jsonl``, ``users.csv`` (both also ``.gz``) and ``users.parquet``; ``follows.csv``
            with the columns ``follower`` and ``followee``; and perhaps ``posts.jsonl`` (both also ``.gz``).
        strict: whether anything that would be dropped is an error.

    Raises:
        SocietyError: if the folder or a file cannot be used, or ``strict`` finds something.
    """
    names = _names(folder)
    posts_file = _only(folder, names, _POSTS) if names & set(_POSTS) else None
    report = LoadReport()
    users, graph = read_people(folder, report)
    index = {user: i for i, user in enumerate(users)}
    history = read_posts(posts_file, index.keys(), report.open(posts_file.name)) if posts_file else {}
    if strict and not report.clean:
        raise SocietyError("\n  ".join([f"{folder}: strict loading found what cannot be used:", *report.problems()]))
    return Parts(list(users.values()), graph, history, report)


def read_people(folder: Path, report: LoadReport) -> tuple[dict[UserId, Persona], FollowGraph]:
    """Users by id and the graph over their order, without the posts that may lie beside them.

    Args:
        folder: as of :func:`read_folder`.
        report: where the two files are accounted for.

    Raises:
        SocietyError: if the folder or one of the two files cannot be used.
    """
    names = _names(folder)
    users_file, follows_file = _only(folder, names, _USERS), _only(folder, names, _FOLLOWS)
    users = read_users(users_file, report.open(users_file.name))
    index = {user: i for i, user in enumerate(users)}
    return users, read_follows(follows_file, index, report.open(follows_file.name))


def has_people(folder: Path) -> bool:
    """Whether ``folder`` has files of users and of follow edges."""
    names = _names(folder)
    return bool(names & set(_USERS)) and bool(names & set(_FOLLOWS))


def _names(folder: Path) -> set[str]:
    try:
        return {entry.name for entry in folder.iterdir()}
    except OSError as exc:
        wanted, got = "a folder with users.* and follows.csv", exc.strerror or str(exc)
        raise SocietyError(explain(str(folder), wanted=wanted, got=got, remedy="check the path")) from exc


def _only(folder: Path, names: set[str], candidates: tuple[str, ...]) -> Path:
    """The one of ``candidates`` that the folder has."""
    found = sorted(names & set(candidates))
    if len(found) == 1:
        return folder / found[0]
    if found:
        got, remedy = " and ".join(found), "keep one of them"
    else:
        listed = sorted(names)[:_LISTED]
        got = ", ".join(listed) + (" ..." if len(names) > _LISTED else "") if names else "an empty folder"
        remedy = "add the file"
    wanted = f"exactly one of {', '.join(candidates)}"
    raise SocietyError(explain(str(folder), wanted=wanted, got=got, remedy=remedy))
