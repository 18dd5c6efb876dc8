"""Infer: which traits of which users are predicted, which predictions count, and what is written of them.

What the data give is never touched, and what was predicted before is not shown to predictors.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from s3agents.errors import FaultLimitError
from s3agents.ids import UserId
from s3agents.persona import Scalar
from s3agents.traits.base import Estimate, Evidence, Trait, TraitPredictor, Unknown
from s3agents.traits.occupations import OccupationEstimate
from s3agents.traits.subject import TRAITS, Standing, Subject, columns_of

__all__ = ["NO_TEXT", "Fault", "FieldResult", "changes", "check_faults", "infer_trait"]

NO_TEXT = "no text"
"""Why a trait is unknown of a user who has nothing to go by."""

_LOW = "low confidence"
_UNUSABLE = "unusable value in the data"
_DIGITS = 6  # of a confidence


@dataclass(frozen=True, slots=True)
class Fault(Unknown):
    """Unknown since a reply could not be had, or not be used; ``reason`` is the cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldResult:
    """What came of one trait.

    Attributes:
        trait: which one.
        method: of the predictor.
        given: users of whom the data give it.
        kept: users of whom it had been inferred before, and was left so.
        estimates: what is to be stored, by user.
        unanswered: why there is no estimate, by user.
        withdrawn: users of whom it had been inferred before, and is unknown now.
        unusable: users of whom the data give something that cannot be used.
        held_out: users of whom the data give it: the truth, and what was predicted without it.
        before: the values of all users as the file had them.
        left: those of them that stay.
    """

    trait: Trait
    method: str
    given: int
    kept: int
    estimates: Mapping[UserId, Estimate]
    unanswered: Mapping[UserId, Unknown] = field(default_factory=dict)
    withdrawn: Collection[UserId] = ()
    unusable: int = 0
    held_out: Sequence[tuple[Scalar, Estimate | Unknown]] = ()
    before: Counter[Scalar] = field(default_factory=Counter)
    left: Counter[Scalar] = field(default_factory=Counter)

    @property
    def answers(self) -> list[Estimate | Unknown]:
        """What the predictor said of all users whom it was handed, those who were held out last."""
        return [*self.estimates.values(), *self.unanswered.values(), *(answer for _, answer in self.held_out)]

    @property
    def asked(self) -> int:
        """Users whom the predictor could be asked about, held out or not: all but those who have nothing to go by."""
        return len(self.answers) - sum(isinstance(a, Unknown) and a.reason == NO_TEXT for a in self.answers)

    @property
    def unknown(self) -> Counter[str]:
        """Users without the trait by reason, faults included."""
        reasons = Counter(answer.reason for answer in self.unanswered.values())
        return reasons + Counter({_UNUSABLE: self.unusable})

    @property
    def faults(self) -> Counter[str]:
        """Users of whom a reply could not be had or used, by cause; held out or not."""
        return Counter(answer.reason for answer in self.answers if isinstance(answer, Fault))

    @property
    def after(self) -> Counter[Scalar]:
        """The values of all users as the file will have them."""
        return self.left + Counter(estimate.value for estimate in self.estimates.values())

    @property
    def confidence(self) -> float | None:
        """Mean confidence of the estimates that have one."""
        known = [e.confidence for e in self.estimates.values() if e.confidence is not None]
        return sum(known) / len(known) if known else None


