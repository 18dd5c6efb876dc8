"""Timing: the ticks in which something that a scenario has done to its society is in force."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from s3agents.config.condition import ConditionSection
from s3agents.config.section import Section, later

__all__ = ["TimedSection", "WaitingSection"]


def _several(conditions: Any) -> Any:
    """A condition that stands alone is a list of one."""
    return [conditions] if isinstance(conditions, dict) else conditions


class WaitingSection(Section):
    """Something in force for a time, or once a condition is met in that time.

    Attributes:
        from_: ``from`` in a scenario: the first tick; with ``when``, the first in which it can come into force.
        until: the last tick; by default that of the run.
        when: a condition, or several that have to be met at once. It comes into force in the tick after the first one
            that meets them, and stays so until its time is up, whatever becomes of them.
        delay: with ``when``: so many ticks later.
        for_: ``for`` in a scenario, with ``when``: it is in force for so many ticks; by default to the end.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    from_: int | None = Field(default=None, ge=0, alias="from")
    until: int | None = Field(default=None, ge=0)
    when: Annotated[tuple[ConditionSection, ...], BeforeValidator(_several)] = later(())
    delay: int = later(0, ge=0)
    for_: int | None = Field(default=None, ge=1, alias="for")

    @property
    def earliest(self) -> int:
        """The first tick in which it can be in force."""
        return self.from_ or 0

    @property
    def dated(self) -> bool:
        """Whether it names that tick."""
        return self.from_ is not None

    @model_validator(mode="after")
    def _forwards(self) -> WaitingSection:
        if self.until is not None and self.until < (self.from_ or 0):
            raise ValueError(f"until not before from ({self.from_ or 0})")
        return self

    @model_validator(mode="after")
    def _conditional(self) -> WaitingSection:
        if not self.when and (self.delay or self.for_ is not None):
            raise ValueError("delay and for only with when")
        return self


class TimedSection(WaitingSection):
    """Something in force at a tick, for a time, or once a condition is met.

    Exactly one of ``at``, ``from`` or ``until``, and ``when`` is given; but ``when`` may be bounded by the other two.

    Attributes:
        at: the one tick in which it is done; what it has done stays done.
    """

    at: int | None = Field(default=None, ge=0)

    @property
    def earliest(self) -> int:
        """The first tick in which it can be in force."""
        return super().earliest if self.at is None else self.at

    @property
    def dated(self) -> bool:
        """Whether it names that tick."""
        return self.at is not None or super().dated

    @model_validator(mode="after")
    def _one_time(self) -> TimedSection:
        span = self.from_ is not None or self.until is not None
        if self.at is None and not span and not self.when:
            raise ValueError("at: TICK, from: TICK and until: TICK, or when: CONDITION")
        if self.at is not None and (span or self.when):
            raise ValueError("at alone, or from and until, or when")
        return self
