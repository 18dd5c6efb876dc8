"""People: the users of raw data by position, as arrays, so that half a million of them take little memory."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable
from functools import partial
from itertools import chain
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from s3agents.network.build.batches import batches
from s3agents.network.build.moments import sound_moment
from s3agents.network.build.progress import Progress
from s3agents.network.load_report import LoadReport
from s3agents.network.persona_fields import make_persona, user_id
from s3agents.network.raw.base import RawSource, RawUser
from s3agents.persona import Persona

__all__ = ["People", "persona_of", "read_people", "sound_count", "usable_id"]

_Number = TypeVar("_Number", np.int64, np.float64, np.uint8)
_UNKNOWN = -1
_LARGEST = 2**63
_VERIFIED, _BIO = 1, 2


class Find(Protocol):
    """Finds somebody."""

    def __call__(self, user: str, unknown: int, /) -> int:
        """The position of ``user``, or ``unknown``."""
        ...


class People:
    """Users in the order in which they were met.

    Attributes:
        ids: by position.
        index: position by id.
        records: how many of them, the first ones, have a record of their own; the others were met as authors or as
            ends of edges.
        states_users: whether somebody without a record is nobody.
    """

    def __init__(self, *, states_users: bool) -> None:
        self.ids: list[str] = []
        self.index: dict[str, int] = {}
        self.records = 0
        self.states_users = states_users
        self._counts = {name: array("q") for name in ("followers", "followees", "posts")}
        self._created = array("d")
        self._flags = array("B")

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, user: RawUser, bio: str) -> None:
        """Take in a user with a record."""
        self._meet(user.id)
        self.records += 1
        for name, values in self._counts.items():
            count = sound_count(getattr(user, name))
            values.append(_UNKNOWN if count is None else count)
        created = sound_moment(user.created)
        self._created.append(math.nan if created is None else created)
        self._flags.append(_VERIFIED * (user.verified is True) + _BIO * bool(bio.strip()))

    def finder(self) -> Find:
        """What finds the position of an id; where the data do not list their users, an unknown one gets a new one."""
        return self.index.get if self.states_users else self._find_or_meet

    def counts(self, name: str) -> NDArray[np.int64]:
        """The platform's count of ``followers``, ``followees`` or ``posts``, -1 where unknown; shape ``(n,)``."""
        return self._padded(np.frombuffer(self._counts[name], np.int64), _UNKNOWN)

    @property
    def refusal(self) -> str:
        """Why somebody cannot be found."""
        return "unknown user" if self.states_users else "no usable id"

    @property
    def created(self) -> NDArray[np.float64]:
        """When accounts were made, seconds since 1970, NaN where unknown; shape ``(n,)``."""
        return self._padded(np.frombuffer(self._created, np.float64), math.nan)

    @property
    def verified(self) -> NDArray[np.bool_]:
        """Whom the platform vouches for; shape ``(n,)``."""
        return self._padded(np.frombuffer(self._flags, np.uint8) & _VERIFIED, 0) > 0

    @property
    def has_bio(self) -> NDArray[np.bool_]:
        """Who describes themselves; shape ``(n,)``."""
        return self._padded(np.frombuffer(self._flags, np.uint8) & _BIO, 0) > 0

    def _padded(self, values: NDArray[_Number], rest: float) -> NDArray[_Number]:
        return np.concatenate([values, np.full(len(self.ids) - len(values), rest, dtype=values.dtype)])

    def _find_or_meet(self, user: str, unknown: int, /) -> int:
        position = self.index.get(user)
        if position is None:
            position = self._meet(user) if usable_id(user) else unknown
        return position

    def _meet(self, user: str) -> int:
        position = self.index[user] = len(self.ids)
        self.ids.append(user)
        return position


def usable_id(user: str) -> bool:
    """Whether a society can hold somebody of this id: not blank, at most 256 characters, no NUL, which no CSV holds."""
    return user_id(user) is not None and "\0" not in user


def sound_count(value: int | None) -> int | None:
    """``value`` if it can be a count."""
    return value if value is not None and 0 <= value < _LARGEST else None


def persona_of(user: RawUser) -> Persona | None:
    """The persona of ``user`` as a society will load it; what cannot be used is accounted for in the user's file."""
    return make_persona({**user.traits, "user_id": user.id}, user.line, user.report)


def read_people(raw: RawSource, report: LoadReport, *, know: Callable[[str, str], None], progress: Progress) -> People:
    """The users that ``raw`` has records of; of two with one id the first counts.

    Args:
        raw: raw data.
        report: for the account of its files.
        know: is told the handle and the id of each user who has a handle.
        progress: is told how far it is.
    """
    people = People(states_users=raw.states_users)
    for user in chain.from_iterable(batches(raw.users(report), partial(progress, "users"))):
        if user.id in people.index:
            user.report.drop_row("duplicate id", user.line, user.id)
        elif not usable_id(user.id):
            user.report.drop_row("no usable id", user.line, user.id)
        elif persona := persona_of(user):
            _note_values(user)
            people.add(user, persona.bio)
            user.report.kept += 1
            if user.handle:
                know(user.handle, user.id)
    return people


def _note_values(user: RawUser) -> None:
    for name in ("followers", "followees", "posts"):
        given = getattr(user, name)
        if given is not None and sound_count(given) is None:
            user.report.drop_value(f"invalid {name}", user.line, given)
    if user.created is not None and sound_moment(user.created) is None:
        user.report.drop_value("invalid time of creation", user.line, user.created)
