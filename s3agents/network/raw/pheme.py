"""PHEME: Twitter conversations around rumours, as published, thread by thread.

Read are the rumour scheme dataset (Zubiaga et al. 2016, PLoS ONE 11(3):e0150989; figshare 2068650), with threads in
``threads/LANGUAGE/EVENT/ID``, and its sisters for detection and veracity (figshare 4010619 and 6392078), with threads
in ``EVENT/rumours/ID`` and ``EVENT/non-rumours/ID``. A thread is a folder with

- ``source-tweets`` (or ``source-tweet``): a file with the tweet that began it, an object of Twitter's interface v1.1;
- ``reactions``: files with the tweets that answer it or one another;
- ``retweets.json``: the retweets of the source, one object a line (rumour scheme only);
- ``who-follows-whom.dat``: a line ``A B``, with a tab between the ids, for each user A of the thread who follows the
  user B (the dataset's README: "the user with the first ID follows the user with the second ID"); mutual follows take
  two lines. An edge stands in every thread in which both took part.

``structure.json`` repeats what the tweets say; ``annotation.json`` and ``url-content`` are about stories, not users.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from s3agents.errors import SocietyError, explain
from s3agents.network.load_report import FileReport, LoadReport
from s3agents.network.raw.base import PostKind, RawEdge, RawPost, RawUser
from s3agents.network.raw.columns import Plans
from s3agents.network.raw.dates import moment
from s3agents.network.raw.lines import raw_lines
from s3agents.network.raw.part_report import PartReport
from s3agents.network.raw.rows import Row, Table, open_table
from s3agents.network.raw.synonyms import POSTS, USERS
from s3agents.network.raw.table_posts import Posts, plan_posts
from s3agents.network.raw.table_users import Users, plan_users
from s3agents.network.raw.values import id_of, why_no_id
from s3agents.network.read_lines import LINE_BYTES, Fault, open_bytes

__all__ = ["PhemeSource", "is_pheme"]

_SOURCES = ("source-tweets", "source-tweet")
_DEEPEST = 5
_PROFILE = (
    "id_str", "id", "screen_name", "name", "description", "location", "lang", "time_zone", "created_at", "verified",
    "followers_count", "friends_count", "statuses_count", "listed_count", "favourites_count",
)  # fmt: skip


class _File(NamedTuple):
    """A file of tweets, and what its place says of their kind."""

    path: Path
    kind: PostKind


def is_pheme(folder: Path) -> bool:
    """Whether ``folder`` holds a thread, at most five levels deep."""
    return next(_threads(folder), None) is not None


class PhemeSource:
    """Raw data in the folders of PHEME; of memory, users take an id each.

    Not everybody in ``who-follows-whom.dat`` has a tweet in the data, so that the data do not state their users: those
    with a tweet come with the profile of their first one.

    Args:
        folder: above the threads, or a thread.

    Raises:
        SocietyError: if there is no thread in it.
    """

    layout = "pheme"
    states_users = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not is_pheme(folder):
            wanted = f"threads, folders with {' or '.join(_SOURCES)}, at most {_DEEPEST} levels deep"
            raise SocietyError(explain(str(folder), wanted=wanted, got="none"))

    def users(self, report: LoadReport) -> Iterator[RawUser]:
        """The authors of tweets, when they are first met; what is no tweet is accounted for by :meth:`posts`."""
        whole, elsewhere = report.open("users of tweets"), FileReport("")
        plans = Plans(USERS, None, make=plan_users, needed=())
        seen: set[str] = set()
        for thread in _threads(self.folder):
            for file in _files(thread):
                part = PartReport(self._name(file.path), whole)
                for line, tweet in _tweets(file.path, elsewhere):
                    profile = _profile(tweet)
                    user = id_of(profile.get("id_str") or profile.get("id"))
                    if user and user not in seen:
                        seen.add(user)
                        part.read += 1
                        rows = plans.rows(file.path, Table(None, iter([(line, profile)])))
                        yield from Users(part, moment, {}).read(rows)

    def posts(self, report: LoadReport) -> Iterator[RawPost]:
        """The tweets of each thread: the source, its reactions by id, its retweets with the text of the source."""
        whole = report.open("tweets")
        plans = Plans(POSTS, None, make=plan_posts, needed=())
        for thread in _threads(self.folder):
            source: RawPost | None = None
            for file in _files(thread):
                part = PartReport(self._name(file.path), whole)
                rows = plans.rows(file.path, Table(None, _tweets(file.path, part)))
                for post in Posts(part, moment).read(rows):
                    if file.kind == "post":
                        source = post._replace(kind="post", parent="")
                        yield source
                    elif file.kind == "forward":
                        yield _forward(post, source, thread.name)
                    else:
                        yield post._replace(kind="reply")

    def follows(self, report: LoadReport) -> Iterator[RawEdge]:
        """Who follows whom, thread by thread."""
        whole = report.open("who-follows-whom.dat")
        for thread in _threads(self.folder):
            path = thread / "who-follows-whom.dat"
            if path.exists():
                yield from _edges(path, PartReport(self._name(path), whole))

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()


def _threads(folder: Path, depth: int = 0) -> Iterator[Path]:
    """The threads in ``folder``, by name; hidden folders are none of the data."""
    names = sorted(entry.name for entry in _entries(folder) if entry.is_dir() and entry.name[0] not in "._")
    if not set(names).isdisjoint(_SOURCES):
        yield folder
    elif depth < _DEEPEST:
        for name in names:
            yield from _threads(folder / name, depth + 1)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as exc:
        raise SocietyError(explain(str(folder), wanted="a folder", got=exc.strerror or str(exc))) from exc


def _files(thread: Path) -> Iterator[_File]:
    """The files of tweets of a thread, the source first."""
    for name in _SOURCES:
        yield from (_File(path, "post") for path in _json_files(thread / name))
    yield from (_File(path, "reply") for path in _json_files(thread / "reactions"))
    if (thread / "retweets.json").exists():
        yield _File(thread / "retweets.json", "forward")


def _json_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    names = [entry.name for entry in _entries(folder) if entry.name.endswith(".json") and entry.name[0] != "."]
    return [folder / name for name in sorted(names, key=lambda name: (len(name), name))]


def _tweets(path: Path, report: FileReport) -> Iterator[tuple[int, Row]]:
    """The tweets of a file, with their lines: one of retweets has one a line, the others have one each."""
    if path.name == "retweets.json":
        yield from open_table(path, report).rows
        return
    with open_bytes(path) as file:
        data = file.read(LINE_BYTES + 1)
    report.read += 1
    tweet = None
    if len(data) <= LINE_BYTES:
        try:
            tweet = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
        except orjson.JSONDecodeError:
            report.drop_row("broken file: no JSON", 1, data[:100].decode("utf-8", "replace"))
            return
    if isinstance(tweet, dict):
        yield 1, tweet
    else:
        report.drop_row("broken file: no JSON object of at most 10 MB", 1, data[:100].decode("utf-8", "replace"))


def _forward(post: RawPost, source: RawPost | None, thread: str) -> RawPost:
    parent = post.parent or thread
    text = source.text if source is not None and source.id in ("", parent) else post.text
    return post._replace(kind="forward", parent=parent, text=text)


def _profile(tweet: Any) -> dict[str, Any]:
    """What is worth knowing of the author of a tweet, without the colours of their page."""
    user = tweet.get("user")
    return {name: user[name] for name in _PROFILE if name in user} if isinstance(user, dict) else {}


def _edges(path: Path, report: FileReport) -> Iterator[RawEdge]:
    fault = Fault()
    for number, line in enumerate(raw_lines(path, fault), start=1):
        ends = line.split()
        if fault.line == number:
            report.read += 1
            report.drop_row(fault.why, number, line.strip())
        elif len(ends) == 2:
            report.read += 1
            follower, followee = map(id_of, ends)
            if follower and followee:
                yield RawEdge(follower, followee, number, report)
            else:
                report.drop_row(why_no_id(ends[0] if followee else ends[1]), number, line.strip())
        elif ends:
            report.read += 1
            report.drop_row("broken line: not 2 columns", number, line.strip())
