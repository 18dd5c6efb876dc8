"""Values: ids, draws, posts and states."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from s3agents.events import Delivery, Post, Source, decode_post, encode_post
from s3agents.ids import PostId, UserId, post_id, subject_token, text_id
from s3agents.labels import Attitude, Emotion
from s3agents.persona import Persona
from s3agents.rng import Draws
from s3agents.state import AgentState, AttitudeBelief, EmotionBelief, MemoryItem, dump_state, load_state

users = st.text(min_size=1, max_size=12).map(UserId)


@st.composite
def posts(draw: st.DrawFn) -> Post:
    """Posts with any author, text and place in a cascade."""
    author, tick, n = draw(users), draw(st.integers(0, 99)), draw(st.integers(0, 3))
    own = post_id(tick, author, n)
    return Post(
        id=own,
        author=author,
        tick=tick,
        n=n,
        text=draw(st.text()),
        root=draw(st.sampled_from([own, PostId("0.0.other")])),
        parent=draw(st.none() | st.just(PostId("0.0.other"))),
        emotion=draw(st.none() | st.sampled_from(Emotion)),
        attitude=draw(st.none() | st.sampled_from(Attitude)),
    )


@given(posts())
def test_a_post_survives_encoding(post: Post) -> None:
    """Decoding what was encoded gives the same post."""
    assert decode_post(encode_post(post)) == post


@given(st.lists(posts(), max_size=3), st.sampled_from(Emotion), st.floats(0, 1))
def test_a_state_survives_dumping(inbox: list[Post], level: Emotion, p: float) -> None:
    """Loading what was dumped gives the same state."""
    state = AgentState(
        emotion=EmotionBelief.certain(level),
        attitude=AttitudeBelief(stance=Attitude.POSITIVE, p_positive=p),
        pool=tuple(
            MemoryItem(post=x.id, text=x.text_id, tick=x.tick, source=Source.MUTUAL, relevance=0.5) for x in inbox
        ),
        inbox=tuple(Delivery(post=x, source=Source.PLATFORM) for x in inbox),
    )
    assert load_state(dump_state(state)) == state


@given(users, users)
def test_subject_tokens_are_one_token_and_tell_users_apart(a: str, b: str) -> None:
    """Whatever an id holds, its token has no dot, blank or wildcard, and no other id has the same."""
    assert not set(subject_token(UserId(a))) & set(". *>\t\r\n")
    assert (subject_token(UserId(a)) == subject_token(UserId(b))) == (a == b)


@given(st.text(), st.text())
def test_text_ids_are_content_addresses(a: str, b: str) -> None:
    """Equal texts share an id, different ones do not."""
    assert (text_id(a) == text_id(b)) == (a == b)


@given(st.integers(0, 2**63 - 1), users, st.integers(0, 1000), st.text(max_size=8))
def test_a_draw_is_a_function_of_its_key(seed: int, agent: str, tick: int, purpose: str) -> None:
    """The same seed, agent, tick and purpose give the same number in [0, 1); nothing else has a say in it."""
    u = Draws(seed, agent, tick).uniform(purpose)
    assert 0.0 <= u < 1.0
    assert u == Draws(seed, agent, tick).uniform(purpose)


def test_draws_are_uniform_and_independent() -> None:
    """Means over agents, ticks and purposes are those of independent uniform numbers."""
    n = 4000
    first = [Draws(1, f"u{i}", 0).uniform("act") for i in range(n)]
    second = [Draws(1, f"u{i}", 1).uniform("act") for i in range(n)]
    covariance = sum((a - 0.5) * (b - 0.5) for a, b in zip(first, second, strict=True)) / n
    assert abs(sum(first) / n - 0.5) < 0.02
    assert abs(covariance) < 0.005


def test_choice_follows_the_weights() -> None:
    """An index is drawn as often as its weight says; one without weight never."""
    counts = [0, 0, 0]
    for i in range(3000):
        counts[Draws(3, f"u{i}", 0).choice("x", (1.0, 0.0, 3.0))] += 1
    assert counts[1] == 0
    assert abs(counts[2] / 3000 - 0.75) < 0.04
    with pytest.raises(ValueError, match="positive sum"):
        Draws(3, "u", 0).choice("x", (0.0, 0.0))


@given(st.integers(0, 40), st.integers(0, 40))
def test_samples_are_subsets_in_order(n: int, k: int) -> None:
    """A sample has at most k different indices, ascending."""
    picked = Draws(1, "u", 1).sample("x", n, k)
    assert picked == sorted(set(picked))
    assert len(picked) == min(n, k)


def test_beliefs_must_be_probabilities() -> None:
    """Probabilities that do not sum to 1, or leave [0, 1], are refused."""
    for wrong in ((0.5, 0.1, 0.1), (1.5, -0.5, 0.0), (float("nan"), 0.5, 0.5)):
        with pytest.raises(ValueError, match="sum to 1"):
            EmotionBelief(level=Emotion.CALM, p=wrong)
    for outside in (1.5, -0.1, float("nan")):
        with pytest.raises(ValueError, match="between 0 and 1"):
            AttitudeBelief(stance=Attitude.POSITIVE, p_positive=outside)


def test_beliefs_take_labels_by_their_words() -> None:
    """A mind may say ``positive``: the belief holds the label itself. A word that is no label is refused."""
    assert AttitudeBelief(stance="positive", p_positive=0.5).stance is Attitude.POSITIVE  # type: ignore[arg-type]
    assert EmotionBelief(level="calm", p=(1.0, 0.0, 0.0)).level is Emotion.CALM  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="glad"):
        EmotionBelief(level="glad", p=(1.0, 0.0, 0.0))  # type: ignore[arg-type]


def test_a_persona_describes_what_is_known() -> None:
    """Relevance is measured against the attributes that the data have, and extra ones can be asked for by name."""
    persona = Persona(id=UserId("u"), age=34, occupation="Engineer", bio="cats", extra={"club": "Officer"})
    assert persona.describe() == "34 Engineer cats"
    assert persona.attribute("club") == "Officer"
    assert persona.attribute("age") == 34
    assert persona.attribute("shoe size") is None
    with pytest.raises(ValidationError):
        Persona(id=UserId("u"), age=-3)
