"""Tables: what is a number in messages between coordinator and workers: labels in a fixed order, ids as they come."""

from __future__ import annotations

from typing import Final, Generic, TypeVar

from s3agents.events import Action, PostKind, Source
from s3agents.labels import Attitude, Emotion

__all__ = ["ACTIONS", "ATTITUDES", "EMOTIONS", "KINDS", "SOURCES", "Table"]

K = TypeVar("K")

ACTIONS: Final = tuple(Action)
ATTITUDES: Final = tuple(Attitude)
EMOTIONS: Final = tuple(Emotion)
KINDS: Final = tuple(PostKind)
SOURCES: Final = tuple(Source)


class Table(dict[K, int], Generic[K]):
    """The number of a value, given when it is first asked for.

    Attributes:
        values_in_order: the values, in the order of their numbers.
    """

    def __init__(self) -> None:
        super().__init__()
        self.values_in_order: list[K] = []

    def __missing__(self, value: K) -> int:
        number = self[value] = len(self.values_in_order)
        self.values_in_order.append(value)
        return number
