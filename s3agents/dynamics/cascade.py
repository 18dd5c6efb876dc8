"""Cascade: who passes a post on.

Independent cascade (Goldenberg, Libai and Muller, "Talk of the network", Marketing Letters 12, 2001; Kempe, Kleinberg
and Tardos, KDD 2003): each exposure has one chance of its own. Arousal makes sharing likelier (Berger and Milkman,
"What makes online content viral?", J. Marketing Research 49, 2012).
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["any_of", "chance"]


def chance(base: float, *, arousal: float, level: int, agreement: float) -> float:
    """Probability that one exposure is passed on, at most 1.

    Args:
        base: probability for a calm reader in full agreement.
        arousal: factor for each level of emotion above calm.
        level: the reader's emotion, 0 to 2.
        agreement: 0 to 1, how much the reader shares what the post says.
    """
    return min(1.0, base * arousal**level * agreement)


def any_of(chances: Sequence[float]) -> float:
    """Probability that at least one of several independent chances comes true."""
    none = 1.0
    for p in chances:
        none *= 1.0 - p
    return 1.0 - none
