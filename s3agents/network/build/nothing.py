"""When a build would end with nobody: why that is, and what comes nearest."""

from __future__ import annotations

import difflib
import math
import re
from collections import Counter
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from s3agents.errors import SocietyError, explain
from s3agents.network.build.cleaning import Verdicts
from s3agents.network.build.moments import iso
from s3agents.network.build.raw_data import RawData
from s3agents.network.load_report import LoadReport

__all__ = ["all_barred", "check_usable", "nobody_wrote"]

_SAMPLE = 50_000
_VOCABULARY = 5_000
_NEAREST = 5
_WORD = re.compile(r"#?\w{3,}")


def nobody_wrote(data: RawData) -> SocietyError:
    """No post is on the topic: the nearest words, or the span of time that the data have."""
    usable = int(data.usable.sum())
    if not usable:
        got = f"none that can be used among {len(data.posts):,}" if len(data.posts) else "no posts at all"
        remedy = "leave out --keywords, --since and --until to build from users and edges alone"
        return SocietyError(explain("the raw data", wanted="posts", got=got, remedy="" if len(data.posts) else remedy))
    topic = data.topic
    if matching := int((data.usable & data.posts.matches).sum()):
        got = f"none among the {matching:,} that match; {_span(data)}"
        return SocietyError(explain(_when(topic.since, topic.until), wanted="a post on the topic", got=got))
    words = ", ".join(map(repr, topic.keywords))
    got = f"none among {usable:,} posts"
    return SocietyError(explain(f"keywords {words}", wanted="a post that matches", got=got, remedy=_nearest(data)))


def check_usable(data: RawData) -> None:
    """Nothing, unless of all users, or of all posts, not one can be used, or there is nobody at all.

    Raises:
        SocietyError: naming the files, what was dropped and why.
    """
    for what, report in (("users", data.users_report), ("posts", data.posts_report)):
        read, kept = sum(file.read for file in report.files), sum(file.kept for file in report.files)
        if read and not kept:
            got = f"{read:,} rows, none usable: {'; '.join(report.problems())}"
            raise SocietyError(explain("the raw data", wanted=f"usable {what}", got=got, remedy=_readable(report)))
    if not len(data.people):
        names = [file.file for report in data.reports for file in report.files]
        got = f"none in {', '.join(names[:_NEAREST])}{' ...' if len(names) > _NEAREST else ''}" if names else "none"
        raise SocietyError(explain("the raw data", wanted="users, follow edges or posts", got=got))


def _readable(report: LoadReport) -> str:
    """What helps against what was dropped most."""
    reasons = [reason for file in report.files for reason in file.rows]
    if any("UTF-8" in reason for reason in reasons):
        return "name their encoding with --mapping, as in encoding: gb18030"
    return "--mapping says which columns hold what"


def all_barred(verdicts: Verdicts, core: NDArray[np.bool_]) -> SocietyError:
    """Everybody who wrote about the topic is taken for a bot."""
    counts = np.bincount(verdicts.first[core], minlength=len(verdicts.criteria)).tolist()
    pairs = zip(verdicts.criteria, counts, strict=True)
    got = "; ".join(f"{count:,} left out by {criterion.name}" for criterion, count in pairs if count)
    thing, wanted = f"clean-up of the {int(core.sum()):,} authors on the topic", "somebody who stays"
    return SocietyError(explain(thing, wanted=wanted, got=got, remedy="raise the thresholds, or add --no-cleaning"))


def _when(since: float, until: float) -> str:
    parts = [f"since {iso(since)}"] if since > -math.inf else []
    return " ".join([*parts, f"until {iso(until)}"] if until < math.inf else parts)


def _span(data: RawData) -> str:
    times = data.posts.time[data.usable]
    times = times[~np.isnan(times)]
    if not len(times):
        return "no post has a time"
    return f"posts run from {iso(float(times.min()))} to {iso(float(times.max()))}"


def _nearest(data: RawData) -> str:
    """Words of the data that look like the keywords, else those that are most frequent."""
    counts: Counter[str] = Counter()
    for post in islice(data.source.posts(LoadReport()), _SAMPLE):
        counts.update({word.casefold() for word in _WORD.findall(post.text)})
    words = [word for word, _ in counts.most_common(_VOCABULARY)]
    asked = {word.casefold() for keyword in data.topic.keywords for word in _WORD.findall(keyword)}
    near = {match: None for word in sorted(asked) for match in difflib.get_close_matches(word, words, n=_NEAREST)}
    if near:
        return f"the data have {', '.join(list(near)[:_NEAREST])}"
    tags = [word for word in words if word.startswith("#")] or [word for word in words if len(word) > _NEAREST]
    return f"frequent in the data: {', '.join(tags[:_NEAREST])}" if tags else ""
