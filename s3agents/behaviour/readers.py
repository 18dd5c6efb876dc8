"""Readers: what a text expresses: a level of emotion, or a side; owns how their linear functions are read.

What an answer says depends on what it answers. Its reader sees the words of the answer, and as words of their own
whether it answers anything, and how much of that it repeats.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from s3agents.labels import EMOTIONS
from s3agents.traits.learnt.heads import Heads, label_probabilities, sigmoid
from s3agents.traits.learnt.ngrams import features_of

__all__ = ["AttitudeReader", "EmotionReader", "answer"]

_STARTS, _ANSWERS = "qqstarts", "qqanswers"
_ECHOES = ((0.5, "qqrepeats"), (0.2, "qqpartly"))
"""How similar an answer is to what it answers, and the word that says so."""


@dataclass(frozen=True, slots=True)
class EmotionReader:
    """Levels of emotion, by one head each.

    Attributes:
        heads: for calm, moderate and intense.
    """

    heads: Heads

    def read(self, texts: Sequence[str]) -> list[tuple[float, float, float]]:
        """Probabilities of calm, moderate and intense for each text."""
        rows = self.heads.logits(texts).tolist() if texts else []
        found = []
        for row in rows:
            calm, moderate, intense = label_probabilities(row)
            found.append((calm, moderate, intense))
        return found

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """As named arrays, for a file."""
        return self.heads.arrays()

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> EmotionReader:
        """The reader of what :meth:`arrays` gave.

        Raises:
            KeyError: if an array is missing.
            ValueError: if they are no heads of three levels.
        """
        heads = Heads.of_arrays(arrays)
        if len(heads.intercepts) != len(EMOTIONS):
            raise ValueError(f"{len(heads.intercepts)} heads for {len(EMOTIONS)} levels of emotion")
        return cls(heads)


@dataclass(frozen=True, slots=True)
class AttitudeReader:
    """The probability of the positive side.

    Attributes:
        targets: what texts of :attr:`towards` may be about, in the order of its heads.
        towards: the side of a text on one of the targets; ``None`` if none was learnt.
        answering: the side that an answer takes on what it answers; ``None`` if that was not learnt.
    """

    targets: tuple[str, ...] = ()
    towards: Heads | None = None
    answering: Heads | None = None

    def read(self, text: str, *, parent: str | None = None, about: str = "") -> float | None:
        """Probability that ``text`` is on the positive side; ``None`` where nothing was learnt that could tell.

        Args:
            text: what was said.
            parent: what it answers, if anything.
            about: the topic; if it names one of the targets, the side is the one towards it.
        """
        target = self.target_in(about)
        if target is not None and self.towards is not None:
            return sigmoid(float(self.towards.logits([text])[0, target]))
        if self.answering is not None:
            return sigmoid(float(self.answering.logits([answer(text, parent)])[0, 0]))
        return None

    def target_in(self, about: str) -> int | None:
        """Number of the target that ``about`` is, letters of either case; ``None`` if it is none."""
        names = [name.casefold() for name in self.targets]
        name = about.strip().casefold()
        return names.index(name) if name in names else None

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """As named arrays, for a file."""
        parts = {"towards": self.towards, "answering": self.answering}
        known = {part: heads.arrays() for part, heads in parts.items() if heads is not None}
        return {f"{part}.{name}": array for part, own in known.items() for name, array in own.items()}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[np.generic]], targets: Sequence[str]) -> AttitudeReader:
        """The reader of what :meth:`arrays` gave.

        Raises:
            KeyError: if an array is missing.
            ValueError: if they are no such heads.
        """
        parts: dict[str, Heads | None] = {}
        for part in ("towards", "answering"):
            own = {k.removeprefix(f"{part}."): v for k, v in arrays.items() if k.startswith(f"{part}.")}
            parts[part] = Heads.of_arrays(own) if own else None
        towards, answering = parts["towards"], parts["answering"]
        if (0 if towards is None else len(towards.intercepts)) != len(targets):
            raise ValueError(f"heads that are not those of {len(targets)} targets")
        if answering is not None and len(answering.intercepts) != 1:
            raise ValueError("more than one head for answers")
        return cls(tuple(targets), towards, answering)


def answer(text: str, parent: str | None) -> str:
    """What the reader of answers sees: the text, with a word for what it has to do with ``parent``."""
    if parent is None:
        return f"{text} {_STARTS}"
    likeness = _likeness(text, parent)
    echoes = [word for bound, word in _ECHOES if likeness >= bound][:1]
    return " ".join([text, _ANSWERS, *echoes])


def _likeness(a: str, b: str) -> float:
    """Cosine of the n-grams of two texts."""
    found = features_of([a, b])
    first, second = found.rows == 0, found.rows == 1
    of_a = dict(zip(found.columns[first].tolist(), found.values[first].tolist(), strict=True))
    pairs = zip(found.columns[second].tolist(), found.values[second].tolist(), strict=True)
    return float(sum(of_a.get(column, 0.0) * value for column, value in pairs)) / 2.0
