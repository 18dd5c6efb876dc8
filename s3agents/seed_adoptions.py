"""Seed adoptions: seeds that forward, from a file of those who really forwarded a post, and when.

A post published in a tick is read in the next: what happened within the first tick after the post is published one
tick after it, what happened within the second, two ticks after it.
"""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Container, Iterator
from pathlib import Path
from typing import Any

from s3agents.config.scenario import Scenario, SeedPost
from s3agents.config.section import format_duration
from s3agents.errors import ConfigError, explain
from s3agents.seed_posts import SeedPosts, SeedRoot

__all__ = ["read_adoptions"]

_FORWARDS = ("forward", "engage")
_COLUMNS = ("user_id", "t_min", "kind")


def read_adoptions(scenario: Scenario, known: Container[str]) -> tuple[Scenario, tuple[str, ...]]:
    """``scenario`` with every file of adoptions replaced by the forwards that it tells of.

    Each user forwards a post once, the first time. Left out are users that the society does not have, and the post's
    own author.

    Args:
        scenario: with its files of posts read.
        known: ids of the society.

    Returns:
        The scenario, and a note on each file of which something was left out.

    Raises:
        ConfigError: if a file cannot be read, has no such row, or there is no post that could be forwarded.
    """
    seeds: list[SeedPost] = []
    notes: list[str] = []
    for number, seed in enumerate(scenario.seeds):
        if seed.adoptions is None:
            seeds.append(seed)
            continue
        key = f"seeds.{number}"
        post = _forwarded(scenario, number)
        found, left_out = _adopted(seed, post, f"{key}: {seed.adoptions}", known, scenario.tick.total_seconds())
        seeds += found
        notes += [f"{key}: {_told(len(found), left_out, seed)}"] if left_out else []
    return scenario.model_copy(update={"seeds": tuple(seeds)}), tuple(notes)


def _forwarded(scenario: Scenario, number: int) -> SeedRoot:
    """The post that the adoptions at ``number`` among the seeds are of."""
    wanted = scenario.seeds[number].forwards
    if wanted is None:
        post = SeedPosts(scenario.seeds[:number]).last()
        remedy = "list the seed post before its adoptions, or name it in forwards"
    else:
        post, remedy = SeedPosts(scenario.seeds).find(wanted), ""
    if post is None:
        what, got = (f"seeds.{number}", "none") if wanted is None else (f"seeds.{number}.forwards", repr(wanted))
        raise ConfigError(explain(what, wanted="a seed post, or its author", got=got, remedy=remedy))
    return post


def _adopted(
    seed: SeedPost, post: SeedRoot, place: str, known: Container[str], tick: float
) -> tuple[list[SeedPost], Counter[str]]:
    """The forwards of ``post`` in a file, by time, and how many were left out for what reason."""
    until = math.inf if seed.until is None else seed.until.total_seconds()
    first: dict[str, float] = {}
    left_out = Counter[str]()
    for user, seconds in _rows(Path(str(seed.adoptions)), seed.where, place):
        if seconds <= until:
            first[user] = min(seconds, first.get(user, math.inf))
    forwards: list[SeedPost] = []
    for user, seconds in sorted(first.items(), key=lambda item: item[1]):
        reason = "of the author of the post" if user == post.author else "of users that the society does not have"
        if user == post.author or user not in known:
            left_out[reason] += 1
            continue
        at = post.seed.tick + math.floor(seconds / tick + 1e-9) + 1
        forward = SeedPost(tick=at, author=user, forwards=post.id, attitude=seed.attitude, emotion=seed.emotion)
        forwards.append(forward)
    return forwards, left_out


def _told(taken: int, left_out: Counter[str], seed: SeedPost) -> str:
    upto = "" if seed.until is None else f" up to {format_duration(seed.until)}"
    gone = ", ".join(f"{count:,} {reason}" for reason, count in left_out.items())
    return f"{taken:,} forwards{upto} are taken; left out are {gone}"


def _rows(file: Path, where: dict[str, Any], place: str) -> Iterator[tuple[str, float]]:
    """User and seconds of each forward; a file of which no row fits ``where`` is an error."""
    fitting = 0
    for number, row in _cells(file, {*_COLUMNS, *where}, place):
        if all(row[name] == str(value) for name, value in where.items()):
            fitting += 1
            if row["kind"] in _FORWARDS:
                yield _user(row["user_id"], f"{place}:{number}"), _seconds(row["t_min"], f"{place}:{number}")
    if not fitting:
        wanted = "rows with " + (", ".join(f"{k}={v!r}" for k, v in where.items()) or "a user")
        raise ConfigError(explain(place, wanted=wanted, got="none in the file"))


def _cells(file: Path, columns: set[str], place: str) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, restval="")
            missing = sorted(columns - set(reader.fieldnames or ()))
            if missing:
                got = f"{', '.join(reader.fieldnames or ()) or 'nothing'}; missing: {', '.join(missing)}"
                raise ConfigError(explain(place, wanted=f"columns {', '.join(sorted(columns))}", got=got))
            for row in reader:
                yield reader.line_num, row
    except OSError as exc:
        raise ConfigError(explain(place, wanted="a file of adoptions", got=exc.strerror or str(exc))) from exc
    except (UnicodeDecodeError, csv.Error) as exc:
        raise ConfigError(explain(place, wanted="CSV in UTF-8", got=str(exc))) from exc


def _user(cell: str, place: str) -> str:
    if not cell:
        raise ConfigError(explain(f"{place}: user_id", wanted="an id", got="nothing"))
    return cell


def _seconds(cell: str, place: str) -> float:
    try:
        minutes = float(cell)
    except ValueError:
        minutes = math.nan
    if not 0.0 <= minutes < math.inf:
        raise ConfigError(explain(f"{place}: t_min", wanted="minutes from the post, 0 or more", got=repr(cell)))
    return minutes * 60.0
