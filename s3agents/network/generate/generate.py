"""Synthetic societies: in memory, or straight into files; the same society either way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from s3agents import __version__
from s3agents.config.generate import GenerateSection
from s3agents.ids import UserId
from s3agents.labels import Attitude
from s3agents.network.classes import CLASSES
from s3agents.network.generate.bios import Bios
from s3agents.network.generate.draft import Draft, draft
from s3agents.network.generate.obtained import Obtained, measure
from s3agents.network.generate.phrases import read_phrases
from s3agents.network.generate.posts import PostTexts, PostTimes
from s3agents.network.generate.streams import Longs
from s3agents.network.society import Society
from s3agents.network.write import SocietyWriter
from s3agents.persona import Persona

__all__ = ["Written", "generate_society", "personas_of", "write_draft", "write_generated"]

Written = Mapping[int, tuple[str, ...]]
"""Posts that did not come from templates: by position of their author, the newest ones, newest last."""

_BLOCK = 50_000
_NOTHING: Written = MappingProxyType({})
_CLASS_OF = tuple(MappingProxyType({"user_class": name}) for name in CLASSES)
_SIDES = {True: Attitude.POSITIVE.value, False: Attitude.NEGATIVE.value}


class _Post(NamedTuple):
    author: int
    text: str
    time: str


def generate_society(section: GenerateSection) -> Society:
    """The society of ``section``: the same for the same section, on any machine.

    Raises:
        SocietyError: if the file of its demographics cannot be used.
    """
    made = draft(section)
    personas = list(personas_of(made))
    history: dict[UserId, list[str]] = {}
    for post in _posts(made, _NOTHING):
        history.setdefault(personas[post.author].id, []).append(post.text)
    return Society(personas, made.graph, history=history, name=section.name)


def write_generated(section: GenerateSection, folder: Path | str, *, overwrite: bool = False) -> Obtained:
    """Write the society of ``section`` to ``folder``: what ``Society.load`` reads there is what is made in memory.

    Args:
        section: what to make.
        folder: the society to write; it appears whole or not at all.
        overwrite: whether a society that is there may be replaced.

    Returns:
        What came of it.

    Raises:
        SocietyError: if the folder is taken or cannot be written, or the file of demographics cannot be used.
    """
    writer = SocietyWriter(folder, overwrite=overwrite)
    return write_draft(draft(section), writer)


def write_draft(
    made: Draft, writer: SocietyWriter, *, written: Written = _NOTHING, facts: Mapping[str, Any] = MappingProxyType({})
) -> Obtained:
    """Write the society ``made`` with ``writer``.

    Args:
        made: the society.
        writer: of its folder, not yet entered.
        written: posts that take the place of those from templates.
        facts: what else ``society.json`` tells.

    Raises:
        SocietyError: if the folder cannot be written.
    """
    obtained, ids = measure(made), made.ids
    with writer:
        writer.users(_user_rows(made))
        writer.follows(ids, made.graph)
        if made.section.posts:
            writer.posts({"user_id": ids[p.author], "time": p.time, "text": p.text} for p in _posts(made, written))
        about = {"made_by": "s3agents generate", "version": __version__, **facts, "demographics": made.source}
        writer.about({**about, "section": made.section.model_dump(mode="json"), "obtained": obtained.dump()})
    return obtained


def personas_of(made: Draft) -> Iterator[Persona]:
    """The users, in their order."""
    classes = made.classes.tolist()
    for code, row in zip(classes, _user_rows(made), strict=True):
        user = UserId(row.pop("user_id"))
        del row["user_class"]
        yield Persona(id=user, extra=_CLASS_OF[code], **row)


def _user_rows(made: Draft) -> Iterator[dict[str, Any]]:
    people, ids = made.people, made.ids
    bios = Bios(made.section, people, read_phrases(made.section.language))
    for start in range(0, len(ids), _BLOCK):
        block = slice(start, start + _BLOCK)
        columns = {
            "user_id": ids[block],
            "gender": [people.genders[code] for code in people.gender[block].tolist()],
            "age": people.age[block].tolist(),
            "occupation": [people.occupations[code] for code in people.occupation[block].tolist()],
            "bio": bios.write(np.arange(len(ids), dtype=np.int64)[block]),
            "attitude": [_SIDES[flag] for flag in people.positive[block].tolist()],
            "user_class": [CLASSES[code] for code in made.classes[block].tolist()],
        }
        for row in zip(*columns.values(), strict=True):
            yield dict(zip(columns, row, strict=True))


def _posts(made: Draft, written: Written) -> Iterator[_Post]:
    """All posts by author, oldest first."""
    texts = PostTexts(made.section, made.people, read_phrases(made.section.language))
    times = PostTimes(made.section.seed)
    for start, stop in _blocks(made.posts):
        author = np.repeat(np.arange(start, stop, dtype=np.int64), made.posts[start:stop])
        said = texts.write(author)
        ends = np.cumsum(made.posts[start:stop]).tolist()
        for user in range(start, stop) if written else ():
            own = written.get(user, ())
            said[ends[user - start] - len(own) : ends[user - start]] = own
        yield from map(_Post._make, zip(author.tolist(), said, times.draw(author), strict=True))


def _blocks(counts: Longs) -> Iterator[tuple[int, int]]:
    """Ranges of users who have about :data:`_BLOCK` posts together."""
    ends, start = np.cumsum(counts), 0
    while start < len(counts):
        before = int(ends[start - 1]) if start else 0
        stop = max(int(np.searchsorted(ends, before + _BLOCK, side="right")), start + 1)
        yield start, stop
        start = stop
