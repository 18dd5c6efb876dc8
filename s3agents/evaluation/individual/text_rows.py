"""Text rows: what minds wrote, scored beside what users really wrote (S3 Table 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from s3agents.embed.base import Embedder
from s3agents.errors import ModelError
from s3agents.evaluation.individual.probe import Task
from s3agents.evaluation.individual.results import Row, TextRow
from s3agents.evaluation.text_scores import cosines, distinct, mean_score, perplexity, words
from s3agents.traits.scores import Score

__all__ = ["TextScorer", "TextScoring"]

_TRIAL = "This is a sentence."


class TextScorer(Protocol):
    """A model that tells how likely it finds a text."""

    @property
    def name(self) -> str:
        """Of the model."""
        ...

    async def token_logprobs(self, texts: Sequence[str]) -> list[list[float] | ModelError]:
        """Natural log probabilities of the tokens of each text, given those before; the first token has none.

        Where a text failed, its error stands in its place.
        """
        ...


@dataclass(slots=True)
class TextScoring:
    """Scores texts.

    Attributes:
        embedder: for likeness.
        scorer: for perplexity; ``None`` for none.
        seed: of the intervals.
        perplexity_by: the model that perplexity is of, or why there is none.
    """

    embedder: Embedder
    scorer: TextScorer | None
    seed: int
    perplexity_by: str = field(default="", init=False)

    async def rows(self, task: Task, rows: Sequence[Row], groups: Sequence[str] | None) -> list[TextRow]:
        """What users really wrote, then a row for each mind.

        Args:
            task: with what users really wrote.
            rows: what minds did.
            groups: of the probes, which are drawn together for the intervals.
        """
        scorer = await self._usable()
        truth = [probe.truth for probe in task.probes]
        own = Row(name="what users wrote", seen=None, asked=len(truth))
        return [
            await self._scored(own, truth, groups, scorer),
            *[await self._of_mind(row, truth, groups, scorer) for row in rows],
        ]

    async def _usable(self) -> TextScorer | None:
        """The scorer, if it does what it should; else why not is noted."""
        if self.scorer is None:
            self.perplexity_by = "none: no endpoint is named that could tell how likely texts are"
            return None
        tried = (await self.scorer.token_logprobs([_TRIAL]))[0]
        if isinstance(tried, ModelError):
            self.perplexity_by = f"none: the endpoint gives no prompt_logprobs ({tried})"
            return None
        self.perplexity_by = self.scorer.name
        return self.scorer

    async def _of_mind(
        self, row: Row, truth: Sequence[str], groups: Sequence[str] | None, scorer: TextScorer | None
    ) -> TextRow:
        at = [i for i, answer in enumerate(row.answers) if answer.text is not None]
        texts = [str(row.answers[i].text) for i in at]
        drawn = None if groups is None else [groups[i] for i in at]
        scored = await self._scored(row, texts, drawn, scorer)
        return replace(scored, cosine=await self._likeness(texts, [truth[i] for i in at], drawn))

    async def _scored(
        self, row: Row, texts: Sequence[str], groups: Sequence[str] | None, scorer: TextScorer | None
    ) -> TextRow:
        cut = [words(text) for text in texts]
        likely, problem = await self._perplexity(texts, groups, scorer)
        return TextRow(
            **(row.values() | {"note": row.note or problem}),
            n=len(texts),
            perplexity=likely,
            distinct_1=distinct(cut, 1),
            distinct_2=distinct(cut, 2),
            chars=mean_score([float(len(text)) for text in texts], groups=groups, seed=self.seed),
            words=mean_score([float(len(text)) for text in cut], groups=groups, seed=self.seed),
        )

    async def _perplexity(
        self, texts: Sequence[str], groups: Sequence[str] | None, scorer: TextScorer | None
    ) -> tuple[Score | None, str]:
        """Perplexity, and what is wrong with it."""
        if scorer is None or not texts:
            return None, ""
        found = await scorer.token_logprobs(texts)
        kept = [[] if isinstance(values, ModelError) else values for values in found]
        failed = sum(isinstance(values, ModelError) for values in found)
        problem = f"perplexity of {len(texts) - failed:,} texts; {failed:,} failed" if failed else ""
        return perplexity(kept, groups=groups, seed=self.seed), problem

    async def _likeness(self, texts: Sequence[str], truth: Sequence[str], groups: Sequence[str] | None) -> Score | None:
        if not texts:
            return None
        values = cosines(await self.embedder.embed(texts), await self.embedder.embed(truth))
        return mean_score(values, groups=groups, seed=self.seed)
