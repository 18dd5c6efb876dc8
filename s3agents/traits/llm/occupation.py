"""OccupationPredictor: first every user's occupation in free text, then all different ones in a few categories."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from s3agents.errors import ModelError, ReplyError
from s3agents.prompts.trait_pack import TextLimits, TraitPack
from s3agents.traits.base import Estimate, Evidence, Trait, Unknown
from s3agents.traits.infer import NO_TEXT, Fault
from s3agents.traits.llm.asking import Asker, each
from s3agents.traits.llm.replies import grouping_reply, occupation_reply
from s3agents.traits.occupations import NO_OCCUPATION, NoOccupation, OccupationEstimate

__all__ = ["BATCH", "OccupationPredictor"]

BATCH = 20
"""Occupations that one request puts into categories."""

_LINE_TOKENS = 32  # number, quotes and the longest name of a category
_Answer = str | Unknown


class OccupationPredictor:
    """The port :class:`~s3agents.traits.base.TraitPredictor` for occupation (S3 section 4.2.2).

    The model names an occupation for each user; then it puts all different ones (S3 found 1,016) into the categories,
    a batch at a time; those that have been put into one before stay in it. A batch whose reply stays unusable is asked
    for again in halves, so that one odd answer costs itself alone. There is no confidence: what a model says of its own
    words is not how likely they are right.

    Args:
        asker: asks the model.
        pack: the prompts.
        method: how the predictor is called.
        limits: how much of a user's texts is shown.
        categories: what the occupations are put into.
        known: occupations with the category that they are in already.
        bounded: whether the schema bounds the length of an answer.
    """

    trait: Trait = "occupation"

    def __init__(
        self,
        asker: Asker,
        pack: TraitPack,
        *,
        method: str,
        limits: TextLimits,
        categories: Sequence[str],
        known: Mapping[str, str],
        bounded: bool = False,
    ) -> None:
        self.method = method
        self._asker, self._pack, self._limits, self._categories = asker, pack, limits, tuple(categories)
        self._known = {_key(answer): category for answer, category in known.items()}
        self._reply = occupation_reply(bounded=bounded)

    async def predict(
        self, users: Sequence[Evidence], progress: Callable[[int], None] = lambda done: None
    ) -> list[Estimate | Unknown]:
        """A category for each of ``users`` of whom there is anything to go by."""
        answers = await each(users, self._answer, at_once=self._asker.concurrency, progress=progress)
        named = {_key(answer) for answer in answers if isinstance(answer, str)}
        groups = {**self._known, **await self._grouped(sorted(named - self._known.keys()))}
        return [a if isinstance(a, Unknown) else _estimate(a, groups[_key(a)]) for a in answers]

    async def _answer(self, user: Evidence) -> _Answer:
        messages = self._pack.about("occupation", user, limits=self._limits)
        if messages is None:
            return Unknown(NO_TEXT)
        try:
            reply, _ = await self._asker.ask(messages, self._reply, user=user.persona.id, purpose="occupation")
        except ModelError as error:
            return Fault(error.cause)
        return reply.occupation

    async def _grouped(self, answers: Sequence[str]) -> dict[str, _Answer]:
        batches = [answers[start : start + BATCH] for start in range(0, len(answers), BATCH)]
        found = await each(batches, self._group, at_once=self._asker.concurrency)
        return {answer: category for batch in found for answer, category in batch.items()}

    async def _group(self, batch: Sequence[str]) -> Mapping[str, _Answer]:
        """The category of each of ``batch``, or why it has none."""
        model = grouping_reply(len(batch), (*self._categories, NO_OCCUPATION))
        messages = self._pack.grouping(batch, self._categories)
        try:
            reply, _ = await self._asker.ask(
                messages, model, user="", purpose="grouping", tokens=_LINE_TOKENS * len(batch)
            )
        except ReplyError:
            if len(batch) == 1:
                return {batch[0]: Fault("not grouped")}
            middle = len(batch) // 2
            return {**await self._group(batch[:middle]), **await self._group(batch[middle:])}
        except ModelError as error:
            return dict.fromkeys(batch, Fault(error.cause))
        chosen = reply.model_dump()
        return {answer: chosen[str(number)] for number, answer in enumerate(batch, 1)}


def _key(answer: str) -> str:
    """What makes two answers the same: their letters, in whichever case."""
    return answer.casefold().strip(" .。") or answer


def _estimate(answer: str, category: _Answer) -> Estimate | Unknown:
    if isinstance(category, Unknown):
        return category
    return NoOccupation(answer=answer) if category == NO_OCCUPATION else OccupationEstimate(category, answer=answer)
