"""Each action: what it can be about, what it publishes, what it changes; and what of a scenario's is possible when."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3agents.actions import DEFAULT_OFFER, Effect, Offer, SocialAction
from s3agents.actions.table import ACTIONS, offer_of
from s3agents.errors import ConfigError, InputError
from s3agents.events import Action, Delivery, Post, PostKind, Source
from s3agents.ids import UserId, post_id
from s3agents.labels import Attitude

ME, ANN, BEN = UserId("me"), UserId("a.nn"), UserId("ben")
ORIGINAL = Post(id=post_id(0, ANN, 0), author=ANN, tick=0, text="Tax it!", root=post_id(0, ANN, 0))
FORWARD = Post(
    id=post_id(1, BEN, 0),
    author=BEN,
    tick=1,
    text="Tax it!",
    kind=PostKind.FORWARD,
    parent=ORIGINAL.id,
    root=ORIGINAL.id,
    attitude=Attitude.POSITIVE,
)
OWN = Post(id=post_id(0, ME, 0), author=ME, tick=0, text="mine", root=post_id(0, ME, 0))
ALL = offer_of(tuple(ACTIONS), language="en")


def read(post: Post, source: Source = Source.FOLLOWEE) -> Delivery:
    """``post`` as it was read."""
    return Delivery(post=post, source=source)


def possible(*perceived: Delivery, offer: Offer = ALL) -> dict[str, tuple[int, ...]]:
    """Numbers of the posts that each possible action can be about."""
    return {choice.name: choice.numbers for choice in offer.choices(perceived, ME)}


def test_all_are_actions() -> None:
    """Each of ours is what the port says, under its own name, with a sentence in each language of prompts."""
    for name, action in ACTIONS.items():
        assert isinstance(action, SocialAction)
        assert action.name == name
        assert action.writes <= (action.kind is not None)
        assert action.spreads <= (action.kind is not None)
    for action in ALL.further:
        assert {*action.sentences} == {"en", "zh"}
        assert {*action.writing} == ({"en", "zh"} if action.writes else set())


def test_without_posts_there_is_only_what_is_about_none() -> None:
    """Nothing read: nothing that needs a post."""
    assert possible() == {"post": (0,), "inactive": (0,)}


def test_what_a_post_of_a_followee_allows() -> None:
    """Whoever is followed already can only be unfollowed."""
    every = {"forward": (1,), "post": (0, 1), "like": (1,), "reply": (1,), "quote": (1,), "unfollow": (1,)}
    assert possible(read(ORIGINAL)) == {**every, "inactive": (0,)}


def test_what_a_recommended_post_allows() -> None:
    """Whoever is not followed can only be followed."""
    choices = possible(read(ORIGINAL, Source.PLATFORM))
    assert choices["follow"] == (1,)
    assert "unfollow" not in choices


def test_of_a_forward_the_one_is_followed_who_wrote_it_and_the_one_unfollowed_who_forwarded_it() -> None:
    """A forward shows somebody's words who may be new to the reader, by way of somebody who is not."""
    choices = possible(read(OWN), read(FORWARD, Source.MUTUAL))
    assert choices["follow"] == choices["like"] == (2,)
    assert choices["unfollow"] == (1, 2)
    follow, unfollow = ACTIONS["follow"], ACTIONS["unfollow"]
    assert follow.effect(follow.target(FORWARD)) == Effect(follows=ANN)
    assert unfollow.effect(unfollow.target(FORWARD)) == Effect(unfollows=BEN)


def test_nobody_likes_or_follows_themselves() -> None:
    """Nor a forward of their own words."""
    back = Post(
        id=post_id(2, BEN, 0), author=BEN, tick=2, text="mine", kind=PostKind.FORWARD, parent=OWN.id, root=OWN.id
    )
    assert not {"like", "follow"} & possible(read(OWN, Source.SELF), read(back)).keys()


def test_a_like_is_of_the_words() -> None:
    """A forward that is liked is a like of what it forwards."""
    like = ACTIONS["like"]
    assert like.target(FORWARD) == ORIGINAL.id
    assert like.effect(ORIGINAL.id) == Effect(likes=ORIGINAL.id)


def test_a_reply_reaches_whom_it_answers() -> None:
    """Of a forward, the one whose words these are."""
    reply = ACTIONS["reply"]
    assert reply.target(FORWARD) == ORIGINAL.id
    assert reply.effect(ORIGINAL.id) == Effect(addresses=ANN)


def test_what_is_said() -> None:
    """A forward says what it forwards, with the attitude of that; all others say their own, and a quote both."""
    stance = Attitude.NEGATIVE
    assert ACTIONS["forward"].says("", FORWARD, stance) == ("Tax it!", Attitude.POSITIVE)
    assert ACTIONS["reply"].says("No!", FORWARD, stance) == ("@a.nn No!", stance)
    assert ACTIONS["quote"].says("No!", FORWARD, stance) == ("No! RT @ben: Tax it!", stance)


@given(st.integers(0, 20))
def test_a_quote_of_a_quote_does_not_grow_without_end(times: int) -> None:
    """However often quotes are quoted, a text stays bounded."""
    post = Post(id=ORIGINAL.id, author=ANN, tick=0, text="x" * 280, root=ORIGINAL.id)
    for _ in range(times):
        text, _ = ACTIONS["quote"].says("y" * 280, post, Attitude.POSITIVE)
        post = Post(id=post.id, author=post.author, tick=0, text=text, root=post.root)
    assert len(post.text) <= 280 + len(" RT @a.nn: ") + 280


def test_the_default_is_s3() -> None:
    """To forward, to post, to do nothing; the same object whenever it is asked for."""
    assert offer_of(("forward", "post"), language="zh") is DEFAULT_OFFER
    assert DEFAULT_OFFER.usual
    assert DEFAULT_OFFER.names == tuple(Action)
    assert not DEFAULT_OFFER.steers
    assert not offer_of(("post", "quote"), language="en").steers
    assert ALL.steers


def test_an_unknown_action_is_named() -> None:
    """With the key of the scenario, and what is meant."""
    with pytest.raises(InputError, match=r"actions\.1.*lkie"):
        offer_of(("post", "lkie"), language="en")


def test_an_action_without_a_sentence_in_the_language_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model cannot choose what it is not told of."""
    monkeypatch.setattr(type(ACTIONS["like"]), "sentences", {"en": "approve of a post"})
    with pytest.raises(ConfigError, match=r"actions\.0 \(like\): wanted a sentence in 'zh' for prompts, got en"):
        offer_of(("like",), language="zh")
