"""Whatever ticks go into a record, its checkpoint and its tables say the same."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s3agents.cognition.base import Usage
from s3agents.cognition.hear import hear
from s3agents.events import Action, Post, PostKind, Source
from s3agents.ids import PostId, UserId, post_id, text_id
from s3agents.labels import Attitude, Emotion
from s3agents.record.base import Conclusion, Exposure, Fault, TickRecord, TurnRecord
from s3agents.record.fingerprint import fingerprint, first_difference
from s3agents.record.sqlite import SqliteRecorder
from s3agents.report.run import Run
from s3agents.state import SHARED_KEPT, AgentState, AttitudeBelief, EmotionBelief, Intention, MemoryItem

USERS = [UserId(user) for user in ("ann", "b.o b", "c'\"at", "名字", "\x00\n")]
TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
SHARES = st.floats(0.0, 1.0)


@dataclass
class World:
    """What a run has come to, tick by tick."""

    ticks: list[TickRecord] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    states: dict[UserId, AgentState] = field(default_factory=dict)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A few ticks, with gaps between some; agents act, intend, fail, remember, forget, and meet posts again."""
    world, tick = World(), -1
    for _ in range(draw(st.integers(0, 4))):
        tick += draw(st.integers(1, 2))
        turns = [_turn(draw, world, user, tick) for user in sorted(draw(st.sets(st.sampled_from(USERS))))]
        posts = [post for turn in turns if turn.fault is None for post in _posts(draw, world, turn.user, tick)]
        for turn in turns:
            _live(world, turn, posts, tick)
        world.posts += posts
        users = len(turns) + draw(st.integers(0, 3))
        world.ticks.append(TickRecord(tick=tick, posts=posts, turns=turns, users=users))
    return world


def _posts(draw: st.DrawFn, world: World, author: UserId, tick: int) -> list[Post]:
    return [_post(draw, world, author, tick, n) for n in range(draw(st.integers(0, 2)))]


def _post(draw: st.DrawFn, world: World, author: UserId, tick: int, n: int) -> Post:
    own = post_id(tick, author, n)
    parent = draw(st.none() | st.sampled_from(world.posts)) if world.posts else None
    forward = parent is not None and draw(st.booleans())
    return Post(
        id=own,
        author=author,
        tick=tick,
        n=n,
        text=draw(TEXTS),
        kind=PostKind.FORWARD if forward else PostKind.ORIGINAL,
        parent=parent.id if parent else None,
        root=parent.root if parent and forward else own,
        emotion=draw(st.none() | st.sampled_from(Emotion)),
        attitude=draw(st.none() | st.sampled_from(Attitude)),
    )


def _turn(draw: st.DrawFn, world: World, user: UserId, tick: int) -> TurnRecord:
    known = st.lists(st.sampled_from(world.posts), max_size=3) if world.posts else st.just([])
    exposures = tuple(Exposure(p.id, draw(st.sampled_from(Source)), draw(st.booleans())) for p in draw(known))
    usage = Usage(*draw(st.tuples(*[st.integers(0, 10**9)] * 4)))
    if draw(st.integers(0, 3)) == 0:
        fault = Fault(stage="act", cause=draw(TEXTS), message=draw(TEXTS))
        return TurnRecord(user=user, mode="llm", exposures=exposures, usage=usage, fault=fault)
    weights = draw(st.tuples(*[st.integers(1, 9)] * 3))
    calm, moderate, intense = (weight / sum(weights) for weight in weights)
    remembered = tuple(_memories(draw))
    pool = world.states[user].pool if user in world.states else ()
    intended = draw(st.none() | _intentions(tick))
    pending = [i.decided for i in (world.states[user].intentions if user in world.states else ())]
    losable = sorted({item.post for item in (*pool, *remembered)})
    return TurnRecord(
        user=user,
        mode=draw(TEXTS),
        exposures=exposures,
        recalled=tuple(draw(st.lists(TEXTS.map(PostId), max_size=2))),
        emotion=EmotionBelief(level=draw(st.sampled_from(Emotion)), p=(calm, moderate, intense)),
        attitude=AttitudeBelief(stance=draw(st.sampled_from(Attitude)), p_positive=draw(SHARES)),
        action=draw(st.sampled_from(Action)),
        target=draw(st.none() | TEXTS.map(PostId)),
        p=draw(st.none() | st.fixed_dictionaries(dict.fromkeys(Action, SHARES))),
        remembered=remembered,
        forgotten=tuple(draw(st.lists(st.sampled_from(losable), unique=True))) if losable else (),
        intended=intended,
        concluded=tuple(Conclusion(decided, draw(st.booleans())) for decided in sorted(pending) if draw(st.booleans())),
        usage=usage,
    )


def _intentions(tick: int) -> st.SearchStrategy[Intention]:
    return st.builds(
        Intention,
        decided=st.just(tick),
        due=st.integers(tick + 1, tick + 3),
        action=st.sampled_from((Action.FORWARD, Action.POST)),
        target=st.none() | TEXTS.map(PostId),
        root=st.none() | TEXTS.map(PostId),
        text=TEXTS,
        attitude=st.none() | st.sampled_from(Attitude),
    )


def _memories(draw: st.DrawFn) -> Sequence[MemoryItem]:
    posts = draw(st.lists(st.sampled_from("abcd"), unique=True, max_size=3))
    return [
        MemoryItem(
            post=PostId(post),
            text=text_id(draw(TEXTS)),
            tick=draw(st.integers(-2, 2)),
            source=draw(st.sampled_from(Source)),
            relevance=draw(st.floats(-1.0, 1.0)),
        )
        for post in posts
    ]


