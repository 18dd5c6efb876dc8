"""Basis: what a score stands on: how many rows, of which split, with which seed, and whether a model had seen them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Basis"]

_SEEN = {True: "seen in training", False: "unseen in training", None: "nobody knows whether seen in training"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a table of scores stands on; every table carries one.

    Attributes:
        n: what was scored, counted in ``unit``.
        unit: plural, such as ``cases`` or ``decisions``.
        split: name of the part of the data, such as ``dev``; ``all`` where the data are not split.
        seed: of draws, folds and intervals.
        seen: whether the model had learnt from what it is scored on; ``None`` where that cannot be known, as for a
            language model and public texts.
        left_out: what was not scored, by reason.
    """

    n: int
    unit: str
    split: str
    seed: int
    seen: bool | None
    left_out: dict[str, int]

    def told(self) -> str:
        """One line for the caption of a table."""
        gone = ", ".join(f"{n:,} {why}" for why, n in self.left_out.items() if n)
        left_out = f"; left out: {gone}" if gone else ""
        return f"n = {self.n:,} {self.unit}, split {self.split}, seed {self.seed}, {_SEEN[self.seen]}{left_out}"

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)
