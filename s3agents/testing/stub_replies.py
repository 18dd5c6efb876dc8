"""Stub replies: what the stub endpoint says. A pure function of messages, schema and seed, valid by the schema."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import exp, log
from typing import Any

import orjson

__all__ = ["Reply", "make_reply"]

Alternatives = tuple[tuple[str, float], ...]
"""Tokens that might stand at a place, with their probabilities, the likeliest first."""

_MASK = (1 << 64) - 1
_SPREADS = 64  # distinct distributions of a choice: few enough that their JSON is made once and found again
_HEAD_CHARS = 4
_MOST_WORDS = 14
_FEWEST_WORDS = 5
_CERTAIN = 0.97
_MASKED = "!"
_MASKED_LOGPROB = -9999.0
_TEXT = (
    "people should talk about this because nobody knows what it means for our town and the news is late again "
    "some say yes others doubt every word while prices rise jobs change schools wait rivers warm friends argue"
)
_WORDS = tuple(_TEXT.split())
_JOBS = tuple(
    f'"{job}"'
    for job in (
        "teacher", "school principal", "civil servant", "student", "unemployed", "software engineer", "electrician",
        "truck driver", "nurse", "doctor", "accountant", "bank clerk", "journalist", "photographer", "musician",
    )
)  # fmt: skip
_SCALE = 32  # whole numbers from so many on are a scale, and what is near one of them is likely too


class Piece:
    """A stretch of a reply that comes again and again; the JSON of its log probabilities is made once.

    Args:
        tokens: pairs of a token and its alternatives.
    """

    __slots__ = ("_told", "text", "tokens")

    def __init__(self, tokens: Iterable[tuple[str, Alternatives]]) -> None:
        self.tokens = tuple(tokens)
        self.text = "".join(token for token, _ in self.tokens)
        self._told: dict[int, bytes] = {}

    def told(self, top: int) -> bytes:
        """JSON of the log probabilities of its tokens, each with ``top`` alternatives, with commas in between."""
        told = self._told.get(top)
        if told is None:
            told = self._told[top] = b",".join(_logprob(token, others, top) for token, others in self.tokens)
        return told


class Reply:
    """A reply as it takes shape: tokens of text, each with what else it might have been.

    Args:
        content: all that is drawn depends on it.

    Attributes:
        pieces: what it is made of.
    """

    def __init__(self, content: bytes) -> None:
        self.pieces: list[Piece] = []
        self._state = int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "big")
        self._glue = ""

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join([piece.text for piece in self.pieces])

    @property
    def tokens(self) -> list[tuple[str, Alternatives]]:
        """Pairs of a token and its alternatives."""
        return [token for piece in self.pieces for token in piece.tokens]

    def __len__(self) -> int:
        return sum([len(piece.tokens) for piece in self.pieces])

    def below(self, n: int) -> int:
        """A number in ``0..n-1`` (splitmix64)."""
        self._state = z = (self._state + 0x9E3779B97F4A7C15) & _MASK
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return (z ^ (z >> 31)) % n

    def glue(self, text: str) -> None:
        """Add text that could not have been otherwise: braces, keys, quotes."""
        self._glue += text

    def add(self, piece: Piece) -> None:
        """Add tokens that could have been others."""
        self.settle()
        if piece.tokens:
            self.pieces.append(piece)

    def settle(self) -> None:
        """Turn what was glued into tokens."""
        if self._glue:
            self.pieces.append(_split(self._glue))
            self._glue = ""

    def logprobs(self, most: int, top: int) -> bytes:
        """JSON of the log probabilities of the first ``most`` tokens, each with ``top`` alternatives."""
        if len(self) <= most:
            return b"[%b]" % b",".join([piece.told(top) for piece in self.pieces])
        return b"[%b]" % b",".join(_logprob(token, others, top) for token, others in self.tokens[:most])


def make_reply(
    messages: Any, seed: Any, *, schema: Mapping[str, Any] | None = None, choice: Sequence[str] | None = None
) -> Reply:
    """A reply to ``messages``: one of ``choice``, or JSON that is valid by ``schema``, or a sentence."""
    reply = Reply(orjson.dumps([messages, seed, schema, choice], option=orjson.OPT_SORT_KEYS))
    if choice is not None:
        _choose(reply, tuple(choice), _spread(len(choice), reply.below(_SPREADS)))
    elif schema is None:
        _add_words(reply, 0, 200)
    else:
        _fill(reply, schema, schema.get("$defs", {}))
    reply.settle()
    return reply


def _fill(reply: Reply, schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> None:
    """Add a value of ``schema``."""
    options = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if "$ref" in schema:
        _fill(reply, definitions[schema["$ref"].rpartition("/")[2]], definitions)
    elif options:
        _fill(reply, options[reply.below(len(options))], definitions)
    elif "const" in schema:
        reply.glue(orjson.dumps(schema["const"]).decode())
    elif "enum" in schema:
        _fill_enum(reply, schema["enum"])
    else:
        _fill_kind(reply, schema, definitions)


def _fill_enum(reply: Reply, values: Sequence[Any]) -> None:
    """Add one of ``values``; on a long scale of whole numbers the others near it are likely too."""
    n = len(values)
    scale = n >= _SCALE and all(type(value) is int for value in values)
    shares = _peak(n, reply.below(n)) if scale else _spread(n, reply.below(_SPREADS))
    plain = all(type(value) is str for value in values)
    _choose(reply, _quoted(tuple(values)) if plain else tuple(orjson.dumps(v).decode() for v in values), shares)


@lru_cache(maxsize=1024)
def _quoted(values: tuple[str, ...]) -> tuple[str, ...]:
    """JSON of texts; of anything else 1, 1.0 and true would be one key."""
    return tuple(orjson.dumps(value).decode() for value in values)


def _fill_kind(reply: Reply, schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> None:
    kind = schema.get("type", "object")
    if isinstance(kind, list):
        kind = kind[reply.below(len(kind))]
    if kind == "object":
        _fill_object(reply, schema.get("properties", {}), definitions)
    elif kind == "array":
        _fill_array(reply, schema, definitions)
    elif kind == "string":
        reply.glue('"')
        _add_words(reply, schema.get("minLength", 0), schema.get("maxLength", 160))
        reply.glue('"')
    elif kind == "boolean":
        _choose(reply, ("true", "false"), _spread(2, reply.below(_SPREADS)))
    elif kind == "null":
        reply.glue("null")
    else:
        _fill_number(reply, kind, schema)


def _fill_object(reply: Reply, properties: Mapping[str, Any], definitions: Mapping[str, Any]) -> None:
    reply.glue("{")
    for n, (name, schema) in enumerate(properties.items()):
        reply.glue(f"{',' if n else ''}{orjson.dumps(name).decode()}:")
        if name == "occupation" and schema.get("type") == "string":
            _choose(reply, _JOBS, _spread(len(_JOBS), reply.below(_SPREADS)))
        else:
            _fill(reply, schema, definitions)
    reply.glue("}")


def _fill_array(reply: Reply, schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> None:
    fewest = schema.get("minItems", 0)
    most = schema.get("maxItems", fewest + 2)
    items = list(schema.get("prefixItems", ()))
    if "items" in schema:
        count = fewest + reply.below(min(most, fewest + 2) - fewest + 1)
        items += [schema["items"]] * (count - len(items))
    reply.glue("[")
    for n, item in enumerate(items):
        reply.glue("," if n else "")
        _fill(reply, item, definitions)
    reply.glue("]")


def _fill_number(reply: Reply, kind: str, schema: Mapping[str, Any]) -> None:
    low, high = _bounds(schema, step=1 if kind == "integer" else 0.001)
    if kind == "integer":
        token = str(int(low) + reply.below(int(high) - int(low) + 1))
    else:
        token = repr(round(low + (high - low) * reply.below(1001) / 1000, 6))
    reply.add(Piece([(token, ((token, _CERTAIN),))]))


def _bounds(schema: Mapping[str, Any], *, step: float) -> tuple[float, float]:
    low = schema.get("minimum", schema["exclusiveMinimum"] + step if "exclusiveMinimum" in schema else None)
    high = schema.get("maximum", schema["exclusiveMaximum"] - step if "exclusiveMaximum" in schema else None)
    if low is None:
        low = 0 if high is None else min(0, high)
    return low, max(low, low + 100 if high is None else high)


def _choose(reply: Reply, texts: tuple[str, ...], shares: tuple[float, ...]) -> None:
    """Add one of ``texts``, its first token against those of the others; the quote may stand before it or in it."""
    point, chosen = reply.below(1_000_000) / 1_000_000, 0
    while chosen < len(texts) - 1 and point >= shares[chosen]:
        point -= shares[chosen]
        chosen += 1
    bare = _without_first_quote(texts)
    if bare is not None and reply.below(2):
        reply.glue('"')
        texts = bare
    reply.add(_choice(texts, shares, chosen))


@lru_cache(maxsize=1024)
def _without_first_quote(texts: tuple[str, ...]) -> tuple[str, ...] | None:
    """``None`` unless all begin with one."""
    return tuple(text[1:] for text in texts) if all(text.startswith('"') for text in texts) else None


@lru_cache(maxsize=4096)
def _choice(texts: tuple[str, ...], shares: tuple[float, ...], chosen: int) -> Piece:
    """The chosen text in tokens: its first characters against all others', then the rest against what still can be."""
    bare = [text[:-1] if text != '"' and text.endswith('"') else text for text in texts]
    heads = [text[:_HEAD_CHARS] for text in bare]
    first = _ranked(zip(heads, shares, strict=True))
    mates = [(bare[i][_HEAD_CHARS:], shares[i]) for i, head in enumerate(heads) if head == heads[chosen]]
    pieces = [(heads[chosen], first)]
    if rest := bare[chosen][_HEAD_CHARS:]:
        pieces.append((rest, _ranked(mates)))
    if bare[chosen] != texts[chosen]:
        pieces.append(('"', (('"', _CERTAIN),)))
    return Piece(piece for piece in pieces if piece[0])


