"""Study: what a study compares: variants of a scenario by factors and levels, over societies and seeds."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from s3agents.config.section import Section

__all__ = ["OUTCOMES", "PatchSection", "StudySection"]

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
        outcomes: of :data:`OUTCOMES`.
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
    outcomes: tuple[Literal[OUTCOMES], ...] = ("forwards", "aware", "share_positive", "emotion_level")  # type: ignore[valid-type]
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
