"""Predictors of fitted models: the adapters behind the port :class:`s3agents.traits.base.TraitPredictor`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from s3agents.traits.base import Estimate, Evidence, Trait, Unknown
from s3agents.traits.infer import NO_TEXT
from s3agents.traits.learnt.ngrams import batches
from s3agents.traits.learnt.tasks import AgeScale, LabelTask
from s3agents.traits.learnt.trait_model import TEXTS, TraitModel, document

__all__ = ["NO_TARGET", "OTHER_TARGET", "LearntPredictor"]

NO_TARGET = "no target"
"""Why there is no attitude where nothing tells what it would be about."""
OTHER_TARGET = "target not learnt"
"""Why there is no attitude towards something that no example was about."""


class LearntPredictor:
    """Predicts a trait from what users wrote; what else is known of them is not looked at.

    Attributes:
        trait: which one.
        method: ``learnt/NAME``.
        model: what it predicts by.

    Args:
        model: of one trait.
        name: of the fitted model.
        texts: which of ``bio`` and ``posts`` the model was fitted on.
    """

    def __init__(self, model: TraitModel, name: str, texts: Sequence[str] = TEXTS) -> None:
        self.trait: Trait = model.trait
        self.method = f"learnt/{name}"
        self.model = model
        self._texts = tuple(texts)

    async def predict(
        self, users: Sequence[Evidence], progress: Callable[[int], None] = lambda done: None
    ) -> list[Estimate | Unknown]:
        """An estimate for each of ``users``; none depends on the others.

        ``Unknown`` are those without a text, and where the model tells several targets apart, those without one of
        them.

        Args:
            users: whom to look at.
            progress: called with how many are done.
        """
        texts = [document(user, self._texts) for user in users]
        answers: list[Estimate | Unknown] = []
        for cut in batches(texts):
            logits = self.model.heads.logits(texts[cut]).tolist()
            answers += [self._answer(*case) for case in zip(users[cut], texts[cut], logits, strict=True)]
            progress(len(answers))
            await asyncio.sleep(0)
        return answers

    def _answer(self, user: Evidence, text: str, logits: list[float]) -> Estimate | Unknown:
        if not text:
            return Unknown(NO_TEXT)
        about = self.model.facts.about
        if about is not None and about.targets:
            target = about.target_of(user.persona)
            if target not in about.targets:
                return Unknown(OTHER_TARGET if target else NO_TARGET)
            logits = [logits[about.targets.index(target)]]
        return self._estimate(self.model.facts.task, logits)

    def _estimate(self, task: LabelTask | AgeScale, logits: list[float]) -> Estimate:
        if isinstance(task, AgeScale):
            age = task.read(logits)
            return Estimate(age, None if self.model.confidence is None else self.model.confidence(age))
        label, p = task.read(logits)
        return Estimate(label, p[label], p)