def _ranked(weighted: Iterable[tuple[str, float]]) -> Alternatives:
    sums: dict[str, float] = {}
    for token, weight in weighted:
        sums[token] = sums.get(token, 0.0) + weight
    whole = sum(sums.values())
    return tuple(sorted(((token, weight / whole) for token, weight in sums.items()), key=lambda pair: -pair[1]))


@lru_cache(maxsize=1024)
def _spread(n: int, number: int) -> tuple[float, ...]:
    """Distribution ``number`` over ``n`` values: uniform over all distributions."""
    source = Reply(f"{n}/{number}".encode())
    weights = [-log((source.below(1_000_000) + 1) / 1_000_001) for _ in range(n)]
    return tuple(weight / sum(weights) for weight in weights)


@lru_cache(maxsize=1024)
def _peak(n: int, place: int) -> tuple[float, ...]:
    """A distribution over ``n`` values that falls off to both sides of ``place``."""
    weights = [exp(-abs(i - place) / 2) for i in range(n)]
    whole = sum(weights)
    return tuple(weight / whole for weight in weights)


def _add_words(reply: Reply, fewest: int, most: int) -> None:
    """Add words of at least ``fewest`` and at most ``most`` characters together."""
    length, wanted = 0, _FEWEST_WORDS + reply.below(_MOST_WORDS - _FEWEST_WORDS)
    while wanted > 0 or length < fewest:
        wanted -= 1
        word, other = _WORDS[reply.below(len(_WORDS))], _WORDS[reply.below(len(_WORDS))]
        token = f" {word}"[0 if length else 1 :]
        if length + len(token) > most:
            token = token[: most - length] if length < fewest else ""
        if not token:
            return
        length += len(token)
        reply.add(_word(token, other))


@lru_cache(maxsize=8192)
def _word(token: str, other: str) -> Piece:
    return Piece([(token, ((token, 0.75), (f" {other}", 0.25)))])


@lru_cache(maxsize=4096)
def _split(text: str) -> Piece:
    return Piece((token, ((token, _CERTAIN),)) for token in re.findall(r"\w+|[^\w]+", text))


@lru_cache(maxsize=65536)
def _logprob(token: str, others: Alternatives, top: int) -> bytes:
    """JSON of one token: itself, its likeliest alternatives, and one that the schema forbids, where there is room."""
    own = next((share for other, share in others if other == token), _CERTAIN)
    shown = [_entry(other, log(max(share, 1e-12))) for other, share in others[:top]]
    if len(shown) < top:
        shown.append(_entry(_MASKED, _MASKED_LOGPROB))
    return orjson.dumps({**_entry(token, log(max(own, 1e-12))), "top_logprobs": shown})


def _entry(token: str, logprob: float) -> dict[str, Any]:
    return {"token": token, "logprob": logprob, "bytes": list(token.encode())}
