"""The work of ``s3agents infer``: one trait after the other, by the predictor that each has, and how it ends early."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from s3agents import wiring
from s3agents.cli.bars import PartBars
from s3agents.cli.console import note
from s3agents.cli.infer_model import Questioning
from s3agents.cli.infer_tables import Scores
from s3agents.config.model import ModelSection
from s3agents.errors import BudgetError, InputError, ModelError, RunError, explain
from s3agents.traits.base import Trait, TraitPredictor
from s3agents.traits.held_out import score_result
from s3agents.traits.infer import FieldResult, infer_trait
from s3agents.traits.target import Target

__all__ = ["Job"]


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be predicted, of whom, and by what.

    Attributes:
        target: the society.
        traits: what is predicted, in this order.
        ready: predictors that need no model, by trait; the model predicts the rest.
        questioning: how the model is asked.
        section: the model; not needed if all traits have a predictor.
        again: whether what was inferred before is inferred anew.
        score: whether what the data give is predicted too.
        min_confidence: predictions of a lower confidence do not count.
    """

    target: Target
    traits: Sequence[Trait]
    ready: Mapping[Trait, TraitPredictor]
    questioning: Questioning
    section: ModelSection | None
    again: bool = False
    score: bool = False
    min_confidence: float = 0.0

    def run(self, replies: Path) -> list[FieldResult]:
        """The result of each trait; replies of the model are recorded in the file ``replies``.

        Raises:
            InputError: if nothing can be recorded there.
            BudgetError: if the token budget is used up.
        """
        try:
            return asyncio.run(self._run(replies))
        except BudgetError as error:
            spent = str(error).partition(" (")[0]
            raise BudgetError(f"{spent} (go on with a larger one: --set model.budget=TOKENS)") from error
        except (RunError, ModelError, KeyboardInterrupt):
            if self.section is not None:
                note("what was answered is kept: the same command goes on where it was")
            raise

    def scores(self, results: Sequence[FieldResult]) -> Scores:
        """What was held out, held against what the data give; nothing unless that was asked for."""
        if not self.score:
            return {}
        asked = self.questioning
        return {r.trait: score_result(r, categories=asked.categories, seed=asked.seed) for r in results}

    def facts(self) -> dict[Trait, dict[str, Any]]:
        """How each trait comes about, for the society's ``society.json``."""
        question = {"question": self.questioning.question}
        return {trait: {**self._origin(trait), **(question if trait == "attitude" else {})} for trait in self.traits}

    def _origin(self, trait: Trait) -> Mapping[str, Any]:
        return {} if trait in self.ready or self.section is None else self.questioning.facts(trait, self.section)

    async def _run(self, replies: Path) -> list[FieldResult]:
        async with AsyncExitStack() as stack:
            predictors = dict(self.ready)
            if self.section is not None:
                _make_room(replies.parent)
                client = wiring.build_client(self.section)
                model = await stack.enter_async_context(wiring.opened_model(self.section, client, replies))
                missing = [trait for trait in self.traits if trait not in predictors]
                predictors |= self.questioning.predictors(
                    missing, model, self.section, groups=self._groups(self.section)
                )
            bars = stack.enter_context(PartBars("infer"))
            return [await self._infer(predictors[trait], bars) for trait in self.traits]

    def _groups(self, section: ModelSection) -> Mapping[str, str]:
        questioning = self.questioning
        return {} if self.again else self.target.known_groups(questioning.method(section), questioning.categories)

    async def _infer(self, predictor: TraitPredictor, bars: PartBars) -> FieldResult:
        return await infer_trait(
            self.target.subjects,
            predictor,
            again=self.again,
            score=self.score,
            min_confidence=self.min_confidence,
            progress=partial(bars, predictor.trait),
        )


def _make_room(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        wanted = "a folder that can be written"
        raise InputError(explain(str(folder), wanted=wanted, got=exc.strerror or str(exc))) from exc
