"""Rows: a tick as rows of the tables of :mod:`.schema`; a tick that contradicts itself is refused here."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from s3agents.errors import RecordError, explain
from s3agents.events import Action, PostKind, Source
from s3agents.ids import text_id
from s3agents.labels import Attitude, Emotion
from s3agents.record.base import Conclusion, Steered, TickRecord, TurnRecord

__all__ = ["Row", "check", "fault_rows", "rows_of", "tick_row"]

Row = tuple[str | int | float | None, ...]

_NO_FEELINGS: Row = (None,) * 7
_WORD: dict[str | None, str | None] = {None: None}
_WORD |= {label: label.value for labels in (Action, Attitude, Emotion, PostKind, Source) for label in labels}
"""What a label is in a column; a look-up takes a third of the time of ``value``."""


def check(record: TickRecord) -> None:
    """Nothing, if the tick can be recorded.

    Raises:
        RecordError: if a post is of another tick, a turn neither failed nor came to something, or there are more turns
            than users.
    """
    for post in record.posts:
        if post.tick != record.tick:
            wanted, got = f"a post of tick {record.tick}", f"one of tick {post.tick}"
            raise RecordError(explain(f"post {post.id}", wanted=wanted, got=got))
    for turn in record.turns:
        _check_turn(turn, record.tick)
    if len(record.turns) > record.users:
        wanted, got = f"a turn for each of {record.users} users at most", f"{len(record.turns)} turns"
        raise RecordError(explain(f"tick {record.tick}", wanted=wanted, got=got))


def _check_turn(turn: TurnRecord, tick: int) -> None:
    missing = [turn.emotion, turn.attitude, turn.action].count(None)
    if turn.fault is None and missing:
        wanted, got = "emotion, attitude and action, or a fault", f"{missing} of the three missing and no fault"
    elif turn.fault is not None and (missing < 3 or _changes(turn)):
        wanted, got = "a failed turn that left the agent as it was", "one with a new state"
    else:
        return
    raise RecordError(explain(f"turn of {turn.user} in tick {tick}", wanted=wanted, got=got))


def _changes(turn: TurnRecord) -> bool:
    return bool(turn.remembered or turn.forgotten or turn.intended or turn.concluded)


def tick_row(record: TickRecord) -> Row:
    """The row of ``ticks``: what became of every agent-step, and the sums of the tick."""
    actions = Counter(turn.action for turn in record.turns)
    idle, failed = actions[Action.INACTIVE], actions[None]
    forwards = sum(1 for post in record.posts if post.kind is PostKind.FORWARD)
    return (
        record.tick,
        record.users,
        sum(1 for turn in record.turns if turn.exposures),
        len(record.turns) - idle - failed,
        idle,
        failed,
        record.users - len(record.turns),
        len(record.posts) - forwards,
        forwards,
        sum(len(turn.exposures) for turn in record.turns),
        sum(turn.usage.calls for turn in record.turns),
        sum(turn.usage.prompt_tokens for turn in record.turns),
        sum(turn.usage.reply_tokens for turn in record.turns),
    )


def rows_of(record: TickRecord) -> dict[str, Iterator[Row]]:
    """All other rows of a tick by table, in the order in which the tables refer to each other."""
    return {
        "texts": _texts(record),
        "posts": _posts(record),
        "marks": ((record.tick, m.post, m.mark, m.number, m.text, m.weight) for m in record.marks),
        "steered": ((record.tick, *_steered(done)) for done in record.steered),
        "turns": (_turn(record.tick, turn) for turn in record.turns),
        "exposures": _exposures(record),
        "remembered": _remembered(record),
        "forgotten": ((record.tick, turn.user, post) for turn in record.turns for post in turn.forgotten),
        "intended": _intended(record),
        "concluded": ((record.tick, turn.user, *_end(end)) for turn in record.turns for end in turn.concluded),
        "faults": fault_rows(record),
    }


def fault_rows(record: TickRecord) -> Iterator[Row]:
    """Rows of ``faults``."""
    for turn in record.turns:
        if turn.fault is not None:
            fault = turn.fault
            # What an endpoint said may hold half a character, which no database takes.
            message = fault.message.encode("utf-8", "backslashreplace").decode("utf-8")
            yield (record.tick, turn.user, fault.stage, fault.cause, message)


def _texts(record: TickRecord) -> Iterator[Row]:
    yield from ((post.text_id, post.text) for post in record.posts)
    yield from ((text_id(turn.intended.text), turn.intended.text) for turn in record.turns if turn.intended is not None)


def _intended(record: TickRecord) -> Iterator[Row]:
    for turn in record.turns:
        if turn.intended is not None:
            act = turn.intended
            what = (str(act.action), act.target, act.root, text_id(act.text), _WORD[act.attitude])
            yield (record.tick, turn.user, act.due, *what)


def _steered(done: Steered) -> Row:
    return (done.section, done.number, done.kind, done.posts, done.deliveries, done.accounts, done.edges)


def _end(end: Conclusion) -> Row:
    return (end.decided, int(end.done))


def _posts(record: TickRecord) -> Iterator[Row]:
    for post in record.posts:
        yield (
            post.tick,
            post.author,
            post.n,
            post.id,
            _WORD[post.kind],
            post.parent,
            post.root,
            post.text_id,
            _WORD[post.emotion],
            _WORD[post.attitude],
        )


def _turn(tick: int, turn: TurnRecord) -> Row:
    p, usage = turn.p or {}, turn.usage
    return (
        tick,
        turn.user,
        turn.mode,
        *_feelings(turn),
        turn.target,
        p.get(Action.FORWARD),
        p.get(Action.POST),
        p.get(Action.INACTIVE),
        json.dumps(turn.recalled, ensure_ascii=False) if turn.recalled else "[]",
        usage.calls,
        usage.prompt_tokens,
        usage.reply_tokens,
        usage.shortened,
    )


def _feelings(turn: TurnRecord) -> Row:
    """Emotion, its three probabilities, attitude, its probability, action."""
    emotion, attitude, action = turn.emotion, turn.attitude, turn.action
    if emotion is None or attitude is None or action is None:
        return _NO_FEELINGS
    return (_WORD[emotion.level], *emotion.p, _WORD[attitude.stance], attitude.p_positive, _WORD.get(action, action))


def _exposures(record: TickRecord) -> Iterator[Row]:
    for turn in record.turns:
        for position, exposure in enumerate(turn.exposures):
            yield (record.tick, turn.user, position, exposure.post, _WORD[exposure.source], int(exposure.attended))


def _remembered(record: TickRecord) -> Iterator[Row]:
    for turn in record.turns:
        for position, item in enumerate(turn.remembered):
            what = (item.post, item.text, item.tick, _WORD[item.source], item.relevance)
            yield (record.tick, turn.user, position, *what)
