"""Chance: what shows that code of a plugin draws from what it is given, and from nothing global."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

import numpy as np

__all__ = ["without_chance"]

_Came = TypeVar("_Came")


def without_chance(do: Callable[[], _Came]) -> _Came:
    """What ``do`` gives, twice the same, wherever the global generators of chance are; it has to leave them there."""
    one, other = _seeded(1, do), _seeded(2, do)
    assert one == other
    return one


def _seeded(seed: int, do: Callable[[], _Came]) -> _Came:
    before, before_numpy = random.getstate(), np.random.get_state()
    try:
        random.seed(seed)
        np.random.seed(seed)
        state = _generators()
        came = do()
        assert _generators() == state
        return came
    finally:
        random.setstate(before)
        np.random.set_state(before_numpy)


def _generators() -> tuple[object, ...]:
    """Where the global generators of chance are."""
    name, keys, *rest = np.random.get_state()
    return random.getstate(), name, np.asarray(keys).tobytes(), tuple(rest)
