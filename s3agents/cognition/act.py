"""Act: from a decision to what it intends, and from there to a post; an impossible decision is refused here."""

from __future__ import annotations

from s3agents.cognition.base import Appraisal, Decision, TurnView
from s3agents.errors import ReplyError, explain
from s3agents.events import Action, Post, PostKind
from s3agents.ids import UserId, post_id
from s3agents.labels import Emotion
from s3agents.state import Intention

__all__ = ["intended", "published"]


def intended(view: TurnView, appraisal: Appraisal, decision: Decision) -> Intention | None:
    """What ``decision`` means to do, and when; ``None`` for nothing.

    Raises:
        ReplyError: for a decision that cannot be carried out: forwarding what was not read, writing nothing, or acting
            in the past.
    """
    if decision.action is Action.INACTIVE:
        return None
    if decision.delay < 0:
        wanted = "0 ticks or more"
        raise ReplyError(explain("delay of a decision", wanted=wanted, got=str(decision.delay)), cause="delay")
    target = _target(view, decision)
    if decision.action is Action.FORWARD:
        if target is None:
            raise ReplyError(explain("a forward", wanted="the post that is forwarded", got="none"), cause="target")
        text, attitude = target.text, target.attitude
    else:
        if not decision.text or not decision.text.strip():
            raise ReplyError(explain("a post", wanted="a text", got="none"), cause="empty")
        text, attitude = decision.text[: view.scene.post_chars], appraisal.attitude.stance
    return Intention(
        decided=view.tick,
        due=view.tick + decision.delay,
        action=decision.action,
        target=target.id if target is not None else None,
        root=target.root if target is not None else None,
        text=text,
        attitude=attitude,
    )


def published(intention: Intention, *, author: UserId, tick: int, emotion: Emotion) -> Post:
    """The post in which ``author`` carries out ``intention`` in ``tick``, feeling ``emotion``."""
    post = post_id(tick, author, 0)
    forward = intention.action is Action.FORWARD
    return Post(
        id=post,
        author=author,
        tick=tick,
        text=intention.text,
        kind=PostKind.FORWARD if forward else PostKind.ORIGINAL,
        parent=intention.target,
        root=intention.root if forward and intention.root is not None else post,
        emotion=emotion,
        attitude=intention.attitude,
    )


def _target(view: TurnView, decision: Decision) -> Post | None:
    if decision.target is None:
        return None
    seen = {d.post.id: d.post for d in view.perceived}
    if decision.target not in seen:
        raise ReplyError(
            explain("target of a decision", wanted=f"one of {len(seen)} posts read", got=decision.target),
            cause="target",
        )
    return seen[decision.target]
