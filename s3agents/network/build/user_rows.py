"""Rows of ``users.jsonl``, from the second reading of the users: nothing of them was held in memory meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Any

from s3agents.errors import SocietyError, explain
from s3agents.network.build.batches import batches
from s3agents.network.build.choice import Choice
from s3agents.network.build.disguise import Disguise
from s3agents.network.build.kinds import Kinds
from s3agents.network.build.moments import sound_moment
from s3agents.network.build.people import persona_of, sound_count
from s3agents.network.build.progress import Progress
from s3agents.network.build.raw_data import RawData
from s3agents.network.load_report import LoadReport
from s3agents.network.raw.base import RawUser
from s3agents.persona import Persona

__all__ = ["DEMOGRAPHICS", "UserRows", "changed"]

DEMOGRAPHICS = ("gender", "age", "occupation")
"""What S3 wants to know of everybody (section 3.2)."""

_OWN = frozenset(("followers_count", "followees_count", "posts_count", "verified", "created_at", "core", "user_class"))


class UserRows:
    """The rows, in the order of the data, once.

    Args:
        data: what was read.
        choice: who is kept.
        kinds: their classes.
        names: what the files call each user of the data who is kept, by position.
        disguise: how the rest is written.
        progress: is told how far it is.

    Attributes:
        known: users with a known gender, age and occupation, of the rows so far.
        replaced: values whose column a column of the build has taken, of the rows so far.
    """

    def __init__(
        self,
        data: RawData,
        choice: Choice,
        kinds: Kinds,
        *,
        names: list[str],
        disguise: Disguise,
        progress: Progress,
    ) -> None:
        self._data = data
        self._kept = choice.users.tolist()
        self._core = choice.core.tolist()
        self._kinds = kinds
        self._names = names
        self._disguise = disguise
        self._progress = progress
        self.known: Counter[str] = Counter(dict.fromkeys(DEMOGRAPHICS, 0))
        self.replaced: Counter[str] = Counter()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        kinds = iter(self._kinds.names)
        for position, user in self._users():
            if self._kept[position]:
                row: dict[str, Any] = {"user_id": self._names[position]}
                if user is not None:
                    self._describe(user, row)
                row["core"] = self._core[position]
                row["user_class"] = next(kinds)
                yield row

    def _users(self) -> Iterator[tuple[int, RawUser | None]]:
        """Everybody by position, with their record where they have one."""
        people = self._data.people
        following = 0
        told = partial(self._progress, "users, second reading")
        for user in chain.from_iterable(batches(self._data.source.users(LoadReport()), told)):
            position = people.index.get(user.id)
            if position == following < people.records:
                following += 1
                yield position, user
            elif position is not None and position >= following:
                raise changed()
        if following != people.records:
            raise changed()
        yield from ((position, None) for position in range(people.records, len(people)))

    def _describe(self, user: RawUser, row: dict[str, Any]) -> None:
        persona = persona_of(user)
        if persona is None:
            raise changed()
        row.update(self._own(persona))
        for name, value in self._disguise.attributes(persona):
            if name in _OWN:
                self.replaced[name] += 1
            else:
                row[name] = value
        counts = {"followers_count": user.followers, "followees_count": user.followees, "posts_count": user.posts}
        row.update((name, count) for name, count in counts.items() if sound_count(count) is not None)
        if user.verified is not None:
            row["verified"] = user.verified
        if (created := sound_moment(user.created)) is not None:
            row["created_at"] = self._disguise.created(created)

    def _own(self, persona: Persona) -> dict[str, Any]:
        """What a persona has a place for, as far as it is known."""
        write = self._disguise.text
        fields = {
            "gender": persona.gender and write(persona.gender),
            "age": persona.age,
            "occupation": persona.occupation and write(persona.occupation),
            "bio": persona.bio and write(persona.bio),
            "attitude": persona.attitude,
        }
        known = {name: value for name, value in fields.items() if value not in (None, "")}
        self.known.update(name for name in DEMOGRAPHICS if name in known)
        return known


def changed() -> SocietyError:
    """The second reading finds other records than the first."""
    wanted = "files that stay as they are while a society is built from them"
    return SocietyError(explain("the raw data", wanted=wanted, got="other records at the second reading"))
