"""Act: from a decision to what it intends, and from there to a post; an impossible decision is refused here."""

from __future__ import annotations

from s3agents.actions.base import Aim, SocialAction
from s3agents.actions.offer import Offer
from s3agents.actions.table import ACTIONS
from s3agents.cognition.base import Appraisal, Decision, TurnView
from s3agents.errors import ReplyError, explain
from s3agents.events import Action, Delivery, Post, act_of
from s3agents.ids import UserId, post_id
from s3agents.labels import Emotion
from s3agents.state import Intention

__all__ = ["intended", "published"]


def intended(view: TurnView, appraisal: Appraisal, decision: Decision) -> Intention | None:
    """What ``decision`` means to do, and when; ``None`` for nothing.

    Raises:
        ReplyError: for a decision that cannot be carried out: an action that is not offered, or is about a post that
            was not read or cannot be its target, writing nothing, or acting in the past.
    """
    if decision.action == Action.INACTIVE:
        return None
    if decision.delay < 0:
        wanted = "0 ticks or more"
        raise ReplyError(explain("delay of a decision", wanted=wanted, got=str(decision.delay)), cause="delay")
    action = _offered(view.scene.offer, decision.action)
    read = _target(view, action, decision)
    target = read.post if read is not None else None
    text, attitude = action.says(_text(view, action, decision), target, appraisal.attitude.stance)
    return Intention(
        decided=view.tick,
        due=view.tick + decision.delay,
        action=act_of(decision.action),
        target=None if target is None else action.target(target),
        root=target.root if target is not None else None,
        text=text if action.kind is not None else "",
        attitude=attitude if action.kind is not None else None,
    )


def published(offer: Offer, intention: Intention, *, author: UserId, tick: int, emotion: Emotion) -> Post | None:
    """The post in which ``author`` carries out ``intention`` in ``tick``, feeling ``emotion``; not every act is one.

    What was decided while it was on offer is carried out though it no longer is.
    """
    action = offer.find(intention.action) or ACTIONS.get(intention.action)
    if action is None or action.kind is None:
        return None
    post = post_id(tick, author, 0)
    return Post(
        id=post,
        author=author,
        tick=tick,
        text=intention.text,
        kind=action.kind,
        parent=intention.target,
        root=intention.root if action.spreads and intention.root is not None else post,
        emotion=emotion,
        attitude=intention.attitude,
    )


def _offered(offer: Offer, name: str) -> SocialAction:
    action = offer.find(name)
    if action is None:
        wanted = f"one of {', '.join(offer.names)}"
        raise ReplyError(explain("action of a decision", wanted=wanted, got=name), cause="action")
    return action


def _text(view: TurnView, action: SocialAction, decision: Decision) -> str:
    """What the agent writes for ``decision``; nothing, if the action has no text."""
    if not action.writes:
        return ""
    if not decision.text or not decision.text.strip():
        raise ReplyError(explain(f"action {action.name}", wanted="a text", got="none"), cause="empty")
    return decision.text[: view.scene.post_chars]


def _target(view: TurnView, action: SocialAction, decision: Decision) -> Delivery | None:
    if decision.target is None:
        if action.aims is Aim.POST:
            wanted = "the post that it is about"
            raise ReplyError(explain(f"action {action.name}", wanted=wanted, got="none"), cause="target")
        return None
    seen = {d.post.id: d for d in view.perceived}
    read = seen.get(decision.target)
    if read is None:
        wanted = f"one of {len(seen)} posts read"
        raise ReplyError(explain("target of a decision", wanted=wanted, got=decision.target), cause="target")
    if action.aims is Aim.NONE or not action.fits(read, view.persona.id):
        wanted = "no post" if action.aims is Aim.NONE else "a post that it can be about"
        raise ReplyError(explain(f"target of {action.name}", wanted=wanted, got=decision.target), cause="target")
    return read
