"""Keyword queries, by which the posts on a topic are found (S3 section 4.2.1, "keyword-matching techniques").

A query is a boolean expression over keywords: ``nuclear AND (water OR wastewater) NOT "power plant"``.

* Operators are ``AND``, ``OR`` and ``NOT`` in capitals, ``&`` between spaces, ``|``, and ``-`` right before a keyword.
  Keywords side by side must both occur, as in the search of Twitter. ``NOT`` binds first, then ``AND``, then ``OR``.
* A word is found as a whole word; with ``*`` at its end also where the word goes on. In scripts without spaces (Han,
  Kana, Thai, ...) it is found anywhere; in Hangul at the start of a word, for particles follow. Arabic and Hebrew
  prefixes are part of the word: write both forms.
* Quotes hold a phrase, with any white space between its words, or anything that would be an operator. Nothing but white
  space may stand between the words: ``"nuclear power"`` is not found in ``nuclear-power``.
* ``#tag`` and ``@name`` are found as they are and whole. ``nuclear`` is found in ``#nuclear`` and in addresses of
  pages, but not in ``#NuclearPower`` nor ``#nuclear_power``: those are other words (write ``nuclear*``). Hashtags are
  not taken apart at their capitals, since case never counts.
* Case, accents written in one or two characters, full-width forms and the like: see
  :func:`s3agents.network.word_bounds.fold`. The operators of a query may be full-width, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from s3agents.errors import InputError, explain
from s3agents.network.keyword_syntax import joined, parse_keywords
from s3agents.network.keyword_terms import Disjunction, Node, keywords_of, literals_of
from s3agents.network.word_bounds import FoldedText, fold

__all__ = ["KeywordQuery", "keyword_query"]


@dataclass(frozen=True, slots=True)
class KeywordQuery:
    """A query for keywords; ``str`` of it is a query that matches the same texts.

    Attributes:
        node: what it asks for. It does not hold in texts without any of the keywords.
        keywords: the words and phrases that are looked for, in their order; those under NOT are left out.
    """

    node: Node
    keywords: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _literals: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Collect the keywords."""
        object.__setattr__(self, "keywords", tuple(dict.fromkeys(map(str, keywords_of(self.node)))))
        object.__setattr__(self, "_literals", literals_of(self.node) or ("",))

    @classmethod
    def parse(cls, text: str) -> KeywordQuery:
        """Read a query, in the form that this module describes.

        Raises:
            InputError: if it is no query (the message gives the place), or asks for nothing but NOT.
        """
        return cls(parse_keywords(text))

    def matches(self, text: str) -> bool:
        """Whether the query holds in ``text``; the time is linear in its length."""
        folded = fold(text)
        # Most posts have none of the keywords. Plain searches beat one pattern for all of them, up to hundreds.
        for literal in self._literals:
            if literal in folded:
                return self.node.holds(FoldedText(folded))
        return False

    def __str__(self) -> str:
        return str(self.node)


def keyword_query(keywords: Sequence[str]) -> KeywordQuery:
    """The query that holds where any of the queries ``keywords`` holds.

    Raises:
        InputError: if there are none, or one of them is no query.
    """
    if isinstance(keywords, str) or not keywords:
        raise InputError(explain("keywords", wanted="a list of one or more queries", got=repr(keywords)))
    return KeywordQuery(joined(Disjunction, [parse_keywords(text) for text in keywords]))
