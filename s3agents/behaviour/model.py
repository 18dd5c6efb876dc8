"""BehaviourModel: what was learnt about how users act, feel and take sides, and what is known about how good it is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from s3agents.behaviour.delay import Delays
from s3agents.behaviour.model_facts import BehaviourFacts
from s3agents.behaviour.outcome import Outcome, expit
from s3agents.behaviour.readers import AttitudeReader, EmotionReader
from s3agents.events import Action
from s3agents.ids import text_id

__all__ = ["BehaviourModel", "case_mark", "text_mark"]

_Floats = NDArray[np.float64]
_MARK = 8
"""Bytes of a mark: of a million texts, one in a hundred million unseen ones is taken for a seen one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BehaviourModel:
    """What a fitted cognition goes by; each part may be missing, where the data did not have it.

    Attributes:
        facts: what ``model.json`` says.
        outcomes: of an exposure: ``forward``, and ``post``, which is an answer by those who do not forward.
        delays: minutes from exposure to act.
        emotion: reads the level of emotion from a text.
        attitude: reads the side that a text takes.
        seen: marks of the cases and texts that it learnt from, ascending (:func:`case_mark`, :func:`text_mark`).
    """

    facts: BehaviourFacts
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    delays: Delays | None = None
    emotion: EmotionReader | None = None
    attitude: AttitudeReader | None = None
    seen: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))

    @property
    def acts(self) -> bool:
        """Whether it has learnt what users do."""
        return "forward" in self.outcomes

    def forward(self, rows: _Floats, *, base_rate: float = 1.0) -> _Floats:
        """Probability that each exposure is forwarded sooner or later.

        Args:
            rows: features, of shape ``(n, len(FEATURES))``.
            base_rate: factor on the odds.
        """
        return expit(self.outcomes["forward"].logits(rows) + np.log(base_rate))

    def probabilities(self, rows: _Floats, *, base_rate: float = 1.0) -> dict[Action, _Floats]:
        """Probability of each act on each exposure; they sum to 1.

        Args:
            rows: features, of shape ``(n, len(FEATURES))``.
            base_rate: factor on the odds of a forward.
        """
        return self.probabilities_of_each([rows], base_rate=base_rate)[0]

    def probabilities_of_each(self, parts: Sequence[_Floats], *, base_rate: float = 1.0) -> list[dict[Action, _Floats]]:
        """:meth:`probabilities` of each of ``parts``, to the last bit, for little more than those of one.

        Args:
            parts: features, each of shape ``(n, len(FEATURES))``; at least one.
            base_rate: factor on the odds of a forward.
        """
        forwards, answers = self.outcomes["forward"].logits_of_each(parts), self.outcomes.get("post")
        posts = None if answers is None else np.concatenate(answers.logits_of_each(parts))
        found = _probabilities(np.concatenate(forwards) + np.log(base_rate), posts)
        bounds = pairwise([0, *accumulate(map(len, parts))])
        return [{act: p[start:end] for act, p in found.items()} for start, end in bounds]

    def saw_case(self, case: str) -> bool:
        """Whether it learnt from the case of this id."""
        return self._saw(case_mark(case))

    def saw_text(self, text: str) -> bool:
        """Whether it learnt from this text."""
        return self._saw(text_mark(text))

    def _saw(self, mark: np.uint64) -> bool:
        at = int(np.searchsorted(self.seen, mark))
        return at < len(self.seen) and bool(self.seen[at] == mark)


def _probabilities(forward_logits: _Floats, post_logits: _Floats | None) -> dict[Action, _Floats]:
    forward = expit(forward_logits)
    post = (1.0 - forward) * (0.0 if post_logits is None else expit(post_logits))
    return {Action.FORWARD: forward, Action.POST: post, Action.INACTIVE: 1.0 - forward - post}


def case_mark(case: str) -> np.uint64:
    """What stands for a case in :attr:`BehaviourModel.seen`."""
    return _mark(f"case\x1f{case}")


def text_mark(text: str) -> np.uint64:
    """What stands for a text in :attr:`BehaviourModel.seen`; blanks around it do not count."""
    return _mark(f"text\x1f{text_id(text.strip())}")


def _mark(name: str) -> np.uint64:
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=_MARK).digest()
    return np.uint64(int.from_bytes(digest, "little"))
