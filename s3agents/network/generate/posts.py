"""Posts: what users wrote before, from templates, by attitude, topic and occupation; and when."""

from __future__ import annotations

from functools import partial

import numpy as np

from s3agents.config.generate import THEMES, GenerateSection
from s3agents.network.generate.authors import by_occupation, occupation_groups
from s3agents.network.generate.choices import Choices
from s3agents.network.generate.people import People
from s3agents.network.generate.phrases import OWN_SLOTS, Phrases, Variants, compiled, words_of
from s3agents.network.generate.streams import Floats, Longs, stream

__all__ = ["PostTexts", "PostTimes"]

_ON_TOPIC = 0.75
"""Share of the posts that are about the topic; the others are about nothing in particular."""
_OPENED, _CLOSED, _SECOND = 0.6, 0.6, 0.35
"""Shares of the posts with an opener, with a closer, and, of those with an opener, with a second argument."""
_LONGEST = 280
_FILLINGS = 3
_CHANCES = 8

_START = np.datetime64("2023-03-01T00:00:00", "s")
_DAYS = 92
_HOURS = (3, 2, 1, 1, 1, 2, 4, 6, 7, 7, 7, 8, 10, 8, 6, 6, 6, 6, 7, 8, 9, 10, 11, 7)
"""Posts by hour of the day, relative: most at noon and at ten in the evening, as on Weibo (its report of 2020)."""


class PostTimes:
    """When posts were written: in three months, by day and by night as people are awake.

    Args:
        seed: of the society.
    """

    def __init__(self, seed: int) -> None:
        self._rng = stream(seed, "times")

    def draw(self, author: Longs) -> list[str]:
        """ISO times, UTC, of the posts of ``author``, ascending for each; authors are in ascending order."""
        by_day, by_hour, within = self._rng.random((len(author), 3)).T
        ends = np.cumsum(_HOURS)
        hour = np.searchsorted(ends, by_hour * ends[-1], side="right")
        seconds = (by_day * _DAYS).astype(np.int64) * 86_400 + hour * 3_600 + (within * 3_600).astype(np.int64)
        span = _DAYS * 86_400
        ordered = np.sort(author * span + seconds) % span
        return [f"{moment}Z" for moment in (_START + ordered.astype("timedelta64[s]")).astype(str).tolist()]


class PostTexts:
    """Writes posts, for one user after the other.

    Args:
        section: seed and topic.
        people: the users.
        phrases: the templates.
    """

    def __init__(self, section: GenerateSection, people: People, phrases: Phrases) -> None:
        self._rng = stream(section.seed, "posts")
        self._positive, self._joint = people.positive, phrases.joint
        self._slots: list[tuple[Choices, Longs | None]] = [(Choices([texts]), None) for texts in phrases.slots.values()]
        for slot in OWN_SLOTS:
            self._slots.append(
                (by_occupation(phrases, people, partial(_own, phrases, slot)), occupation_groups(people))
            )
        sides = phrases.themes[section.topic if section.topic in THEMES else THEMES[0]]
        numbers = {name: k for k, name in enumerate((*phrases.slots, *OWN_SLOTS))}
        words = words_of(section, phrases)
        self._openers, self._cores, self._closers = (
            Choices([[compiled(text, numbers, words) for text in texts] for texts in books])
            for books in zip(
                *(
                    (book.openers, book.cores, book.closers)
                    for book in (phrases.everyday, sides.negative, sides.positive)
                ),
                strict=True,
            )
        )

    def write(self, author: Longs) -> list[str]:
        """The texts of posts by ``author``, positions of users; they go on from those of the call before."""
        chance = self._rng.random((len(author), _CHANCES + _FILLINGS * len(self._slots))).T
        book = np.where(chance[0] < _ON_TOPIC, 1 + self._positive[author], 0)
        opened = chance[1] < _OPENED
        core = self._cores.places(book, chance[2])
        places = (
            np.where(opened, self._openers.places(book, chance[3]), -1),
            core,
            np.where(~opened | (chance[4] < _SECOND), self._cores.others(book, core, chance[5]), -1),
            np.where(chance[6] < _CLOSED, self._closers.places(book, chance[7]), -1),
        )
        rows = self._rows(author, chance[_CHANCES:])
        kinds = (self._openers, self._cores, self._cores, self._closers)
        sentences = (
            [template.format(*row) for template, row in zip(kind.at(at), rows[k], strict=True)]
            for kind, at, k in zip(kinds, places, (0, 1, 2, 0), strict=True)
        )
        return [self._put_together(parts) for parts in zip(*sentences, strict=True)]

    def _rows(self, author: Longs, chance: Floats) -> list[list[tuple[str, ...]]]:
        """What fills the slots of each post: for each sentence something else than for the one before."""
        columns: list[list[list[str]]] = [[] for _ in range(_FILLINGS)]
        for k, (choices, group) in enumerate(self._slots):
            groups = np.zeros(len(author), dtype=np.int64) if group is None else group[author]
            places = choices.places(groups, chance[k * _FILLINGS])
            for n in range(_FILLINGS):
                if n:
                    places = choices.others(groups, places, chance[k * _FILLINGS + n])
                columns[n].append(choices.at(places))
        return [list(zip(*filling, strict=True)) for filling in columns]

    def _put_together(self, parts: tuple[str, ...]) -> str:
        text = self._joint.join(filter(None, parts))
        if len(text) <= _LONGEST:
            return text
        opener, core, _, closer = parts
        return self._joint.join(filter(None, (opener, core, closer)))


def _own(phrases: Phrases, slot: str, occupation: str) -> Variants:
    return phrases.occupations[occupation].own[slot]
