"""What a query for keywords is made of: keywords, and NOT, AND and OR over them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from s3agents.network.word_bounds import HANGUL, SPACED, FoldedText, fold, marks, pieces

__all__ = ["Conjunction", "Disjunction", "Keyword", "Negation", "Node", "keywords_of", "literals_of"]

_BARE = re.compile(r'(?!(?:AND|OR|NOT|&+)\Z)[^\s"“”„‟()|,;、*-][^\s"“”„‟()|,;、*]*')
_ENDS_IN_HANGUL = re.compile(rf"[{HANGUL}]\Z")
_TAG = re.compile(r"[#@][^\s#@]+#?")  # no # or @ within: a failed search never has to go back
_GAPS = frozenset(c for c in map(chr, range(128)) if not c.isalnum() and c != "_")


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word or phrase that occurs in a text or does not.

    Attributes:
        text: the word or phrase; a hashtag or name if it begins with ``#`` or ``@`` and has no white space.
        prefix: whether its last word may go on.
        literal: folded text without which it does not occur; empty if nothing of it can be seen.
    """

    text: str
    prefix: bool = False
    literal: str = field(init=False, repr=False, compare=False)
    _phrase: str = field(init=False, repr=False, compare=False)
    _open: bool = field(init=False, repr=False, compare=False)
    _pieces: str = field(init=False, repr=False, compare=False)
    _tag: re.Pattern[str] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Prepare the search."""
        words = fold(self.text).split()
        phrase = " ".join(words)
        goes_on = self.prefix or _ENDS_IN_HANGUL.search(phrase) is not None
        cut = pieces(phrase)
        object.__setattr__(self, "literal", max(words, key=len, default=""))
        object.__setattr__(self, "_phrase", phrase)
        object.__setattr__(self, "_open", goes_on)
        object.__setattr__(self, "_pieces", cut[:-1] if goes_on else cut)
        object.__setattr__(self, "_tag", _tag(phrase, self.prefix))

    def holds(self, text: FoldedText) -> bool:
        """Whether it occurs in ``text``."""
        if self.literal not in text.text:
            return False
        if self._tag is not None:
            return self._tag.search(text.text) is not None
        where = text.text if self.literal == self._phrase else text.spaced
        at = where.find(self._phrase)
        return at >= 0 and (self._stands_free(where, at) or self._pieces in text.pieces)

    def _stands_free(self, text: str, at: int) -> bool:
        """Whether its occurrence at ``at`` has ASCII gaps around it: the common case, for which nothing need be cut."""
        end = at + len(self._phrase)
        begins = at == 0 or text[at - 1] in _GAPS
        return begins and (self._open or end == len(text) or text[end] in _GAPS)

    def __str__(self) -> str:
        return (self.text if _BARE.fullmatch(self.text) else f'"{self.text}"') + "*" * self.prefix


def _tag(phrase: str, prefix: bool) -> re.Pattern[str] | None:
    """Hashtags and names are found whole, in scripts without spaces too; not in addresses (``me@example.org``)."""
    if not _TAG.fullmatch(phrase):
        return None
    goes_on = prefix or phrase.endswith("#")
    return re.compile(rf"(?<!{SPACED}){re.escape(phrase)}" + ("" if goes_on else rf"(?![\w{marks()}])"))


@dataclass(frozen=True, slots=True)
class Negation:
    """NOT."""

    node: Node

    def holds(self, text: FoldedText) -> bool:
        """Whether what it denies does not hold in ``text``."""
        return not self.node.holds(text)

    def __str__(self) -> str:
        return f"NOT {_grouped(self.node)}"


@dataclass(frozen=True, slots=True)
class Conjunction:
    """AND, over two or more."""

    nodes: tuple[Node, ...]

    def holds(self, text: FoldedText) -> bool:
        """Whether all hold in ``text``."""
        return all(node.holds(text) for node in self.nodes)

    def __str__(self) -> str:
        return " AND ".join(map(_grouped, self.nodes))


@dataclass(frozen=True, slots=True)
class Disjunction:
    """OR, over two or more."""

    nodes: tuple[Node, ...]

    def holds(self, text: FoldedText) -> bool:
        """Whether one of them holds in ``text``."""
        return any(node.holds(text) for node in self.nodes)

    def __str__(self) -> str:
        return " OR ".join(f"({node})" if isinstance(node, Conjunction) else str(node) for node in self.nodes)


Node = Keyword | Negation | Conjunction | Disjunction


def keywords_of(node: Node, *, wanted: bool = True) -> Iterator[Keyword]:
    """The keywords that ``node`` looks for: those under an even number of NOT; under an odd one, if not ``wanted``."""
    if isinstance(node, Keyword):
        yield from (node,) if wanted else ()
    elif isinstance(node, Negation):
        yield from keywords_of(node.node, wanted=not wanted)
    else:
        for inner in node.nodes:
            yield from keywords_of(inner, wanted=wanted)


def literals_of(node: Node, *, wanted: bool = True) -> tuple[str, ...] | None:
    """Folded texts of which every text has one that ``node`` holds in (in which it fails, if not ``wanted``).

    ``None`` if there are none such, for ``node`` holds in texts without any of its keywords.
    """
    if isinstance(node, Keyword):
        return (node.literal,) if wanted else None
    if isinstance(node, Negation):
        return literals_of(node.node, wanted=not wanted)
    each = [literals_of(inner, wanted=wanted) for inner in node.nodes]
    known = [literals for literals in each if literals is not None]
    if isinstance(node, Conjunction) == wanted:  # all of them must hold: to look for one will do
        return min(known, key=len, default=None)
    return tuple(dict.fromkeys(chain.from_iterable(known))) if len(known) == len(each) else None


def _grouped(node: Node) -> str:
    return f"({node})" if isinstance(node, Conjunction | Disjunction) else str(node)
