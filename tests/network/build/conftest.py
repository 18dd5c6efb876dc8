"""What the tests of building share: raw data given as lists, and a way to build from them and read the result."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest

from s3agents.config.build import BuildOptions
from s3agents.network.build.account import BuildAccount, Funnel
from s3agents.network.build.build import build_society_from
from s3agents.network.load_report import LoadReport
from s3agents.network.raw.base import RawEdge, RawPost, RawUser
from s3agents.network.society import Society


@dataclass
class Listed:
    """A RawSource of lists: records of users and posts as keyword arguments, edges as pairs."""

    people: Sequence[dict[str, Any]] = ()
    edges: Sequence[tuple[str, str]] = ()
    written: Sequence[dict[str, Any]] = ()
    states_users: bool = True
    layout: str = "listed"
    cases: int = 0
    readings: list[str] = field(default_factory=list)

    def users(self, report: LoadReport) -> Iterator[RawUser]:
        """One file."""
        self.readings.append("users")
        file = report.open("people.list")
        for file.read, record in enumerate(self.people, start=1):
            yield RawUser(**record, line=file.read, report=file)

    def posts(self, report: LoadReport) -> Iterator[RawPost]:
        """Two files, in turns."""
        self.readings.append("posts")
        files = report.open("posts-1.list"), report.open("posts-2.list")
        if self.cases:
            cases = report.open("cases.list")
            cases.read = cases.kept = self.cases
        for number, record in enumerate(self.written):
            file = files[number % 2]
            file.read += 1
            blank = {"id": "", "time": None, "kind": "post", "parent": ""}
            yield RawPost(**{**blank, **record}, line=file.read, report=file)

    def follows(self, report: LoadReport) -> Iterator[RawEdge]:
        """One file."""
        self.readings.append("follows")
        file = report.open("edges.list")
        for file.read, (follower, followee) in enumerate(self.edges, start=1):
            yield RawEdge(follower, followee, file.read, file)


class Built(NamedTuple):
    """A society that was built."""

    account: BuildAccount
    folder: Path

    @property
    def society(self) -> Society:
        """As it loads, with nothing dropped."""
        return Society.load(self.folder, strict=True)

    @property
    def users(self) -> list[dict[str, Any]]:
        """Lines of ``users.jsonl``."""
        return [orjson.loads(line) for line in (self.folder / "users.jsonl").read_bytes().splitlines()]

    @property
    def posts(self) -> list[dict[str, Any]]:
        """Lines of ``posts.jsonl``."""
        file = self.folder / "posts.jsonl"
        return [orjson.loads(line) for line in file.read_bytes().splitlines()] if file.exists() else []

    @property
    def ids(self) -> list[str]:
        """Of the users, in order."""
        return [row["user_id"] for row in self.users]

    @property
    def edges(self) -> set[tuple[str, str]]:
        """As ids."""
        society = self.society
        return {(a, b) for a in society.ids for b in society.followees(a)}


Build = Callable[..., Built]


@pytest.fixture(scope="session")
def listed() -> type[Listed]:
    """Raw data given as lists."""
    return Listed


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Builds a society from raw data; what is no option of a build goes to ``build_society_from``."""
    home = tmp_path_factory.mktemp("built")
    own = {"name", "overwrite", "strict", "pseudonyms", "keep_columns", "progress"}

    def built(raw: Listed, out: Path | None = None, **options: Any) -> Built:
        folder = home / f"society-{len(list(home.iterdir()))}" if out is None else out
        chosen = BuildOptions.model_validate({name: v for name, v in options.items() if name not in own})
        more = {name: value for name, value in options.items() if name in own}
        return Built(build_society_from(raw, chosen, folder, **more), folder)

    return built


def balanced(funnel: Funnel) -> bool:
    """Whether nothing is missing from ``funnel``."""
    lost = sum(loss.count for loss in (*funnel.unusable, *funnel.left_out))
    return funnel.read + funnel.met == funnel.helpers + funnel.kept + lost


@pytest.fixture(scope="session")
def check_balance() -> Callable[[BuildAccount], None]:
    """Fails unless every record is accounted for."""

    def check(account: BuildAccount) -> None:
        assert balanced(account.users)
        assert balanced(account.follows)
        assert balanced(account.posts)

    return check
