"""Selecting: the users and posts that a scenario speaks of, in its society."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from s3agents.config.selection import PostsSection, UsersSection
from s3agents.errors import ConfigError, InputError, explain
from s3agents.events import Post, PostKind
from s3agents.ids import PostId, UserId
from s3agents.interventions.base import Situation
from s3agents.network.classes import CLASSES
from s3agents.network.keywords import KeywordQuery
from s3agents.network.society import Society
from s3agents.persona import ATTRIBUTES, Persona
from s3agents.seed_posts import SeedPosts

__all__ = ["Groups", "PostSelection", "Selecting"]

Groups = Callable[[str], Sequence[int] | None]
"""The members of a group, by its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostSelection:
    """Which posts are meant; ``None`` leaves a question out.

    Attributes:
        section: what the scenario says.
        authors: ids of those whose posts are meant.
        query: that the text has to match.
        cascade: first post of the cascade that it has to be of.
    """

    section: PostsSection
    authors: frozenset[UserId] | None = None
    query: KeywordQuery | None = None
    cascade: PostId | None = None

    def matches(self, post: Post, tick: int) -> bool:
        """Whether ``post`` is meant, in ``tick``."""
        asked = self.section
        age = tick - post.tick
        return (
            (self.authors is None or post.author in self.authors)
            and (asked.attitude is None or post.attitude is asked.attitude)
            and (asked.emotion is None or post.emotion is asked.emotion)
            and (asked.kind is None or post.kind is asked.kind)
            and (self.cascade is None or post.root == self.cascade)
            and (asked.younger_than is None or age < asked.younger_than)
            and (asked.older_than is None or age > asked.older_than)
            and (self.query is None or self.query.matches(post.text))
        )

    def chosen(self, now: Situation) -> Iterator[Post]:
        """Posts that are meant and have come into question since the tick before: in the first tick in force, all.

        Of forwards only those that nobody has read: all others have arrived.
        """
        forwards = (post for post in now.fresh if post.kind is PostKind.FORWARD)
        return (post for some in (self._originals(now), forwards) for post in some if self.matches(post, now.tick))

    def _originals(self, now: Situation) -> Sequence[Post]:
        if now.first:
            return now.originals
        published = now.tick - 1 - (self.section.older_than or 0)
        start = bisect_left(now.originals, published, key=_tick)
        return now.originals[start : bisect_right(now.originals, published, lo=start, key=_tick)]


class Selecting:
    """Reads selections of a scenario against its society.

    Args:
        society: the users.
        classes: the class of each user, as an index into :data:`~s3agents.network.classes.CLASSES`; asked for if a
            selection wants to know.
        seeds: of the scenario.
        groups: positions of the members of a group of the scenario, by its name; ``None`` if there is none.
    """

    def __init__(
        self, society: Society, *, classes: Callable[[], NDArray[np.int8]], seeds: SeedPosts, groups: Groups
    ) -> None:
        self._society, self._classes, self._seeds, self._groups = society, classes, seeds, groups
        self._attributes = {name for persona in society.personas for name in persona.extra}

    def user(self, user: str, key: str) -> UserId:
        """The user with this id.

        Raises:
            ConfigError: naming ``key``, if there is none.
        """
        if user not in self._society:
            got, remedy = repr(user), f"the society has {len(self._society)} users"
            raise ConfigError(explain(key, wanted="a user of the society", got=got, remedy=remedy))
        return UserId(user)

    def users(self, section: UsersSection, key: str) -> tuple[UserId, ...]:
        """Ids of those who are meant, in the order of users.

        Raises:
            ConfigError: naming ``key``, if one does not exist, an attribute is unknown, or it is nobody.
        """
        ids, index = self._society.ids, self._society.index
        chosen = {index[self.user(user, f"{key}.users")] for user in section.users}
        for name in section.where:
            if name not in ATTRIBUTES and name not in self._attributes:
                known = ", ".join([*ATTRIBUTES, *sorted(self._attributes)])
                wanted = f"an attribute of the users ({known})"
                raise ConfigError(explain(f"{key}.where", wanted=wanted, got=repr(name)))
        if section.group is not None:
            chosen |= self._group(section.group, f"{key}.group")
        if section.where or section.class_ is not None:
            chosen |= self._alike(section)
        if not chosen:
            raise ConfigError(explain(key, wanted="one user of the society or more", got="nobody who is like that"))
        return tuple(ids[i] for i in sorted(chosen))

    def posts(self, section: PostsSection, key: str) -> PostSelection:
        """The posts that are meant.

        Raises:
            ConfigError: naming ``key`` and what stands below it that is wrong.
        """
        by = section.by
        return PostSelection(
            section=section,
            authors=None if by is None else frozenset(self.users(by, f"{key}.by")),
            query=None if section.text is None else _query(section.text, f"{key}.text"),
            cascade=None if section.cascade is None else self.cascade(section.cascade, f"{key}.cascade"),
        )

    def cascade(self, wanted: str, key: str) -> PostId:
        """The first post of the cascade that is called ``wanted``: its id, or the author of the first seed post.

        Raises:
            ConfigError: naming ``key``, if it is neither.
        """
        seed = self._seeds.find(wanted)
        if seed is not None:
            return seed.id
        tick, _, rest = wanted.partition(".")
        n, _, author = rest.partition(".")
        if not (tick.isdigit() and n.isdigit() and author in self._society):
            asked = "the id of a post (TICK.N.AUTHOR), or the author of a seed post"
            raise ConfigError(explain(key, wanted=asked, got=repr(wanted)))
        return PostId(wanted)

    def _group(self, name: str, key: str) -> set[int]:
        members = self._groups(name)
        if members is None:
            wanted = "the name of one of cognition.groups"
            raise ConfigError(explain(key, wanted=wanted, got=repr(name)))
        return set(members)

    def _alike(self, section: UsersSection) -> set[int]:
        personas = self._society.personas
        among = range(len(personas)) if section.class_ is None else self._of_class(section.class_)
        return {i for i in among if _fits(personas[i], section)}

    def _of_class(self, name: str) -> Iterable[int]:
        found: list[int] = np.flatnonzero(self._classes() == CLASSES.index(name)).tolist()
        return found


def _tick(post: Post) -> int:
    return post.tick


def _fits(persona: Persona, section: UsersSection) -> bool:
    return all(persona.attribute(name) == value for name, value in section.where.items())


def _query(text: str, key: str) -> KeywordQuery:
    try:
        return KeywordQuery.parse(text)
    except InputError as exc:
        raise ConfigError(f"{key}: {exc}") from exc
