"""What the tests of raw data share: writing files, and reading a source as a caller does who keeps everything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from s3agents.network.load_report import LoadReport
from s3agents.network.raw.base import RawEdge, RawPost, RawSource, RawUser


class Everything(NamedTuple):
    """All that a source yields, with the account."""

    users: list[RawUser]
    follows: list[RawEdge]
    posts: list[RawPost]
    report: LoadReport

    @property
    def drops(self) -> dict[str, int]:
        """How often something was dropped, by reason."""
        return {reason: drops.count for file in self.report.files for reason, drops in file.reasons()}

    @property
    def examples(self) -> list[str]:
        """Where what was dropped stands, and what it says."""
        return [row.example for row in self.report.rows() if row.example]

    @property
    def edges(self) -> list[tuple[str, str]]:
        """Ends of the edges."""
        return [(edge.follower, edge.followee) for edge in self.follows]


ReadAll = Callable[[RawSource], Everything]
WriteFiles = Callable[[dict[str, str | bytes]], Path]


@pytest.fixture(scope="session")
def read_all() -> ReadAll:
    """Reads a source, keeps everything, and checks what holds for every source."""

    def keep(record: RawUser | RawEdge | RawPost) -> None:
        record.report.kept += 1
        assert record.line > 0

    def read(source: RawSource) -> Everything:
        report = LoadReport()
        users, follows, posts = list(source.users(report)), list(source.follows(report)), list(source.posts(report))
        for record in (*users, *follows, *posts):
            keep(record)
        assert [(f.file, f.read) for f in report.files] == [(f.file, f.kept + f.dropped) for f in report.files]
        assert all(user.id.strip() for user in users)
        assert all(edge.follower.strip() and edge.followee.strip() for edge in follows)
        assert all(post.author.strip() and post.text.strip() for post in posts)
        return Everything(users, follows, posts, report)

    return read


@pytest.fixture
def files(tmp_path: Path) -> WriteFiles:
    """Writes files, given by their paths, below one folder."""

    def write(contents: dict[str, str | bytes]) -> Path:
        home = tmp_path / "raw"
        home.mkdir(exist_ok=True)
        for name, content in contents.items():
            path = home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return home

    return write
