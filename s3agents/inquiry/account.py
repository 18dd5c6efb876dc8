"""Account: a turn that was taken once more, as plain values."""

from __future__ import annotations

from typing import Any

from s3agents.events import Delivery, Post
from s3agents.inquiry.retake import Exchange, Retaken
from s3agents.state import AttitudeBelief, EmotionBelief, Intention

__all__ = ["account"]


def account(turn: Retaken) -> dict[str, Any]:
    """What an agent saw, recalled, felt, thought and did in a turn, and what it asked a model; JSON takes all of it."""
    record, view = turn.result.record, turn.view
    attended = {exposure.post for exposure in record.exposures if exposure.attended}
    done: dict[str, Any] = {
        "action": None if record.action is None else str(record.action),
        "target": record.target,
        "p": None if record.p is None else {str(action): p for action, p in record.p.items()},
        "posts": [_post(post) for post in turn.result.posts],
        "intended": None if record.intended is None else _intended(record.intended),
    }
    fault = record.fault
    return {
        "user": turn.persona.id,
        "tick": turn.tick,
        "mode": record.mode,
        "persona": turn.persona.describe(),
        "saw": [_delivery(delivery, delivery.post.id in attended) for delivery in turn.inbox],
        "recalled": [
            {"text": memory.text, "source": memory.source.value, "age": memory.age, "influence": memory.influence}
            for memory in (view.recalled if view is not None else ())
        ],
        "emotion": {"before": _emotion(turn.before.emotion), "after": _emotion(record.emotion)},
        "decayed": None if view is None else view.emotion.level.value,
        "attitude": {"before": _attitude(turn.before.attitude), "after": _attitude(record.attitude)},
        "did": done,
        "remembered": [item.post for item in record.remembered],
        "forgotten": list(record.forgotten),
        "asked": [_exchange(exchange) for exchange in turn.exchanges],
        "fault": None if fault is None else {"stage": fault.stage, "cause": fault.cause, "message": fault.message},
    }


def _delivery(delivery: Delivery, attended: bool) -> dict[str, Any]:
    told = {**_post(delivery.post), "source": delivery.source.value, "attended": attended}
    return told if delivery.label is None else {**told, "label": delivery.label}


def _post(post: Post) -> dict[str, Any]:
    return {"id": post.id, "author": post.author, "tick": post.tick, "kind": post.kind.value, "text": post.text}


def _intended(intention: Intention) -> dict[str, Any]:
    return {"action": str(intention.action), "target": intention.target, "due": intention.due, "text": intention.text}


def _emotion(belief: EmotionBelief | None) -> dict[str, Any] | None:
    if belief is None:
        return None
    calm, moderate, intense = belief.p
    return {"level": belief.level.value, "p": {"calm": calm, "moderate": moderate, "intense": intense}}


def _attitude(belief: AttitudeBelief | None) -> dict[str, Any] | None:
    return None if belief is None else {"stance": belief.stance.value, "p_positive": belief.p_positive}


def _exchange(exchange: Exchange) -> dict[str, Any]:
    return {
        "messages": [{"role": message.type, "content": str(message.content)} for message in exchange.messages],
        "reply": exchange.reply,
        "error": exchange.error,
        "prompt_tokens": exchange.prompt_tokens,
        "reply_tokens": exchange.reply_tokens,
    }
