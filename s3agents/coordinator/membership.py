"""Membership: which group of a scenario each user belongs to, the same in every process that asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from s3agents.config.cognition import GroupSection
from s3agents.ids import UserId
from s3agents.network.classes import CLASSES
from s3agents.network.society import Society
from s3agents.persona import Persona
from s3agents.rng import Draws

__all__ = ["GroupSize", "Membership", "fits"]

_NOBODY = -1


class GroupSize(NamedTuple):
    """How large a group is.

    Attributes:
        name: of the group.
        members: users who belong to it.
        fitting: users whom it describes; some may belong to a group before it.
    """

    name: str
    members: int
    fitting: int


class Membership:
    """The groups of the users of a society; the first group that fits a user counts.

    Args:
        groups: in the order of the scenario.
        society: the users.
        seed: of the scenario, from which shares are drawn.
        classes: the class of each user, as an index into :data:`~s3agents.network.classes.CLASSES`; asked for if a
            group wants to know.
    """

    def __init__(
        self,
        groups: Sequence[GroupSection],
        society: Society,
        *,
        seed: int,
        classes: Callable[[], NDArray[np.int8]],
    ) -> None:
        self._society, self._seed, self._classes = society, seed, classes
        self._group = np.full(len(society), _NOBODY, dtype=np.int32)
        sizes = []
        for number, group in enumerate(groups):
            fitting = self._fitting(group)
            free = self._group[fitting] == _NOBODY
            self._group[fitting[free]] = number
            sizes.append(GroupSize(group.name, int(np.count_nonzero(free)), len(fitting)))
        self.sizes = tuple(sizes)

    def of(self, position: int) -> int | None:
        """Number of the group of the user at ``position``; ``None`` if no group is theirs."""
        number = int(self._group[position])
        return None if number == _NOBODY else number

    def all_of(self, number: int) -> Sequence[int]:
        """Positions of those whose group is that of this number, ascending."""
        members: list[int] = np.flatnonzero(self._group == number).tolist()
        return members

    def _fitting(self, group: GroupSection) -> NDArray[np.int64]:
        """Positions of those whom ``group`` describes, ascending."""
        chosen = np.array(sorted(self._described(group)), dtype=np.int64)
        if group.share is None:
            return chosen
        drawn = [Draws(self._seed, self._society.ids[i], 0).bits(f"group/{group.name}") for i in chosen]
        most = int(group.share * len(chosen) + 0.5)
        return np.sort(chosen[np.argsort(np.array(drawn, dtype=np.uint64), kind="stable")[:most]])

    def _described(self, group: GroupSection) -> set[int]:
        """Those of whom a share is taken, if one is."""
        index = self._society.index
        listed = {index[UserId(user)] for user in group.users if user in self._society}
        if group.where or group.class_ is not None:
            return listed | self._alike(group)
        return listed if group.users or group.share is None else set(range(len(self._society)))

    def _alike(self, group: GroupSection) -> set[int]:
        """Those who have the attributes and the class."""
        if group.class_ is None:
            candidates: Sequence[int] = range(len(self._society))
        else:
            candidates = np.flatnonzero(self._classes() == CLASSES.index(group.class_)).tolist()
        personas = self._society.personas
        return {i for i in candidates if fits(personas[i], group)}


def fits(persona: Persona, group: GroupSection) -> bool:
    """Whether ``persona`` has the attributes that members of ``group`` have."""
    return all(persona.attribute(name) == value for name, value in group.where.items())
