"""RawSource: the port of raw data. A layout (tables, PHEME, edge list, ...) reads users, posts and edges one by one.

Every record knows its file and line, so that whoever refuses it later can account for it where it came from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

from s3agents.network.load_report import FileReport, LoadReport

__all__ = ["PostKind", "RawEdge", "RawPost", "RawSource", "RawUser"]

PostKind = Literal["post", "forward", "reply"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawUser:
    """A user as the platform describes them.

    Attributes:
        id: not blank; whole numbers as their decimal text.
        handle: the name behind ``@`` in posts, without it.
        traits: columns of a society's users file: ``gender``, ``age``, ``occupation``, ``bio``, ``attitude`` and any
            further attribute; plain values, nothing that is absent.
        followers: as the platform counts them, all over the platform.
        followees: likewise.
        posts: likewise, posts ever written.
        created: when the account was made, seconds since 1970 (UTC).
        verified: whether the platform vouches for the account.
        line: where the record begins.
        report: the account of its file.
    """

    id: str
    handle: str | None = None
    traits: Mapping[str, Any] = field(default_factory=dict)
    followers: int | None = None
    followees: int | None = None
    posts: int | None = None
    created: float | None = None
    verified: bool | None = None
    line: int
    report: FileReport


class RawPost(NamedTuple):
    """A post, forwarded post or reply.

    Attributes:
        id: of the post; empty where the data give none.
        author: id of the user who published it; not blank.
        text: not blank; of a forwarded post, the text of the original.
        time: seconds since 1970 (UTC), ``None`` where the data do not say.
        kind: what it is.
        parent: id of the post that it forwards or answers; empty if none or unknown.
        line: where the record begins.
        report: the account of its file.
    """

    id: str
    author: str
    text: str
    time: float | None
    kind: PostKind
    parent: str
    line: int
    report: FileReport


class RawEdge(NamedTuple):
    """``follower`` follows ``followee``; both are ids and not blank."""

    follower: str
    followee: str
    line: int
    report: FileReport


class RawSource(Protocol):
    """Raw data that can be read more than once, one record at a time, never as a whole.

    A reader counts in ``report`` every record that it reads (``read``) and accounts for those that it cannot use
    (``drop_row``) or uses in part (``drop_value``). What it yields its caller may keep (``record.report.kept += 1``) or
    drop (``record.report.drop_row(reason, record.line, value)``): duplicates and unknown users are for the caller to
    find.
    """

    layout: str
    """Name of the layout, such as ``tables``."""
    states_users: bool
    """Whether the data list their users; if not, everybody who writes or follows or is followed is one."""

    def users(self, report: LoadReport) -> Iterator[RawUser]:
        """The users, in the order of the data; their files are accounted for in ``report``."""
        ...

    def posts(self, report: LoadReport) -> Iterator[RawPost]:
        """The posts, in the order of the data, the same at each reading."""
        ...

    def follows(self, report: LoadReport) -> Iterator[RawEdge]:
        """The follow edges, in the order of the data."""
        ...
