"""Roster: who is who in a scenario: the group of each user, and references to what the society does not have."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from s3agents.config.cognition import MindSection
from s3agents.config.scenario import Scenario
from s3agents.coordinator.membership import GroupSize, Membership, fits
from s3agents.errors import ConfigError, explain
from s3agents.ids import UserId
from s3agents.network.classes import CLASSES, class_of
from s3agents.network.society import Society
from s3agents.persona import ATTRIBUTES, Persona

__all__ = ["Roster", "outcome"]


class Roster:
    """The users of a society as a scenario speaks of them.

    Args:
        scenario: with its seed files read.
        society: the users.

    Raises:
        ConfigError: listing every reference to a user or attribute that does not exist.
    """

    def __init__(self, scenario: Scenario, society: Society) -> None:
        self._scenario, self._society = scenario, society
        self._attributes = {name for persona in society.personas for name in persona.extra}
        wrong = [*self._seeds(), *self._groups(), *self._compare()]
        if wrong:
            raise ConfigError("\n".join([f"scenario {scenario.name!r} does not fit its society", *wrong]))

    def mind_of(self, persona: Persona) -> MindSection:
        """How ``persona`` thinks: as the first group that it belongs to, else as its class, else as the default."""
        cognition = self._scenario.cognition
        group = self._group_of(persona)
        if group is not None:
            return cognition.groups[group]
        if cognition.mode != "tiered" or cognition.tiers is None:
            return cognition
        return cognition.tiers.of(CLASSES[self._codes[self._society.index[persona.id]]])

    @property
    def sizes(self) -> tuple[GroupSize, ...]:
        """How large each group is, in their order."""
        return self._members.sizes

    def members(self, name: str) -> Sequence[int] | None:
        """Positions of the members of the group called ``name``, ascending; ``None`` if there is no such group."""
        names = [group.name for group in self._scenario.cognition.groups]
        return self._members.all_of(names.index(name)) if name in names else None

    @cached_property
    def _members(self) -> Membership:
        groups, seed = self._scenario.cognition.groups, self._scenario.seed
        return Membership(groups, self._society, seed=seed, classes=lambda: self._codes)

    def _group_of(self, persona: Persona) -> int | None:
        """Number of the group that ``persona`` belongs to; of somebody from elsewhere, attributes alone are known."""
        groups = self._scenario.cognition.groups
        position = self._society.index.get(persona.id)
        if not groups or position is not None:
            return None if position is None else self._members.of(position)
        alike = (n for n, group in enumerate(groups) if group.where and group.class_ is None and fits(persona, group))
        return next(alike, None)

    @cached_property
    def _codes(self) -> NDArray[np.int8]:
        """The class of each user."""
        return class_of(self._society, self._scenario.cognition.classes).codes

    def person(self, user: str) -> Persona | None:
        """The user of this id; ``None`` if there is none."""
        position = self._society.index.get(UserId(user))
        return None if position is None else self._society.personas[position]

    def _seeds(self) -> Iterable[str]:
        for number, seed in enumerate(self._scenario.seeds):
            if seed.author is not None and seed.author not in self._society.index:
                yield self._nobody(f"seeds.{number}.author", seed.author)

    def _groups(self) -> Iterable[str]:
        names = [group.name for group in self._scenario.cognition.groups]
        for number, group in enumerate(self._scenario.cognition.groups):
            key = f"cognition.groups.{number}"
            if not group.users and not group.where and group.class_ is None and group.share is None:
                wanted, remedy = "users, where, class or share", "the group would be empty"
                yield "  " + explain(key, wanted=wanted, got="none of them", remedy=remedy)
            if group.share is not None and names.count(group.name) > 1:
                wanted = "a name of its own for a group with a share, which is drawn by it"
                yield "  " + explain(f"{key}.name", wanted=wanted, got=repr(group.name))
            yield from (self._nobody(f"{key}.users", user) for user in group.users if user not in self._society.index)
            yield from (self._unknown(f"{key}.where", name) for name in group.where if not self._known(name))

    def _compare(self) -> Iterable[str]:
        compare = self._scenario.compare
        if compare is not None and not self._known(compare.attribute):
            yield self._unknown("compare.attribute", compare.attribute)

    def _known(self, attribute: str) -> bool:
        return attribute in self._attributes or attribute in ATTRIBUTES or not self._society.personas

    def _nobody(self, key: str, user: str) -> str:
        near = difflib.get_close_matches(user, self._society.index, n=1) if len(self._society.index) < 5_000 else []
        remedy = f"perhaps {near[0]}" if near else f"the society has {len(self._society.index)} users"
        return "  " + explain(key, wanted="a user of the society", got=repr(user), remedy=remedy)

    def _unknown(self, key: str, attribute: str) -> str:
        known = ", ".join([*ATTRIBUTES, *sorted(self._attributes)])
        return "  " + explain(key, wanted=f"an attribute of the users ({known})", got=repr(attribute))


def outcome(society: Society, attribute: str, positive: object) -> dict[UserId, str]:
    """The real outcome of every user for whom it is known: ``positive`` or ``negative``."""
    known = ((p.id, p.attribute(attribute)) for p in society.personas)
    return {user: "positive" if value == positive else "negative" for user, value in known if value is not None}
