"""Study: what a study compares: variants of a scenario by factors and levels, over societies and seeds."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from s3agents.config.section import Section

__all__ = ["INDIVIDUAL", "METRICS", "OUTCOMES", "IndividualSection", "PatchSection", "StudySection"]

_Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
_MOST_CELLS = 10_000

OUTCOMES = (
    "aware",
    "posts",
    "forwards",
    "emotion_level",
    "share_intense",
    "share_positive",
    "largest_cascade",
    "accuracy",
    "faults",
    "tokens",
)
"""What a run may be judged by: ends of its curves, its largest cascade, right attitudes (where the scenario compares),
failed turns, and tokens."""


_LABELS = ("accuracy", "f1", "macro_f1", "auc")
INDIVIDUAL = {
    "emotion_level": _LABELS,
    "event_propagation": _LABELS,
    "initial_attitude": _LABELS,
    "attitude_to_post": _LABELS,
    "attitude_change": _LABELS,
    "text": ("cosine", "distinct_1", "distinct_2", "chars", "words"),
}
"""What the minds of a variant may be judged by beside real users, as ``TASK.SCORE``: the scores of each task."""


METRICS = "metrics."
"""What the names of outcomes begin with that are of metrics."""


class IndividualSection(Section):
    """Real users that minds are held against, as ``s3agents evaluate individual`` does (S3, Tables 2 and 3).

    Attributes:
        data: folders and files of observed behaviour; relative to the study's file.
        history: further folders of cascades, from which it is known what users had done before.
        split: only this part of the data.
        limit: most probes of a task in a replicate, drawn by its seed: all variants are asked the same ones.
    """

    data: tuple[str, ...] = Field(min_length=1)
    history: tuple[str, ...] = ()
    split: str | None = None
    limit: int = Field(default=200, ge=1)


class PatchSection(Section):
    """A prompt pack with some of its text replaced.

    Attributes:
        pack: the pack: a name, or a pack's folder.
        replace: by file (such as ``system.txt``), pairs of a text that stands in it exactly once, and what takes its
            place.
    """

    pack: str = "joint"
    replace: dict[str, tuple[tuple[str, str], ...]] = Field(min_length=1)


class StudySection(Section):
    """A study.

    A level is a mapping of settings: dotted keys of the scenario, and ``prompt_patch`` (:class:`PatchSection`) for a
    pack that differs in some words. Each factor's first level is that of the control, unless ``control`` says else.

    Attributes:
        name: of the study.
        scenario: what is varied: a file, its folder, or a bundled example.
        parameters: of the scenario's file.
        settings: keys of the scenario that differ in all cells.
        factors: by name, levels by name.
        variants: short for one factor of that name.
        design: ``full``: every combination of levels; ``one_at_a_time``: the control, and each other level by itself;
            ``fraction``: the combinations whose levels' numbers sum to a multiple of ``fraction``.
        fraction: one of how many combinations.
        control: level of each factor in the control.
        societies: by name, the ``society`` section of the scenario; that of the scenario by default.
        seeds: of the replicates, or how many: 3 stands for 0, 1, 2.
        outcomes: of :data:`OUTCOMES`; ``metrics.NAME`` of a metric that the scenario names, or ``metrics.NAME.COLUMN``;
            and, with ``individual``, ``TASK.SCORE`` of :data:`INDIVIDUAL`, such as ``emotion_level.accuracy``. With
            none but these, nothing is run, and minds are only asked.
        individual: real users that the minds of the variants are held against.
        parallel: runs at a time.
        budget: most tokens of the whole study; none for no limit.
    """

    name: _Name
    scenario: str
    parameters: dict[str, str] = Field(default_factory=dict)
    settings: dict[str, Any] = Field(default_factory=dict)
    factors: dict[_Name, dict[_Name, dict[str, Any]]] = Field(default_factory=dict)
    variants: dict[_Name, dict[str, Any]] | None = None
    design: Literal["full", "one_at_a_time", "fraction"] = "full"
    fraction: int = Field(default=2, ge=2, le=64)
    control: dict[str, str] = Field(default_factory=dict)
    societies: dict[_Name, dict[str, Any]] = Field(default_factory=dict)
    seeds: tuple[int, ...] | int = 3
    outcomes: tuple[str, ...] = Field(default=("forwards", "aware", "share_positive", "emotion_level"), min_length=1)
    individual: IndividualSection | None = None
    parallel: int = Field(default=2, ge=1, le=64)
    budget: int | None = Field(default=None, ge=1)

    @property
    def levels(self) -> dict[str, dict[str, dict[str, Any]]]:
        """All factors with their levels."""
        short = {} if self.variants is None else {"variant": self.variants}
        return {**short, **self.factors}

    @property
    def replicates(self) -> tuple[int, ...]:
        """All seeds."""
        return tuple(range(self.seeds)) if isinstance(self.seeds, int) else self.seeds

    @property
    def baseline(self) -> dict[str, str]:
        """Level of each factor in the control."""
        return {factor: self.control.get(factor, next(iter(levels))) for factor, levels in self.levels.items()}

    @property
    def of_runs(self) -> tuple[str, ...]:
        """Those of the outcomes that are of runs."""
        return tuple(name for name in self.outcomes if _of_runs(name))

    @property
    def of_individuals(self) -> tuple[str, ...]:
        """Those of the outcomes that are of minds beside real users."""
        return tuple(name for name in self.outcomes if not _of_runs(name))

    @field_validator("outcomes")
    @classmethod
    def _known_outcomes(cls, outcomes: tuple[str, ...]) -> tuple[str, ...]:
        for name in outcomes:
            task, _, score = name.partition(".")
            if not _of_runs(name) and score not in INDIVIDUAL.get(task, ()):
                tasks = "; ".join(f"{task}.{', .'.join(scores)}" for task, scores in INDIVIDUAL.items())
                raise ValueError(f"{name!r} is none of {', '.join(OUTCOMES)}; {METRICS}NAME; {tasks}")
        return outcomes

    @model_validator(mode="after")
    def _somebody_to_ask_about(self) -> StudySection:
        if self.of_individuals and self.individual is None:
            raise ValueError(f"outcomes: {self.of_individuals[0]} needs individual: {{data: [...]}}")
        if self.individual is not None and not self.of_individuals:
            raise ValueError("individual: an outcome that is of it, such as emotion_level.accuracy")
        return self

    @model_validator(mode="after")
    def _something_to_compare(self) -> StudySection:
        levels = self.levels
        if not any(len(named) > 1 for named in levels.values()):
            raise ValueError("a factor with two levels at least, or two variants")
        if empty := [factor for factor, named in levels.items() if not named]:
            raise ValueError(f"levels for factor {empty[0]}")
        for factor, level in self.control.items():
            if level not in levels.get(factor, {}):
                raise ValueError(f"control: a factor and one of its levels, not {factor}: {level}")
        if not self.replicates or len(set(self.replicates)) < len(self.replicates) or min(self.replicates) < 0:
            raise ValueError("seeds: one or more, of 0 or more, that differ")
        cells = len(self.replicates) * max(1, len(self.societies))
        for named in levels.values():
            cells *= len(named)
        if cells > _MOST_CELLS:
            raise ValueError(f"at most {_MOST_CELLS:,} runs, not {cells:,}")
        return self


def _of_runs(outcome: str) -> bool:
    return outcome in OUTCOMES or (outcome.startswith(METRICS) and len(outcome) > len(METRICS))
