"""BehaviourFacts: what ``model.json`` of a learnt behaviour holds; unknown keys and other versions are errors."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from s3agents.behaviour.features import FEATURES
from s3agents.traits.learnt.ngrams import BITS, CHARACTERS, WORDS

__all__ = ["FORMAT", "PARTS", "BehaviourFacts", "PartFacts", "Source", "TextFeatures"]

FORMAT: Final = 1
"""Version of the layout of model files."""
PARTS = ("forward", "post", "delay", "emotion", "towards", "answering", "emotion_step", "attitude_step")
"""What there is to learn: acts on an exposure, the time until them, what texts express, and how that changes."""

_CLOSED = ConfigDict(frozen=True, extra="forbid", strict=True)
Probability = Annotated[float, Field(ge=0.0, le=1.0)]


class TextFeatures(BaseModel):
    """What readers see of a text; weights are of use with the same features only."""

    model_config = _CLOSED

    kind: str = "hashed n-grams"
    characters: tuple[int, int] = CHARACTERS
    words: tuple[int, int] = WORDS
    bits: int = BITS


class Source(BaseModel):
    """Data that a model learnt from.

    Attributes:
        name: of the folder or file.
        split: which part of it.
        cases: cascades.
        exposures: of users to them.
        texts: with a label.
    """

    model_config = _CLOSED

    name: str
    split: str = "all"
    cases: int = 0
    exposures: int = 0
    texts: int = 0


class PartFacts(BaseModel):
    """What is known about one part of a model.

    Attributes:
        method: how it was learnt; for a part that was not, the textbook model that stands in.
        not_learnt: why it was not; empty if it was.
        examples: training rows by label.
        left_out: rows that were not used, by reason.
        cross_validation: scores on rows that the model had not seen, as plain JSON values.
    """

    model_config = _CLOSED

    method: str
    not_learnt: str = ""
    examples: dict[str, int] = Field(default_factory=dict)
    left_out: dict[str, int] = Field(default_factory=dict)
    cross_validation: dict[str, Any] = Field(default_factory=dict)


class BehaviourFacts(BaseModel):
    """The contents of ``model.json``.

    Attributes:
        format: version of the layout.
        kind: that this is a model of behaviour.
        name: of the model.
        features: what an exposure is told by, in order.
        text_features: what readers see of a text.
        targets: what texts may take sides on, in the order of the heads.
        sources: what it learnt from.
        parts: what is known about each of its parts.
        emotion_step: probability of each next level, a row for each level before; ``None`` if not learnt.
        attitude_step: the same for the sides (negative, positive).
        folds: of the cross-validation.
        seed: of trees, folds and intervals.
        versions: of the packages that fitted it.
        sha256: of ``weights.npz``.
    """

    model_config = _CLOSED

    format: Literal[1] = FORMAT
    kind: Literal["behaviour"] = "behaviour"
    name: Annotated[str, Field(pattern=r"^[\w.-]{1,80}$")]
    features: tuple[str, ...] = FEATURES
    text_features: TextFeatures = TextFeatures()
    targets: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    parts: dict[Annotated[str, Field(pattern="^[a-z_]+$")], PartFacts]
    emotion_step: tuple[tuple[Probability, Probability, Probability], ...] | None = None
    attitude_step: tuple[tuple[Probability, Probability], ...] | None = None
    folds: int
    seed: int
    versions: dict[str, str]
    sha256: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> BehaviourFacts:
        if tuple(self.parts) != PARTS:
            raise ValueError(f"parts other than {', '.join(PARTS)}")
        if self.features != FEATURES or self.text_features != TextFeatures():
            raise ValueError("features that this version does not make")
        for steps, n in ((self.emotion_step, 3), (self.attitude_step, 2)):
            if steps is not None and (len(steps) != n or any(abs(sum(row) - 1.0) > 1e-6 for row in steps)):
                raise ValueError("transitions whose probabilities do not sum to 1")
        return self

    def learnt(self) -> tuple[str, ...]:
        """The parts that were learnt."""
        return tuple(name for name in PARTS if not self.parts[name].not_learnt)
