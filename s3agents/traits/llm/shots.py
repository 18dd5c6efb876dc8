"""Shots: which users of known age a prompt shows as examples: of all age groups, and never the user it is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from s3agents.errors import InputError, explain
from s3agents.prompts.trait_pack import Example
from s3agents.rng import Draws
from s3agents.traits.base import Evidence
from s3agents.traits.labelled import Labelled

__all__ = ["AgedUser", "Shots", "aged_users"]

_YEARS = 10  # of an age group


@dataclass(frozen=True, slots=True)
class AgedUser:
    """A user of known age who has written something.

    Attributes:
        id: in their own data.
        age: whole years.
        posts: newest last.
    """

    id: str
    age: int
    posts: tuple[str, ...]


class Shots:
    """Chooses examples: in a drawn order, by turns from each age group of ten years, the largest group first.

    All users are shown the same examples, so that an endpoint's prefix cache holds them; but whoever is one of them, by
    their id or by a post, is shown the next one of that group instead.

    Args:
        users: to choose from.
        k: examples a prompt.
        seed: of the draw.

    Attributes:
        k: as given.
    """

    def __init__(self, users: Sequence[AgedUser], *, k: int, seed: int) -> None:
        self.k = k
        groups: dict[int, list[AgedUser]] = {}
        for user in sorted(users, key=lambda user: Draws(seed, user.id, 0).bits("shots")):
            groups.setdefault(user.age // _YEARS, []).append(user)
        self._groups = sorted(groups.values(), key=len, reverse=True)

    def of(self, user: Evidence) -> list[Example]:
        """At most ``k`` examples for the prompt about ``user``."""
        posts = frozenset(user.posts)
        columns = [self._others(group, user.persona.id, posts) for group in self._groups]
        chosen: list[AgedUser] = []
        while columns and len(chosen) < self.k:
            # One of each group a round; a group that has no more drops out.
            drawn = [(column, next(column, None)) for column in columns]
            chosen += [other for _, other in drawn if other is not None]
            columns = [column for column, other in drawn if other is not None]
        return [Example(other.age, other.posts) for other in chosen[: self.k]]

    def _others(self, group: Sequence[AgedUser], user: str, posts: frozenset[str]) -> Iterator[AgedUser]:
        strangers = (other for other in group if other.id != user and posts.isdisjoint(other.posts))
        return islice(strangers, self.k)


def aged_users(data: Labelled) -> list[AgedUser]:
    """The users of labelled data whose age is known, and who have written posts.

    Raises:
        InputError: if there are none.
    """
    known = ((example, example.labels.get("age")) for example in data.examples if example.evidence.posts)
    users = [AgedUser(e.evidence.persona.id, age, e.evidence.posts) for e, age in known if isinstance(age, int)]
    if not users:
        got = f"{len(data.examples):,} rows without"
        raise InputError(explain(str(data.path), wanted="users with posts and an age", got=got))
    return users
