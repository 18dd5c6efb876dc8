"""Two small ticks that use every table and column of a record."""

from __future__ import annotations

import pytest

from s3agents.cognition.base import Usage
from s3agents.events import Action, Post, PostKind, Source
from s3agents.ids import PostId, UserId, post_id
from s3agents.labels import Attitude, Emotion
from s3agents.record.base import Conclusion, Exposure, Fault, Mark, Steered, TickRecord, TurnRecord
from s3agents.state import AttitudeBelief, EmotionBelief, Intention, MemoryItem

ANN, BOB, CAT = UserId("ann"), UserId("bob"), UserId("cat")


def _memory(post: Post, source: Source) -> MemoryItem:
    return MemoryItem(post=post.id, text=post.text_id, tick=post.tick, source=source, relevance=0.125)


def _turn(user: UserId, action: Action, **more: object) -> TurnRecord:
    emotion = EmotionBelief(level=Emotion.INTENSE, p=(0.25, 0.25, 0.5))
    attitude = AttitudeBelief(stance=Attitude.POSITIVE, p_positive=0.75)
    return TurnRecord(user=user, mode="rules", emotion=emotion, attitude=attitude, action=action, **more)  # type: ignore[arg-type]


def _posts() -> tuple[Post, Post]:
    """What Ann says, and Bob's forward of it."""
    first = Post(
        id=post_id(0, ANN, 0),
        author=ANN,
        tick=0,
        text="The bridge is closed.",
        root=post_id(0, ANN, 0),
        emotion=Emotion.CALM,
        attitude=Attitude.NEGATIVE,
    )
    passed = Post(
        id=post_id(1, BOB, 0),
        author=BOB,
        tick=1,
        text=first.text,
        kind=PostKind.FORWARD,
        parent=first.id,
        root=first.root,
        emotion=Emotion.INTENSE,
    )
    return first, passed


@pytest.fixture(scope="session")
def ticks() -> tuple[TickRecord, TickRecord]:
    """Ann says what is then labelled; Bob passes it on, forgets it and thinks better of answering; Cat's turn fails."""
    first, passed = _posts()
    announced = _turn(ANN, Action.POST, remembered=(_memory(first, Source.SELF),))
    read = (Exposure(first.id, Source.MUTUAL, True),)
    answer = Intention(
        decided=1,
        due=3,
        action=Action.POST,
        target=first.id,
        root=first.root,
        text="Which bridge?",
        attitude=Attitude.POSITIVE,
    )
    forwarded = _turn(
        BOB,
        Action.FORWARD,
        exposures=read,
        recalled=(PostId("-1.0.bob"),),
        target=first.id,
        p={Action.FORWARD: 0.5, Action.POST: 0.125, Action.INACTIVE: 0.375},
        remembered=(_memory(first, Source.MUTUAL), _memory(passed, Source.SELF)),
        forgotten=(first.id,),
        intended=answer,
        concluded=(Conclusion(1, False),),
        usage=Usage(2, 300, 40),
    )
    fault = Fault(stage="act", cause="timeout", message="no reply in 60 s")
    failed = TurnRecord(user=CAT, mode="llm/joint", exposures=read, fault=fault)
    marks = (
        Mark(post=first.id, mark="down_ranked", number=1, weight=0.5),
        Mark(post=first.id, mark="labelled", number=0, text="unconfirmed"),
    )
    steered = (Steered(section="interventions", number=0, kind="label", posts=1, deliveries=2),)
    return (
        TickRecord(tick=0, posts=(first,), turns=(announced,), users=3),
        TickRecord(tick=1, posts=(passed,), turns=(forwarded, failed), users=3, steered=steered, marks=marks),
    )
