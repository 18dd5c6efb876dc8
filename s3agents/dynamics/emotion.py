"""Emotion: decay and contagion over the three levels of S3, as Markov steps.

Decay is S3's decaying coefficient (section 4.3). Contagion follows the SISa model of Hill, Rand, Nowak and Christakis,
"Emotions as infectious diseases in a large social network" (Proc. R. Soc. B 277, 2010): every contact passes its state
on independently, and recovery is spontaneous.
"""

from __future__ import annotations

from collections.abc import Iterable

from s3agents.labels import EMOTIONS, Emotion
from s3agents.state import EmotionBelief

__all__ = ["contagion", "decay", "drawn"]

Levels = tuple[float, float, float]


def drawn(p: Levels, u: float) -> EmotionBelief:
    """The belief ``p`` with its level drawn by ``u``, uniform in [0, 1)."""
    level = 0 if u < p[0] else 1 if u < p[0] + p[1] else 2
    return EmotionBelief(level=EMOTIONS[level], p=p)


def decay(level: Emotion, *, coefficient: float, ticks: int) -> Levels:
    """Probabilities of each level after ``ticks`` ticks without stimulus.

    In each tick an emotion falls by one level with probability ``coefficient``.
    """
    start, stay = EMOTIONS.index(level), (1.0 - coefficient) ** max(ticks, 0)
    if start == 0 or ticks <= 0:
        return _at(start)
    if start == 1:
        return (1.0 - stay, stay, 0.0)
    once = ticks * coefficient * (1.0 - coefficient) ** (ticks - 1)
    return (max(0.0, 1.0 - stay - once), once, stay)


def contagion(level: Emotion, *, stimuli: Iterable[float], strength: float) -> Levels:
    """Probabilities of each level after contact with ``stimuli``.

    Args:
        level: the level before.
        stimuli: intensity of each message read, 0 (calm) to 1 (intense).
        strength: probability that one fully intense message raises the emotion by a level.
    """
    unmoved = 1.0
    for intensity in stimuli:
        unmoved *= 1.0 - strength * intensity
    start = EMOTIONS.index(level)
    if start == 2:
        return _at(2)
    return (unmoved, 1.0 - unmoved, 0.0) if start == 0 else (0.0, unmoved, 1.0 - unmoved)


def _at(level: int) -> Levels:
    return (float(level == 0), float(level == 1), float(level == 2))
