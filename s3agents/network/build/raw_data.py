"""RawData: what a build knows after its first reading of users, edges and posts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from s3agents.config.build import BuildOptions
from s3agents.errors import SocietyError
from s3agents.network.build.disguise import Disguise
from s3agents.network.build.edges import Edges, read_edges
from s3agents.network.build.people import People, read_people
from s3agents.network.build.post_checks import break_circles, usable_posts
from s3agents.network.build.posts import Posts, scan_posts
from s3agents.network.build.progress import Progress
from s3agents.network.build.topic import Topic
from s3agents.network.load_report import LoadReport
from s3agents.network.raw.base import RawSource

__all__ = ["RawData", "check_clean", "read_raw"]

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawData:
    """What was read.

    Attributes:
        source: to read it once more from.
        topic: which posts are about it.
        people: users.
        edges: who follows whom.
        posts: who wrote what when.
        usable: which posts can be used; shape ``(posts,)``.
        on_topic: which of them are on the topic; shape ``(posts,)``.
        parentless: which of them answer themselves, and lose their parent; shape ``(posts,)``.
        users_report: the account of the files that users came from.
        follows_report: likewise of edges.
        posts_report: likewise of posts.
    """

    source: RawSource
    topic: Topic
    people: People
    edges: Edges
    posts: Posts
    usable: Mask
    on_topic: Mask
    parentless: Mask
    users_report: LoadReport
    follows_report: LoadReport
    posts_report: LoadReport

    @property
    def reports(self) -> tuple[LoadReport, LoadReport, LoadReport]:
        """All three accounts."""
        return self.users_report, self.follows_report, self.posts_report


def read_raw(source: RawSource, options: BuildOptions, *, disguise: Disguise, progress: Progress) -> RawData:
    """Read ``source`` once.

    Args:
        source: raw data.
        options: say what the topic is.
        disguise: learns the names of users.
        progress: is told how far it is.

    Raises:
        InputError: if a file cannot be read, or a keyword is none.
    """
    topic = Topic(options)
    reports = LoadReport(), LoadReport(), LoadReport()
    people = read_people(source, reports[0], know=disguise.know, progress=progress)
    edges = read_edges(source, people, reports[1], progress=progress)
    posts = scan_posts(source, people, topic, report=reports[2], progress=progress)
    usable = usable_posts(posts)
    return RawData(
        source=source,
        topic=topic,
        people=people,
        edges=edges,
        posts=posts,
        usable=usable,
        on_topic=usable & posts.matches & topic.within(posts.time),
        parentless=break_circles(posts, usable),
        users_report=reports[0],
        follows_report=reports[1],
        posts_report=reports[2],
    )


def check_clean(data: RawData) -> None:
    """Nothing, unless the data are broken somewhere.

    Raises:
        SocietyError: listing every reason, with examples.
    """
    problems = [problem for report in data.reports for problem in report.problems()]
    if problems:
        raise SocietyError("\n  ".join(["strict building found what cannot be used:", *problems]))
