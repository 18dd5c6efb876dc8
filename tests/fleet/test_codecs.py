"""What travels between coordinator and workers comes out as it went in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3agents.cognition.base import Usage
from s3agents.cognition.turn import TurnResult
from s3agents.errors import BusError
from s3agents.events import Action, Post, PostKind, Source
from s3agents.fleet.basket import ReplyRow, pack_replies, unpack_replies
from s3agents.fleet.frames import join, split
from s3agents.fleet.state_codec import pack_states, unpack_states
from s3agents.fleet.turn_codec import pack_turns, unpack_turns
from s3agents.labels import Attitude, Emotion
from s3agents.record.base import Conclusion, Exposure, Fault, TurnRecord
from s3agents.state import AgentState, AttitudeBelief, EmotionBelief, Heard, Intention, MemoryItem

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
TICKS = st.integers(0, 10**6)
SHARES = st.floats(0.0, 1.0)
ATTITUDES = st.sampled_from(Attitude)
SOURCES = st.sampled_from(Source)
ACTS = st.sampled_from([*Action, "like", "wave"])
BELIEFS = st.sampled_from(Emotion).flatmap(
    lambda level: st.floats(0.0, 1.0).map(lambda a: EmotionBelief(level=level, p=(a, (1 - a) / 3, 1 - a - (1 - a) / 3)))
)
SIDES = st.builds(AttitudeBelief, stance=ATTITUDES, p_positive=SHARES)
ITEMS = st.builds(MemoryItem, post=TEXTS, text=TEXTS, tick=TICKS, source=SOURCES, relevance=st.floats(-1.0, 1.0))
INTENTIONS = st.builds(
    Intention,
    decided=TICKS,
    due=TICKS,
    action=ACTS,
    target=st.none() | TEXTS,
    root=st.none() | TEXTS,
    text=TEXTS,
    attitude=st.none() | ATTITUDES,
)
STATES = st.builds(
    AgentState,
    emotion=BELIEFS,
    attitude=SIDES,
    felt=TICKS,
    pool=st.lists(ITEMS, max_size=4).map(tuple),
    shared=st.lists(TEXTS, max_size=4).map(tuple),
    heard=st.lists(st.builds(Heard, TEXTS, st.integers(1, 9), TICKS), max_size=4).map(tuple),
    intentions=st.lists(INTENTIONS, max_size=3).map(tuple),
)


@st.composite
def results(draw: st.DrawFn) -> TurnResult:
    """Any turn: one that came to something, or one that failed."""
    user = draw(TEXTS)
    own = st.builds(
        Post,
        id=TEXTS,
        author=st.just(user),
        tick=TICKS,
        n=st.integers(0, 3),
        text=TEXTS,
        kind=st.sampled_from(PostKind),
        parent=st.none() | TEXTS,
        root=TEXTS,
        emotion=st.none() | st.sampled_from(Emotion),
        attitude=st.none() | ATTITUDES,
    )
    names = st.lists(TEXTS, max_size=4).map(tuple)
    record = st.builds(
        TurnRecord,
        user=st.just(user),
        mode=TEXTS,
        exposures=st.lists(st.builds(Exposure, TEXTS, SOURCES, st.booleans()), max_size=4).map(tuple),
        recalled=names,
        emotion=st.none() | BELIEFS,
        attitude=st.none() | SIDES,
        action=st.none() | ACTS,
        target=st.none() | TEXTS,
        p=st.none() | st.dictionaries(ACTS, SHARES),
        remembered=st.lists(ITEMS, max_size=4).map(tuple),
        forgotten=names,
        intended=st.none() | INTENTIONS,
        concluded=st.lists(st.builds(Conclusion, TICKS, st.booleans()), max_size=3).map(tuple),
        usage=st.builds(Usage, TICKS, TICKS, TICKS),
        fault=st.none() | st.builds(Fault, stage=TEXTS, cause=TEXTS, message=TEXTS),
    )
    return TurnResult(record=draw(record), posts=tuple(draw(st.lists(own, max_size=2))))


@given(st.lists(results(), max_size=5))
def test_turns_survive_their_way(some: list[TurnResult]) -> None:
    """Record and posts of every turn, to the last bit of a probability."""
    assert unpack_turns(pack_turns(some)) == some


@given(st.dictionaries(TEXTS, STATES, max_size=4), st.dictionaries(TEXTS, TEXTS, max_size=4))
def test_states_survive_their_way(states: dict[str, AgentState], texts: dict[str, str]) -> None:
    """States, and the texts that belong to them."""
    assert unpack_states(pack_states(states, texts)) == (states, texts)


@given(st.lists(st.builds(ReplyRow, TEXTS, st.sampled_from(["reply", "error"]), st.binary(max_size=9), TICKS, TICKS)))
def test_replies_survive_their_way(rows: list[ReplyRow]) -> None:
    """Bodies byte for byte."""
    basket = {row.key: row for row in rows}
    assert unpack_replies(pack_replies(basket)) == list(basket.values())


@given(st.lists(st.binary(max_size=9)))
def test_frames_are_split_where_they_were_joined(pieces: list[bytes]) -> None:
    """Whatever the pieces hold, line feeds too."""
    assert split(join(pieces)) == pieces


@pytest.mark.parametrize("data", [b"", b"[1]", b"[2]\na", b"[1]\nab", b"x\n", b'{"a":1}\n', b'["a"]\n'])
def test_what_nobody_joined_is_an_error(data: bytes) -> None:
    """A message of another program, or half of one."""
    with pytest.raises(BusError, match="wanted pieces"):
        split(data)


def test_half_a_character_of_an_endpoint_becomes_an_escape() -> None:
    """As it does in the record, so that both say the same."""
    fault = Fault(stage="appraised", cause="status_500", message="half \ud800")
    (result,) = unpack_turns(pack_turns([TurnResult(record=TurnRecord(user="u", mode="llm", fault=fault))]))
    assert result.record.fault is not None
    assert result.record.fault.message == "half \\ud800"
