"""Disguise: how users, posts and texts go into the files of a society: as they are, or under pseudonyms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Protocol

from s3agents.network.build.moments import iso, month
from s3agents.network.pseudonyms import Pseudonyms
from s3agents.persona import Persona, Scalar

__all__ = ["Disguise", "Plain", "Pseudonymous"]


class Disguise(Protocol):
    """How what is known of users and posts is written.

    Attributes:
        hides: whether nothing of the raw data may show.
        left_out: values not written, by column.
        unseen: columns to keep that nobody had so far.
    """

    hides: bool
    left_out: Counter[str]
    unseen: set[str]

    def know(self, handle: str, user: str) -> None:
        """``handle`` is the name of ``user`` in texts."""
        ...

    def know_id(self, ident: str) -> None:
        """``ident`` may also be the name of its user in texts."""
        ...

    def user(self, ident: str) -> str:
        """The id of a user."""
        ...

    def post(self, ident: str) -> str:
        """The id of a post."""
        ...

    def text(self, text: str) -> str:
        """A text that somebody wrote."""
        ...

    def created(self, seconds: float) -> str:
        """When an account was made."""
        ...

    def attributes(self, persona: Persona) -> Iterator[tuple[str, Scalar]]:
        """Attributes beyond those that every persona has a place for."""
        ...


class Plain:
    """Everything as it is."""

    hides = False

    def __init__(self) -> None:
        self.left_out: Counter[str] = Counter()
        self.unseen: set[str] = set()

    def know(self, handle: str, user: str) -> None:
        """Names stay."""

    def know_id(self, ident: str) -> None:
        """Likewise."""

    def user(self, ident: str) -> str:
        """As it is."""
        return ident

    def post(self, ident: str) -> str:
        """As it is."""
        return ident

    def text(self, text: str) -> str:
        """As it is."""
        return text

    def created(self, seconds: float) -> str:
        """To the microsecond."""
        return iso(seconds)

    def attributes(self, persona: Persona) -> Iterator[tuple[str, Scalar]]:
        """All of them."""
        yield from persona.extra.items()


class Pseudonymous:
    """Everybody under a pseudonym, and nothing that would give them away.

    Args:
        pseudonyms: who is called what.
        keep: columns of text that may stay; their values are cleared of names like any text.
    """

    hides = True

    def __init__(self, pseudonyms: Pseudonyms, *, keep: Collection[str] = ()) -> None:
        self.left_out: Counter[str] = Counter()
        self._pseudonyms = pseudonyms
        self._keep = frozenset(keep)
        self.unseen = set(keep)

    def know(self, handle: str, user: str) -> None:
        """So that ``@handle`` becomes the pseudonym of ``user``."""
        self._pseudonyms.know(handle, user)

    def know_id(self, ident: str) -> None:
        """So that ``@ident`` becomes the pseudonym of its user, where ids are names; numbers are no names."""
        if not ident.isdecimal():
            self._pseudonyms.know_id(ident)

    def user(self, ident: str) -> str:
        """A pseudonym."""
        return self._pseudonyms.user(ident)

    def post(self, ident: str) -> str:
        """A pseudonym."""
        return self._pseudonyms.post(ident)

    def text(self, text: str) -> str:
        """Cleared of names, links and long numbers."""
        return self._pseudonyms.text(text)

    def created(self, seconds: float) -> str:
        """The month: the very second tells accounts apart."""
        return month(seconds)

    def attributes(self, persona: Persona) -> Iterator[tuple[str, Scalar]]:
        """Truth values, numbers that name nobody, and the columns to keep."""
        for name, value in persona.extra.items():
            if name in self._keep:
                self.unseen.discard(name)
                yield name, self.text(value) if isinstance(value, str) else value
            elif isinstance(value, str) or self._names_somebody(value, persona.id):
                self.left_out[name] += 1
            else:
                yield name, value

    def _names_somebody(self, value: float, user: str) -> bool:
        """Whether a number is the id of ``user``, or so long that a text would be cleared of it."""
        if isinstance(value, bool) or value != int(value):
            return False
        digits = str(int(value))
        return digits == user or self.text(digits) != digits
