"""AgePredictor: whole years from posts, with examples of known age; and how sure of it the model is."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

from s3agents.errors import ModelError
from s3agents.llm.base import CreateResult
from s3agents.prompts.trait_pack import TextLimits, TraitPack
from s3agents.replies.probabilities import token_at
from s3agents.traits.base import Estimate, Evidence, Trait, Unknown
from s3agents.traits.infer import NO_TEXT, Fault
from s3agents.traits.llm.asking import Asker, each
from s3agents.traits.llm.replies import AGES, AgeReply
from s3agents.traits.llm.shots import Shots

__all__ = ["WITHIN", "AgePredictor", "age_confidence"]

WITHIN = 5
"""Years from which on a predicted age is wrong."""

_TOP_LOGPROBS = 20  # as many as endpoints usually grant
_SEEN = 0.9
_AGE = re.compile(rb'"age"\s*:\s*(\d+)')
_NUMBER = re.compile(rb"(\d+)\D*")


class AgePredictor:
    """The port :class:`~s3agents.traits.base.TraitPredictor` for age (S3 section 4.2.2).

    Args:
        asker: asks the model.
        pack: the prompts.
        method: how the predictor is called.
        limits: how much of a user's posts is shown.
        shots: examples of known age.
    """

    trait: Trait = "age"

    def __init__(self, asker: Asker, pack: TraitPack, *, method: str, limits: TextLimits, shots: Shots) -> None:
        self.method = method
        self._asker, self._pack, self._limits, self._shots = asker, pack, limits, shots

    async def predict(
        self, users: Sequence[Evidence], progress: Callable[[int], None] = lambda done: None
    ) -> list[Estimate | Unknown]:
        """An age for each of ``users`` who has written anything."""
        return await each(users, self._one, at_once=self._asker.concurrency, progress=progress)

    async def _one(self, user: Evidence) -> Estimate | Unknown:
        messages = self._pack.about("age", user, limits=self._limits, examples=self._shots.of(user))
        if messages is None:
            return Unknown(NO_TEXT)
        try:
            reply, result = await self._asker.ask(
                messages, AgeReply, user=user.persona.id, purpose="age", top=_TOP_LOGPROBS
            )
        except ModelError as error:
            return Fault(error.cause)
        return Estimate(reply.age, age_confidence(result))


def age_confidence(result: CreateResult) -> float | None:
    """Probability that the age is right to 5 years, as the model sees it.

    Looked at is the token that holds the number: of its alternatives that are ages, the share of those within 5 years.
    That is the probability only where a whole number is one token, and where the alternatives that the endpoint tells
    hold nearly all of the probability, 0.9 of it. Elsewhere, with tokens of one digit for instance, nobody knows the
    probability of the number next to it.

    Returns:
        A number in [0, 1], or ``None`` where it cannot be told.
    """
    tokens = result.logprobs or []
    pieces = [
        bytes(token.bytes) if token.bytes is not None else token.token.encode("utf-8", "replace") for token in tokens
    ]
    places = list(_AGE.finditer(b"".join(pieces)))
    if not places:
        return None
    number, start = places[-1][1], places[-1].start(1)
    index, before = token_at(pieces, start)
    age = _number(pieces[index], before)
    if age is None or age != int(number):
        return None
    told = [(bytes(top.bytes), top.logprob) for top in tokens[index].top_logprobs or () if top.bytes is not None]
    ages = [(other, math.exp(logprob)) for piece, logprob in told if (other := _number(piece, before)) in AGES]
    seen = math.fsum(p for _, p in ages)
    if seen < _SEEN:
        return None
    return min(1.0, math.fsum(p for other, p in ages if other is not None and abs(other - age) <= WITHIN) / seen)


def _number(piece: bytes, before: bytes) -> int | None:
    """The whole number that ``piece`` holds after ``before``."""
    found = _NUMBER.fullmatch(piece[len(before) :]) if piece.startswith(before) else None
    return None if found is None else int(found[1])
