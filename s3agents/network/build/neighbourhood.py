"""Neighbourhood: the core of a society and whoever is connected to it, step by step (S3 section 4.2.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from s3agents.config.build import Via
from s3agents.network.build.edges import Edges

__all__ = ["Growth", "Reached", "grow"]

Mask = NDArray[np.bool_]


class Growth(NamedTuple):
    """One step of the growth.

    Attributes:
        step: 0 for the core, then the distance from it.
        found: users met for the first time.
        barred: those of them who are left out as bots or zombies, and bring in nobody.
    """

    step: int
    found: int
    barred: int


@dataclass(frozen=True, slots=True)
class Reached:
    """Who was found.

    Attributes:
        members: who is in; shape ``(users,)``.
        barred: who was found and left out; shape ``(users,)``.
        steps: how it went.
    """

    members: Mask
    barred: Mask
    steps: tuple[Growth, ...]


def grow(core: Mask, edges: Edges, *, barred: Mask, via: Via, depth: int) -> Reached:
    """The users within ``depth`` steps of ``core``, along edges as ``via`` says.

    Args:
        core: where it begins; shape ``(users,)``.
        edges: who follows whom.
        barred: who is left out before they bring in anybody; shape ``(users,)``.
        via: from a user to their ``followees``, their ``followers``, or ``both``.
        depth: number of steps.
    """
    found, seen = core, core.copy()
    steps = [_count(0, found, barred)]
    for step in range(1, depth + 1):
        front = found & ~barred
        found = _next(front, edges, via) & ~seen
        if not found.any():
            break
        seen |= found
        steps.append(_count(step, found, barred))
    return Reached(seen & ~barred, seen & barred, tuple(steps))


def _count(step: int, found: Mask, barred: Mask) -> Growth:
    return Growth(step, int(found.sum()), int((found & barred).sum()))


def _next(front: Mask, edges: Edges, via: Via) -> Mask:
    met = np.zeros_like(front)
    if via != "followers":
        met[edges.followee[front[edges.follower]]] = True
    if via != "followees":
        met[edges.follower[front[edges.followee]]] = True
    return met
