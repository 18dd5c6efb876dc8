"""Initial: the state in which an agent enters a run.

Everybody is calm, as S3 has it (section 3.3.1). S3 derives unknown attitudes from profile and history (section 3.3.2);
here the data may state them, and a prior stands for the rest.
"""

from __future__ import annotations

from s3agents.labels import Attitude, Emotion
from s3agents.persona import Persona
from s3agents.rng import Draws
from s3agents.state import AgentState, AttitudeBelief, EmotionBelief

__all__ = ["initial_state"]


def initial_state(persona: Persona, *, prior: float, certainty: float, seed: int) -> AgentState:
    """Calm, with the attitude that the data state, or one drawn from ``prior``.

    Args:
        persona: whose state.
        prior: probability that an agent of unknown attitude is positive.
        certainty: probability of the attitude that the data state.
        seed: of the run.
    """
    if persona.attitude is not None:
        stance = Attitude(persona.attitude)
        p_positive = certainty if stance is Attitude.POSITIVE else 1.0 - certainty
    else:
        p_positive = prior
        u = Draws(seed, persona.id, 0).uniform("initial attitude")
        stance = Attitude.POSITIVE if u < prior else Attitude.NEGATIVE
    belief = AttitudeBelief(stance=stance, p_positive=p_positive)
    return AgentState(emotion=EmotionBelief.certain(Emotion.CALM), attitude=belief)
