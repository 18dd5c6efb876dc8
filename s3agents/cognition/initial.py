"""Initial: the state in which an agent enters a run.

Everybody is calm, as S3 has it (section 3.3.1). S3 derives initial attitudes from profile and history (section 3.3.2);
here the data may state them, ``s3agents infer`` may have derived them as S3 does, and a prior stands for the rest.
"""

from __future__ import annotations

from s3agents.labels import Attitude, Emotion
from s3agents.persona import Persona
from s3agents.rng import Draws
from s3agents.state import AgentState, AttitudeBelief, EmotionBelief

__all__ = ["initial_state"]


def initial_state(persona: Persona, *, prior: float, certainty: float, seed: int) -> AgentState:
    """Calm, with the attitude that the data state or that was inferred, or one drawn from ``prior``.

    Args:
        persona: whose state.
        prior: probability that an agent of unknown attitude is positive.
        certainty: probability of the attitude that the data state; one that was inferred has its own confidence.
        seed: of the run.
    """
    if persona.attitude is not None:
        stance = Attitude(persona.attitude)
        p = _certainty(persona, certainty)
        p_positive = p if stance is Attitude.POSITIVE else 1.0 - p
    else:
        p_positive = prior
        u = Draws(seed, persona.id, 0).uniform("initial attitude")
        stance = Attitude.POSITIVE if u < prior else Attitude.NEGATIVE
    belief = AttitudeBelief(stance=stance, p_positive=p_positive)
    return AgentState(emotion=EmotionBelief.certain(Emotion.CALM), attitude=belief)


def _certainty(persona: Persona, stated: float) -> float:
    """Probability of the attitude that ``persona`` has: that of its inference, or else ``stated``."""
    confidence = persona.extra.get("attitude_confidence")
    if "attitude_method" in persona.extra and isinstance(confidence, int | float) and 0.0 <= confidence <= 1.0:
        return float(confidence)
    return stated
