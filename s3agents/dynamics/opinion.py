"""Opinion: bounded confidence, and the two-state Markov step that an attitude takes with it.

The opinion of an agent is its probability of the positive attitude. Messages further away than the confidence bound
leave it alone; the others draw it towards their mean: Deffuant, Neau, Amblard and Weisbuch, "Mixing beliefs among
interacting agents" (Adv. Complex Syst. 3, 2000); Hegselmann and Krause, "Opinion dynamics and bounded confidence"
(JASSS 5(3), 2002).
"""

from __future__ import annotations

from collections.abc import Iterable

from s3agents.labels import Attitude
from s3agents.state import AttitudeBelief

__all__ = ["bounded_confidence", "step"]


def bounded_confidence(opinion: float, *, heard: Iterable[float], bound: float, convergence: float) -> float:
    """The opinion after hearing others.

    Args:
        opinion: before, 0 (negative) to 1 (positive).
        heard: opinions that the messages express, 0 to 1.
        bound: messages further away than this are ignored.
        convergence: share of the distance to the mean of the accepted ones that is closed.
    """
    accepted = [x for x in heard if abs(x - opinion) <= bound]
    if not accepted:
        return opinion
    return opinion + convergence * (sum(accepted) / len(accepted) - opinion)


def step(belief: AttitudeBelief, *, p_positive: float, u: float) -> AttitudeBelief:
    """The Markov step to a new probability, with as few changes of side as that probability allows.

    An agent changes sides only in the direction in which its probability moved, and just as often as keeps the side
    distributed by the probability.

    Args:
        belief: before.
        p_positive: probability of the positive side after the step.
        u: uniform in [0, 1).
    """
    before, after = belief.p_positive, p_positive
    if belief.stance is Attitude.NEGATIVE:
        flips = after > before and u < (after - before) / (1.0 - before)
        return AttitudeBelief(stance=Attitude.POSITIVE if flips else belief.stance, p_positive=after)
    flips = after < before and u < (before - after) / before
    return AttitudeBelief(stance=Attitude.NEGATIVE if flips else belief.stance, p_positive=after)
