"""Curve and Truth: what really happened over time; owns the names of curves and what their values may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from s3agents.errors import InputError, explain

__all__ = ["COUNTS", "CURVES", "LEVELS", "Curve", "Floats", "Truth"]

Floats = NDArray[np.float64]

COUNTS = ("aware", "forwards", "posts")
"""Curves that count from the beginning on, and so never fall."""

LEVELS: Mapping[str, float] = {"emotion_level": 2.0, "share_positive": 1.0, "share_intense": 1.0}
"""Curves of means and shares, from 0 to the given value."""

CURVES = (*COUNTS, *LEVELS)
"""Every name that a curve may have."""


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One quantity over time.

    Attributes:
        name: one of :data:`CURVES`: ``aware``, users whom the matter has reached so far; ``forwards`` and ``posts``
            (first posts and replies) so far; ``emotion_level``, mean of calm 0, moderate 1 and intense 2, and
            ``share_intense``, at the time; ``share_positive``, share of positive attitudes.
        minutes: since the beginning, ascending, shape ``(n,)``.
        values: shape ``(n,)``.

    Raises:
        InputError: for another name, arrays of different lengths, times that do not ascend, values that are not
            finite or out of range, and counts that fall.
    """

    name: str
    minutes: Floats
    values: Floats

    def __post_init__(self) -> None:
        for field in ("minutes", "values"):
            array = np.array(getattr(self, field), dtype=np.float64)
            array.setflags(write=False)
            object.__setattr__(self, field, array)
        self._check()

    def __len__(self) -> int:
        return len(self.values)

    @property
    def is_count(self) -> bool:
        """Whether it counts from the beginning on, and so never falls."""
        return self.name in COUNTS

    @property
    def final(self) -> float | None:
        """The last value; ``None`` where there is none."""
        return float(self.values[-1]) if len(self) else None

    def _check(self) -> None:
        if self.name not in CURVES:
            raise InputError(explain("curve", wanted=f"one of {', '.join(CURVES)}", got=repr(self.name)))
        if self.minutes.ndim != 1 or self.minutes.shape != self.values.shape:
            got = f"{self.minutes.shape} and {self.values.shape}"
            raise InputError(explain(f"curve {self.name}", wanted="as many minutes as values", got=got))
        self._refuse(~np.isfinite(self.minutes), "finite times")
        self._refuse(np.diff(self.minutes, prepend=-np.inf) <= 0, "times that ascend")
        if self.is_count:
            self._refuse(~np.isfinite(self.values) | (self.values < 0), "counts from 0 on")
            self._refuse(np.diff(self.values, prepend=0.0) < 0, "a count from the beginning on, which never falls")
        else:
            most = LEVELS[self.name]
            self._refuse(~((self.values >= 0) & (self.values <= most)), f"values from 0 to {most:g}")

    def _refuse(self, wrong: NDArray[np.bool_], wanted: str) -> None:
        """Raise for the first place that is ``wrong``."""
        if wrong.any():
            at = int(wrong.argmax())
            got = f"{self.values[at]:g} at minute {self.minutes[at]:g}"
            raise InputError(explain(f"curve {self.name}", wanted=wanted, got=got))


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What a population really did.

    Attributes:
        name: where it is from, as tables call it.
        split: the part of the data that it belongs to, such as ``dev``; ``all`` where the data are not split.
        case: id of the cascade or event; empty where there is one only and it has no id.
        curves: by name.
    """

    name: str
    split: str
    case: str
    curves: Mapping[str, Curve]
