"""Bios: what users say of themselves, from templates, by occupation, gender and age."""

from __future__ import annotations

import numpy as np

from s3agents.config.generate import GenerateSection
from s3agents.network.generate.authors import by_gender, by_occupation, gender_groups, occupation_groups
from s3agents.network.generate.choices import Choices
from s3agents.network.generate.people import People
from s3agents.network.generate.phrases import Phrases
from s3agents.network.generate.streams import Longs, stream

__all__ = ["Bios"]

_SILENT = 0.1
"""Share of users who say nothing of themselves."""


class Bios:
    """Writes bios, for one user after the other.

    Args:
        section: the seed.
        people: the users.
        phrases: the templates.
    """

    def __init__(self, section: GenerateSection, people: People, phrases: Phrases) -> None:
        bios = phrases.bios
        self._rng = stream(section.seed, "bios")
        self._role = by_occupation(phrases, people, lambda name: phrases.occupations[name].roles)
        self._family = by_gender(phrases, people)
        self._roles, self._families = occupation_groups(people), gender_groups(people)
        self._patterns, self._hobby = Choices([bios.patterns]), Choices([bios.hobbies])
        self._motto, self._city = Choices([bios.mottos]), Choices([bios.cities])

    def write(self, users: Longs) -> list[str]:
        """The bios of ``users``, positions; they go on from those of the call before."""
        chance = self._rng.random((len(users), 9)).T
        all_alike = np.zeros(len(users), dtype=np.int64)
        first = self._hobby.places(all_alike, chance[0])
        second = self._hobby.others(all_alike, first, chance[1])
        pattern = self._patterns.places(all_alike, chance[2])
        pattern[chance[3] < _SILENT] = -1
        columns = {
            "role": self._role.pick(self._roles[users], chance[4]),
            "family": self._family.pick(self._families[users], chance[5]),
            "hobby": self._hobby.at(first),
            "other_hobby": self._hobby.at(second),
            "third_hobby": self._hobby.at(self._hobby.others(all_alike, second, chance[6])),
            "motto": self._motto.pick(all_alike, chance[7]),
            "city": self._city.pick(all_alike, chance[8]),
        }
        rows = zip(self._patterns.at(pattern), *columns.values(), strict=True)
        return [template.format(**dict(zip(columns, row, strict=True))) for template, *row in rows]
