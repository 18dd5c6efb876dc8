"""LabelPredictor: gender and attitude, each one of two labels, with its probability."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from s3agents.errors import ModelError
from s3agents.labels import ATTITUDES
from s3agents.prompts.trait_pack import TextLimits, TraitPack
from s3agents.replies import Reply, label_probabilities
from s3agents.traits.base import Estimate, Evidence, Trait, Unknown
from s3agents.traits.infer import NO_TEXT, Fault
from s3agents.traits.llm.asking import Asker, each
from s3agents.traits.llm.replies import GENDERS, AttitudeReply, GenderReply

__all__ = ["LabelPredictor"]

_LABELS: Mapping[Trait, tuple[str, ...]] = {"gender": GENDERS, "attitude": tuple(str(side) for side in ATTITUDES)}
_TOP_LOGPROBS = 8
_REPLIES: Mapping[Trait, type[Reply]] = {"gender": GenderReply, "attitude": AttitudeReply}


class LabelPredictor:
    """The port :class:`~s3agents.traits.base.TraitPredictor` for gender (S3 section 4.2.2) and attitude (3.3.2).

    The confidence is the probability of the label, from the log probabilities of the reply; without them there is none.

    Args:
        trait: ``gender`` or ``attitude``.
        asker: asks the model.
        pack: the prompts.
        method: how the predictor is called.
        limits: how much of a user's texts is shown.
        question: whose answer the attitude is.
    """

    def __init__(
        self, trait: Trait, asker: Asker, pack: TraitPack, *, method: str, limits: TextLimits, question: str = ""
    ) -> None:
        self.trait, self.method = trait, method
        self._asker, self._pack, self._limits, self._question = asker, pack, limits, question

    async def predict(
        self, users: Sequence[Evidence], progress: Callable[[int], None] = lambda done: None
    ) -> list[Estimate | Unknown]:
        """A label for each of ``users`` of whom there is anything to go by."""
        return await each(users, self._one, at_once=self._asker.concurrency, progress=progress)

    async def _one(self, user: Evidence) -> Estimate | Unknown:
        messages = self._pack.about(self.trait, user, limits=self._limits, question=self._question)
        if messages is None:
            return Unknown(NO_TEXT)
        try:
            reply, result = await self._asker.ask(
                messages, _REPLIES[self.trait], user=user.persona.id, purpose=self.trait, top=_TOP_LOGPROBS
            )
        except ModelError as error:
            return Fault(error.cause)
        label: str = getattr(reply, self.trait)
        p = label_probabilities(result, self.trait, _LABELS[self.trait])
        if p is None:
            return Estimate(label)
        shares = dict(zip(_LABELS[self.trait], p, strict=True))
        return Estimate(label, shares[label], shares)
