"""Act: from a decision to the post that it publishes; an impossible decision is refused here."""

from __future__ import annotations

from s3agents.cognition.base import Appraisal, Decision, TurnView
from s3agents.errors import ReplyError, explain
from s3agents.events import Action, Post, PostKind
from s3agents.ids import PostId, UserId, post_id

__all__ = ["published"]


def published(view: TurnView, appraisal: Appraisal, decision: Decision) -> tuple[Post, ...]:
    """The post that ``decision`` publishes, or none.

    Raises:
        ReplyError: for a decision that cannot be carried out: forwarding what was not read, or writing nothing.
    """
    if decision.action is Action.INACTIVE:
        return ()
    seen = {d.post.id: d.post for d in view.perceived}
    if decision.target is not None and decision.target not in seen:
        raise ReplyError(
            explain("target of a decision", wanted=f"one of {len(seen)} posts read", got=decision.target),
            cause="target",
        )
    target = seen[decision.target] if decision.target is not None else None
    if decision.action is Action.FORWARD:
        return (_forward(view, appraisal, target),)
    return (_original(view, appraisal, decision.text, target),)


def _forward(view: TurnView, appraisal: Appraisal, target: Post | None) -> Post:
    if target is None:
        raise ReplyError(explain("a forward", wanted="the post that is forwarded", got="none"), cause="target")
    return Post(
        id=_new_id(view),
        author=view.persona.id,
        tick=view.tick,
        text=target.text,
        kind=PostKind.FORWARD,
        parent=target.id,
        root=target.root,
        emotion=appraisal.emotion.level,
        attitude=target.attitude,
    )


def _original(view: TurnView, appraisal: Appraisal, text: str | None, target: Post | None) -> Post:
    if not text or not text.strip():
        raise ReplyError(explain("a post", wanted="a text", got="none"), cause="empty")
    post = _new_id(view)
    return Post(
        id=post,
        author=view.persona.id,
        tick=view.tick,
        text=text[: view.scene.post_chars],
        parent=target.id if target else None,
        root=post,
        emotion=appraisal.emotion.level,
        attitude=appraisal.attitude.stance,
    )


def _new_id(view: TurnView) -> PostId:
    return post_id(view.tick, UserId(view.persona.id), 0)
