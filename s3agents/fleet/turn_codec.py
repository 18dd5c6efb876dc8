"""Turns as compact JSON: what a worker's turns came to, on its way to the coordinator.

Ids of posts stand once in a table and are numbers everywhere else; an exposure is one number. Nothing is lost: what is
unpacked equals what was packed, and so does the record that is made of it. States do not travel with the turns (see
:mod:`.state_codec`), for the coordinator has no use for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from s3agents.cognition.base import Usage
from s3agents.cognition.turn import TurnResult
from s3agents.errors import BusError, explain
from s3agents.events import Post
from s3agents.fleet.tables import ACTIONS, ATTITUDES, EMOTIONS, KINDS, SOURCES, Table
from s3agents.ids import PostId, UserId
from s3agents.record.base import Conclusion, Exposure, Fault, TurnRecord
from s3agents.state import AttitudeBelief, EmotionBelief, Intention, MemoryItem

__all__ = ["pack_intention", "pack_turns", "unpack_intention", "unpack_turns"]

_ACTION: dict[str, int] = {action: n for n, action in enumerate(ACTIONS)}
_ATTITUDE = {side: n for n, side in enumerate(ATTITUDES)}
_EMOTION = {level: n for n, level in enumerate(EMOTIONS)}
_KIND = {kind: n for n, kind in enumerate(KINDS)}
_SOURCE = {source: n for n, source in enumerate(SOURCES)}


def pack_turns(results: Sequence[TurnResult]) -> bytes:
    """What turns came to, without their states.

    Raises:
        BusError: if a text holds half a character, which no server takes.
    """
    posts = Table[PostId]()
    rows = [_packed(result.record, result.posts, posts) for result in results]
    try:
        return orjson.dumps([posts.values_in_order, rows])
    except TypeError as exc:
        wanted = "text that UTF-8 can express"
        raise BusError(explain("turns of a worker", wanted=wanted, got="a lone surrogate")) from exc


def unpack_turns(data: bytes) -> list[TurnResult]:
    """Inverse of :func:`pack_turns`; the states are absent."""
    ids, rows = orjson.loads(data)
    exposures = _Exposures(ids)
    return [_unpacked(row, ids, exposures) for row in rows]


class _Exposures(dict[int, Exposure]):
    """Exposures by their number, each made once: most are those of many agents."""

    def __init__(self, ids: Sequence[PostId]) -> None:
        super().__init__()
        self._ids = ids

    def __missing__(self, number: int) -> Exposure:
        at, rest = divmod(number, 8)
        made = self[number] = Exposure(self._ids[at], SOURCES[rest >> 1], bool(rest & 1))
        return made


def _packed(turn: TurnRecord, posts: Sequence[Post], ids: Table[PostId]) -> list[Any]:
    usage, fault, emotion, attitude = turn.usage, turn.fault, turn.emotion, turn.attitude
    return [
        turn.user,
        turn.mode,
        [ids[e.post] * 8 + _SOURCE[e.source] * 2 + e.attended for e in turn.exposures],
        [ids[post] for post in turn.recalled],
        None if emotion is None else [_EMOTION[emotion.level], *emotion.p],
        None if attitude is None else [_ATTITUDE[attitude.stance], attitude.p_positive],
        None if turn.action is None else _packed_action(turn.action),
        turn.target,
        None if turn.p is None else _packed_shares(turn.p),
        [[ids[m.post], m.text, m.tick, _SOURCE[m.source], m.relevance] for m in turn.remembered],
        [ids[post] for post in turn.forgotten],
        None if turn.intended is None else pack_intention(turn.intended),
        [[end.decided, end.done] for end in turn.concluded],
        [usage.calls, usage.prompt_tokens, usage.reply_tokens, usage.shortened],
        None if fault is None else [fault.stage, fault.cause, _whole(fault.message)],
        [_packed_post(post) for post in posts],
    ]


def _unpacked(row: list[Any], ids: Sequence[PostId], exposures: _Exposures) -> TurnResult:
    user, mode, seen, recalled, emotion, attitude, action, target, p, *rest = row
    kept, gone, intended, ends, usage, fault, own = rest
    record = TurnRecord(
        user=user,
        mode=mode,
        exposures=tuple(map(exposures.__getitem__, seen)),
        recalled=tuple([ids[n] for n in recalled]),
        emotion=None if emotion is None else _emotion(*emotion),
        attitude=None if attitude is None else AttitudeBelief(stance=ATTITUDES[attitude[0]], p_positive=attitude[1]),
        action=None if action is None else _action(action),
        target=target,
        p=None if p is None else _shares(p),
        remembered=tuple(
            [MemoryItem(post=ids[n], text=t, tick=at, source=SOURCES[s], relevance=r) for n, t, at, s, r in kept]
        ),
        forgotten=tuple([ids[n] for n in gone]),
        intended=None if intended is None else unpack_intention(intended),
        concluded=tuple([Conclusion(decided, done) for decided, done in ends]),
        usage=Usage(*usage),
        fault=None if fault is None else Fault(stage=fault[0], cause=fault[1], message=fault[2]),
    )
    return TurnResult(record=record, posts=tuple([_unpacked_post(user, post) for post in own]))


def _emotion(level: int, a: float, b: float, c: float) -> EmotionBelief:
    return EmotionBelief(level=EMOTIONS[level], p=(a, b, c))


def _packed_action(action: str) -> int | str:
    """The number of one of S3's actions; the name of any other."""
    return _ACTION.get(action, action)


def _action(packed: int | str) -> str:
    return ACTIONS[packed] if isinstance(packed, int) else packed


def _packed_shares(p: Mapping[str, float]) -> list[Any]:
    """Those of S3's actions in order, then names and shares of others."""
    others = [item for action, share in p.items() if action not in _ACTION for item in (action, share)]
    return [*(p.get(action) for action in ACTIONS), *others]


def _shares(packed: Sequence[Any]) -> dict[str, float]:
    usual, others = packed[: len(ACTIONS)], packed[len(ACTIONS) :]
    shares: dict[str, float] = {a: share for a, share in zip(ACTIONS, usual, strict=True) if share is not None}
    return {**shares, **dict(zip(others[::2], others[1::2], strict=True))}


def pack_intention(act: Intention) -> list[Any]:
    """An intention as plain values."""
    side = None if act.attitude is None else _ATTITUDE[act.attitude]
    return [act.decided, act.due, _packed_action(act.action), act.target, act.root, act.text, side]


def unpack_intention(row: Sequence[Any]) -> Intention:
    """Inverse of :func:`pack_intention`."""
    decided, due, action, target, root, text, side = row
    return Intention(
        decided=decided,
        due=due,
        action=_action(action),
        target=target,
        root=root,
        text=text,
        attitude=None if side is None else ATTITUDES[side],
    )


def _packed_post(post: Post) -> list[Any]:
    return [
        post.id,
        post.tick,
        post.n,
        post.text,
        _KIND[post.kind],
        post.parent,
        post.root,
        None if post.emotion is None else _EMOTION[post.emotion],
        None if post.attitude is None else _ATTITUDE[post.attitude],
    ]


def _unpacked_post(author: UserId, row: Sequence[Any]) -> Post:
    key, tick, n, text, kind, parent, root, emotion, side = row
    return Post(
        id=key,
        author=author,
        tick=tick,
        n=n,
        text=text,
        kind=KINDS[kind],
        parent=parent,
        root=root,
        emotion=None if emotion is None else EMOTIONS[emotion],
        attitude=None if side is None else ATTITUDES[side],
    )


def _whole(text: str) -> str:
    """``text`` as the record has it: half characters, which an endpoint may have said, as escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