def _live(world: World, turn: TurnRecord, posts: Sequence[Post], tick: int) -> None:
    """What the turn makes of its agent."""
    if turn.emotion is None or turn.attitude is None:
        return
    before = world.states.get(turn.user)
    pool = {item.post: item for item in (before.pool if before else ())}
    pool.update({item.post: item for item in turn.remembered})
    shared = (*(before.shared if before else ()), *(post.root for post in posts if post.author == turn.user))
    roots = {post.id: post.root for post in world.posts}
    ended = {end.decided for end in turn.concluded}
    pending = [i for i in (before.intentions if before else ()) if i.decided not in ended]
    pending += [] if turn.intended is None else [turn.intended]
    world.states[turn.user] = AgentState(
        emotion=turn.emotion,
        attitude=turn.attitude,
        felt=tick,
        pool=tuple(item for item in pool.values() if item.post not in turn.forgotten),
        shared=shared[-SHARED_KEPT:],
        heard=hear(before.heard if before else (), (roots[e.post] for e in turn.exposures), tick=tick),
        intentions=tuple(sorted(pending, key=lambda i: (i.due, i.decided))),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(world=worlds())
def test_a_record_says_what_happened(write_run: Callable[..., Run], world: World) -> None:
    """Checkpoint, tables and fingerprint of a record are those of the ticks that went in."""
    with tempfile.TemporaryDirectory() as folder:
        run = write_run(Path(folder) / "a", world.ticks)
        again = write_run(Path(folder) / "b", world.ticks)
        _check_checkpoint(run, world)
        _check_tables(run, world.ticks)
        _check_memories(run, world)
        assert fingerprint(run.record) == fingerprint(again.record)
        assert first_difference(run.record, again.record) is None


def _check_checkpoint(run: Run, world: World) -> None:
    recorder = SqliteRecorder(run.record)
    checkpoint = recorder.checkpoint()
    recorder.close()
    assert checkpoint.tick == (world.ticks[-1].tick if world.ticks else -1)
    assert list(checkpoint.posts) == list(world.ticks[-1].posts if world.ticks else ())
    assert checkpoint.states == world.states
    later = [turn.intended.text for tick in world.ticks for turn in tick.turns if turn.intended is not None]
    texts = {text_id(text): text for text in [*(post.text for post in world.posts), *later]}
    remembered = {item.text for state in world.states.values() for item in state.pool}
    assert checkpoint.texts == {key: text for key, text in texts.items() if key in remembered}


def _check_tables(run: Run, ticks: Sequence[TickRecord]) -> None:
    posts = [post for tick in ticks for post in tick.posts]
    turns = [(tick.tick, turn) for tick in ticks for turn in tick.turns]
    assert _rows(run.posts()) == [
        (p.id, p.tick, p.author, p.n, p.kind, p.parent, p.root, p.text, p.emotion, p.attitude) for p in posts
    ]
    assert _rows(run.exposures()) == [
        (tick, turn.user, position, e.post, e.source, e.attended)
        for tick, turn in turns
        for position, e in enumerate(turn.exposures)
    ]
    assert _rows(run.turns()) == [_turn_row(tick, turn) for tick, turn in turns]
    assert _rows(run.faults()) == [
        (tick, t.user, t.fault.stage, t.fault.cause, t.fault.message) for tick, t in turns if t.fault is not None
    ]


def _turn_row(tick: int, turn: TurnRecord) -> tuple[Any, ...]:
    emotion = (turn.emotion.level, *turn.emotion.p) if turn.emotion else (None,) * 4
    attitude = (turn.attitude.stance, turn.attitude.p_positive) if turn.attitude else (None, None)
    chances = (turn.p or {}).get
    return (
        tick,
        turn.user,
        turn.mode,
        *emotion,
        *attitude,
        turn.action,
        turn.target,
        *(chances(action) for action in (Action.FORWARD, Action.POST, Action.INACTIVE)),
        json.dumps(turn.recalled, ensure_ascii=False),
        turn.usage.calls,
        turn.usage.prompt_tokens,
        turn.usage.reply_tokens,
        turn.usage.shortened,
    )


def _check_memories(run: Run, world: World) -> None:
    """Those memories that have not ended are the pools."""
    found = run.memories()
    held = found[found["tick_forgotten"].isna()][["user", "post", "text_id", "tick_posted", "source", "relevance"]]
    pools = [(user, i.post, i.text, i.tick, i.source, i.relevance) for user, s in world.states.items() for i in s.pool]
    assert sorted(_rows(held)) == sorted(pools)
    assert len(found) == sum(len(turn.remembered) for tick in world.ticks for turn in tick.turns)


def _rows(table: pd.DataFrame) -> list[tuple[Any, ...]]:
    columns = [table[name].astype(object).where(table[name].notna(), None).tolist() for name in table.columns]
    return list(zip(*columns, strict=True))


@pytest.mark.parametrize("kept", [SHARED_KEPT, SHARED_KEPT + 1])
def test_only_the_last_shared_cascades_are_restored(tmp_path: Path, write_run: Callable[..., Run], kept: int) -> None:
    """An agent that published a lot comes back with as many cascades in mind as it had."""
    user = USERS[0]
    turn = TurnRecord(
        user=user,
        mode="seed",
        emotion=EmotionBelief.certain(Emotion.CALM),
        attitude=AttitudeBelief.certain(Attitude.POSITIVE),
        action=Action.POST,
    )
    ids = [post_id(0, user, n) for n in range(kept)]
    posts = [Post(id=own, author=user, tick=0, n=n, text="again", root=own) for n, own in enumerate(ids)]
    run = write_run(tmp_path / "run", [TickRecord(tick=0, posts=posts, turns=(turn,), users=1)])
    recorder = SqliteRecorder(run.record)
    state = recorder.checkpoint().states[user]
    recorder.close()
    assert state.shared == tuple(ids[-SHARED_KEPT:])