async def infer_trait(
    subjects: Sequence[Subject],
    predictor: TraitPredictor,
    *,
    again: bool = False,
    score: bool = False,
    min_confidence: float = 0.0,
    progress: Callable[[int, int], None] = lambda done, due: None,
) -> FieldResult:
    """Predict one trait of all users who are without it.

    Args:
        subjects: all users.
        predictor: of the trait.
        again: whether what had been inferred before is inferred anew; a user may end up without it.
        score: whether to predict also what the data give, to be held against it.
        min_confidence: predictions of a lower confidence are no predictions; those that come without one are.
        progress: called with how many are done, and of how many.
    """
    trait = predictor.trait
    given = [s for s in subjects if _stands(s, trait, Standing.GIVEN)]
    inferred = [s for s in subjects if _stands(s, trait, Standing.INFERRED)]
    due = [
        s for s in subjects if _stands(s, trait, Standing.MISSING) or (again and _stands(s, trait, Standing.INFERRED))
    ]
    kept = [] if again else inferred
    usable = [s for s in given if _value(s, trait) is not None]
    held = usable if score else []
    asked = [*due, *held]
    evidence = [_evidence(subject, trait) for subject in asked]
    found = await predictor.predict(evidence, lambda done: progress(done, len(asked)))
    answers = [_sure(answer, min_confidence) for answer in found]
    mine, theirs = answers[: len(due)], answers[len(due) :]
    pairs = list(zip(due, mine, strict=True))
    return FieldResult(
        trait=trait,
        method=predictor.method,
        given=len(usable),
        kept=len(kept),
        estimates={s.persona.id: answer for s, answer in pairs if isinstance(answer, Estimate)},
        unanswered={s.persona.id: answer for s, answer in pairs if isinstance(answer, Unknown)},
        withdrawn=[s.persona.id for s, a in pairs if isinstance(a, Unknown) and _stands(s, trait, Standing.INFERRED)],
        unusable=len(given) - len(usable),
        held_out=[(_known(s, trait), answer) for s, answer in zip(held, theirs, strict=True)],
        before=_values(subjects, trait),
        left=_values([*given, *kept], trait),
    )


def check_faults(results: Sequence[FieldResult], limit: float) -> None:
    """Raise if of some trait more than the share ``limit`` of the predictions failed.

    Raises:
        FaultLimitError: with the causes.
    """
    told = [_failures(result) for result in results if result.faults.total() > limit * result.asked]
    if told:
        raise FaultLimitError(
            f"{'; '.join(told)}; the limit is {limit:.0%}, and nothing is stored"
            " (try again: what was answered is not asked twice; or raise the limit: --fault-limit SHARE)"
        )


def _failures(result: FieldResult) -> str:
    causes = ", ".join(f"{count:,} x {cause}" for cause, count in result.faults.most_common())
    return f"{result.trait}: {result.faults.total():,} of {result.asked:,} predictions failed ({causes})"


def changes(results: Sequence[FieldResult]) -> dict[UserId, dict[str, Scalar | None]]:
    """What is to be written: for each user whom it concerns, column to value, ``None`` to clear the column."""
    rows: dict[UserId, dict[str, Scalar | None]] = {}
    for result in results:
        for user in result.withdrawn:
            rows.setdefault(user, {}).update(dict.fromkeys(columns_of(result.trait)))
        for user, estimate in result.estimates.items():
            rows.setdefault(user, {}).update(_described(result, estimate))
    return rows


def _described(result: FieldResult, estimate: Estimate) -> dict[str, Scalar | None]:
    confidence = None if estimate.confidence is None else round(estimate.confidence, _DIGITS)
    answer = estimate.answer if isinstance(estimate, OccupationEstimate) else None
    values: tuple[Scalar | None, ...] = (estimate.value, confidence, result.method, answer)
    return dict(zip(columns_of(result.trait), values, strict=False))


def _stands(subject: Subject, trait: Trait, standing: Standing) -> bool:
    return subject.standings[trait] is standing


def _evidence(subject: Subject, trait: Trait) -> Evidence:
    """What the data state, without ``trait`` and without anything that was inferred."""
    inferred = [name for name, standing in subject.standings.items() if standing is Standing.INFERRED]
    hidden = {column for name in {trait, *inferred} for column in columns_of(name)}
    extra = {name: value for name, value in subject.persona.extra.items() if name not in hidden}
    nothing: dict[str, Any] = dict.fromkeys(name for name in TRAITS if name in hidden)
    return Evidence(replace(subject.persona, extra=extra, **nothing), subject.posts)


def _sure(answer: Estimate | Unknown, least: float) -> Estimate | Unknown:
    if isinstance(answer, Estimate) and answer.confidence is not None and answer.confidence < least:
        return Unknown(_LOW)
    return answer


def _value(subject: Subject, trait: Trait) -> Scalar | None:
    value: Scalar | None = getattr(subject.persona, trait)
    return value


def _known(subject: Subject, trait: Trait) -> Scalar:
    value = _value(subject, trait)
    assert value is not None  # noqa: S101  # held out are users who have it
    return value


def _values(subjects: Sequence[Subject], trait: Trait) -> Counter[Scalar]:
    return Counter(value for subject in subjects if (value := _value(subject, trait)) is not None)
