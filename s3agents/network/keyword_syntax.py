"""The written form of a query for keywords: reading it, and saying where it is wrong.

::

    either  = both ("OR" both)*            also  |  ||
    both    = one ("AND"? one)*            also  &  &&  between spaces
    one     = "NOT" one | "(" either ")" | keyword "*"?         also  -one
    keyword = word | '"' words '"'
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple, NoReturn

from s3agents.errors import InputError, explain
from s3agents.network.keyword_terms import Conjunction, Disjunction, Keyword, Negation, Node, literals_of

__all__ = ["joined", "parse_keywords"]

_DEPTH = 30
_SHOWN = 60
_QUOTES = '"“”„‟'
_TOKEN = re.compile(
    rf"""\s*(?:(?P<open>\()|(?P<close>\))|(?P<OR>\|\|?)|(?P<NOT>-(?=\S))
    |[{_QUOTES}](?P<phrase>[^{_QUOTES}]*)(?P<end>[{_QUOTES}]?)(?P<more>\*?)
    |(?P<word>[^\s{_QUOTES}()|]+))""",
    re.VERBOSE,
)
_OPERATORS = {"AND": "AND", "&": "AND", "&&": "AND", "OR": "OR", "NOT": "NOT"}
_LIST_COMMA = re.compile(r"(?<!\d)[,;、]|[,;、](?!\d)")


class _Token(NamedTuple):
    kind: str  # open, close, AND, OR, NOT, keyword, end
    at: int
    text: str = ""
    prefix: bool = False


def parse_keywords(text: str) -> Node:
    """The tree of the query ``text``, with nothing doubly nested or doubly denied.

    Raises:
        InputError: if it is no query, with the place (a character of the query in NFKC form); or if it matches texts
            with none of its keywords.
    """
    query = unicodedata.normalize("NFKC", text)
    node = _Reader(query).read()
    if literals_of(node) is None:
        got = "one that matches every post without them, for all it asks for is NOT"
        remedy = 'say what to look for, as in: nuclear NOT "power plant"'
        raise InputError(explain(f"keywords {_short(query)}", wanted="a query for keywords", got=got, remedy=remedy))
    return node


def joined(kind: type[Conjunction] | type[Disjunction], nodes: Iterable[Node]) -> Node:
    """``nodes`` under one ``kind``, flat; a single one as it is."""
    flat = [inner for node in nodes for inner in (node.nodes if isinstance(node, kind) else (node,))]
    return kind(tuple(flat)) if len(flat) > 1 else flat[0]


class _Reader:
    """Reads a query from left to right, one token ahead."""

    def __init__(self, query: str) -> None:
        self._query = query
        self._at = 0
        self._depth = 0
        self._next = self._token()

    def read(self) -> Node:
        node = self._either()
        if self._next.kind != "end":
            self._refuse(self._next, wanted="a ( for each )", got="a ) too many")
        return node

    def _either(self) -> Node:
        nodes = [self._both()]
        while self._next.kind == "OR":
            self._advance()
            nodes.append(self._both())
        return joined(Disjunction, nodes)

    def _both(self) -> Node:
        nodes = [self._one()]
        while self._next.kind not in {"OR", "close", "end"}:
            if self._next.kind == "AND":
                self._advance()
            nodes.append(self._one())
        return joined(Conjunction, nodes)

    def _one(self) -> Node:
        denied = False
        while self._next.kind == "NOT":
            denied = not denied
            self._advance()
        node = self._group() if self._next.kind == "open" else self._keyword()
        if not denied:
            return node
        return node.node if isinstance(node, Negation) else Negation(node)

    def _group(self) -> Node:
        opening = self._advance()
        self._depth += 1
        if self._depth > _DEPTH:
            self._refuse(opening, wanted=f"at most {_DEPTH} ( within each other", got="more")
        node = self._either()
        if self._next.kind != "close":
            self._refuse(opening, wanted="a ) for each (", got="a ( that is not closed")
        self._advance()
        self._depth -= 1
        return node

    def _keyword(self) -> Node:
        token = self._next
        if token.kind != "keyword":
            got, remedy = ("the end", "") if token.kind == "end" else (repr(token.text), "quote it if it is a keyword")
            self._refuse(token, wanted="a keyword", got=got, remedy=remedy)
        self._advance()
        keyword = Keyword(" ".join(token.text.split()), token.prefix)
        if not keyword.literal:
            self._refuse(token, wanted="a keyword", got="nothing that can be seen")
        return keyword

    def _advance(self) -> _Token:
        token, self._next = self._next, self._token()
        return token

    def _token(self) -> _Token:
        match = _TOKEN.match(self._query, self._at)
        if match is None:
            return _Token("end", len(self._query))
        self._at = match.end()
        kind = match.lastgroup or ""
        if kind == "word":
            return self._word(_Token("keyword", match.start("word"), match["word"]))
        if kind != "more":
            return _Token(kind, match.start(kind), match[kind])
        token = _Token("keyword", match.start("phrase") - 1, match["phrase"], bool(match["more"]))
        if not match["end"]:
            self._refuse(token, wanted="a closing quote", got="none")
        return token

    def _word(self, token: _Token) -> _Token:
        text = token.text
        if text in _OPERATORS:
            return token._replace(kind=_OPERATORS[text])
        if _LIST_COMMA.search(text):
            remedy = "OR between keywords of which one is enough; quotes around what is meant to the letter"
            self._refuse(token, wanted="words without commas", got=_short(text), remedy=remedy)
        if text == "-":
            self._refuse(token, wanted="a keyword right behind the -", got="a space")
        return token._replace(text=text.removesuffix("*"), prefix=text.endswith("*"))

    def _refuse(self, token: _Token, *, wanted: str, got: str, remedy: str = "") -> NoReturn:
        thing = f"keywords {_short(self._query)}, character {token.at + 1}"
        raise InputError(explain(thing, wanted=wanted, got=got, remedy=remedy))


def _short(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")
