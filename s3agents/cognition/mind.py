"""Mind: everything that the agents of one group share: scene, cognition, memory and bounds."""

from __future__ import annotations

from dataclasses import dataclass

from s3agents.cognition.base import Cognition, Scene
from s3agents.memory.base import TextStore
from s3agents.memory.influence import Influence

__all__ = ["Mind"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mind:
    """What an agent thinks with.

    Attributes:
        scene: topic, question and the like.
        cognition: how it appraises and acts.
        store: texts and vectors, shared by all agents.
        influence: how memories are weighed (S3 section 4.1).
        seed: of every draw.
        attention: most posts perceived in a turn.
        capacity: most memories kept.
        recall: most memories looked at in a turn.
        prior: probability that an agent of unknown attitude starts out positive.
        certainty: probability given to an attitude that the data state.
    """

    scene: Scene
    cognition: Cognition
    store: TextStore
    influence: Influence
    seed: int = 0
    attention: int = 8
    capacity: int = 32
    recall: int = 4
    prior: float = 0.5
    certainty: float = 0.9
