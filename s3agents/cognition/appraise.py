"""Appraise: the emotion with which an agent comes to its turn (S3 section 4.3); the rest is its mind's."""

from __future__ import annotations

from s3agents.dynamics import emotion
from s3agents.rng import Draws
from s3agents.state import AgentState, EmotionBelief

__all__ = ["decayed"]


def decayed(state: AgentState, *, tick: int, coefficient: float, draws: Draws) -> EmotionBelief:
    """The emotion as it has decayed since the agent's last turn."""
    p = emotion.decay(state.emotion.level, coefficient=coefficient, ticks=tick - state.felt)
    return emotion.drawn(p, draws.uniform("decay"))
