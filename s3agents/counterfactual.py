"""Counterfactual: what a fork may change of what steers a run, so that the shared ticks stay what they were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from s3agents.config import Scenario
from s3agents.config.timing import WaitingSection
from s3agents.errors import ConfigError, explain

__all__ = ["steered_from"]

_Span = TypeVar("_Span", bound=WaitingSection)


def steered_from(before: Scenario, after: Scenario, *, tick: int) -> Scenario:
    """``after``, in which nothing is in force up to ``tick`` that was not before, and all that was.

    What is new and names no tick comes into force after ``tick``, and waits for its condition from then on.

    Args:
        before: the scenario of the shared ticks.
        after: what it is to be from then on.
        tick: the last one that is shared.

    Raises:
        ConfigError: if an intervention or a channel of the shared ticks is another, is gone, or is new in them, or an
            action is gone whose effects in them go on.
    """
    gone = [name for name in before.steering_actions if name not in after.actions]
    if gone and tick >= 0:
        wanted = f"all actions of up to tick {tick} whose effects go on"
        remedy = "others may be added or left out"
        raise ConfigError(explain("fork: actions", wanted=wanted, got=f"no {', '.join(gone)}", remedy=remedy))
    _check_members(before, after, tick)
    interventions = _agreed("interventions", before.interventions, after.interventions, tick)
    channels = _agreed("channels", before.channels, after.channels, tick)
    return after.model_copy(update={"interventions": interventions, "channels": channels})


def _check_members(before: Scenario, after: Scenario, tick: int) -> None:
    """Nothing, unless somebody whom the shared ticks speak of by group or class would be somebody else."""
    who = (before.cognition.groups, before.cognition.classes)
    if who == (after.cognition.groups, after.cognition.classes):
        return
    for name in ("interventions", "channels"):
        for number, old in enumerate(getattr(before, name)):
            if old.earliest <= tick and _chooses(old.model_dump(by_alias=True)):
                wanted = f"cognition.groups and cognition.classes as up to tick {tick}: {name}.{number} goes by them"
                raise ConfigError(explain("fork: cognition", wanted=wanted, got="a change"))


def _chooses(data: object) -> bool:
    """Whether users are chosen by group or class anywhere in ``data``."""
    if isinstance(data, Mapping):
        named = any(data.get(key) is not None for key in ("group", "class"))
        return named or any(map(_chooses, data.values()))
    return isinstance(data, list | tuple) and any(map(_chooses, data))


def _agreed(name: str, before: tuple[_Span, ...], after: tuple[_Span, ...], tick: int) -> tuple[_Span, ...]:
    for number, old in enumerate(before):
        if old.earliest <= tick and (number >= len(after) or not _same(old, after[number], tick)):
            wanted = f"what it was up to tick {tick}, the last that the futures share"
            remedy = "only its until may come sooner or later, after that tick; new ones are added"
            got = "a change" if number < len(after) else "none"
            raise ConfigError(explain(f"fork: {name}.{number}", wanted=wanted, got=got, remedy=remedy))
    return tuple(
        new if number < len(before) and _same(before[number], new, tick) else _later(f"{name}.{number}", new, tick)
        for number, new in enumerate(after)
    )


def _same(old: WaitingSection, new: WaitingSection, tick: int) -> bool:
    """Whether both are the same up to ``tick``: they may end at different times after it."""

    def shape(section: WaitingSection) -> dict[str, Any]:
        end = section.until if section.until is not None and section.until < tick else None
        return {**section.model_dump(), "until": end}

    return type(old) is type(new) and shape(old) == shape(new)


def _later(key: str, new: _Span, tick: int) -> _Span:
    """``new``, in force after ``tick`` alone."""
    if new.dated and new.earliest <= tick:
        wanted = f"a tick after {tick}, the last that the futures share"
        raise ConfigError(explain(f"fork: {key}: at or from", wanted=wanted, got=str(new.earliest)))
    if new.until is not None and new.until <= tick:
        wanted = f"a tick after {tick}, the last that the futures share"
        raise ConfigError(explain(f"fork: {key}: until", wanted=wanted, got=str(new.until)))
    return new if new.dated else new.model_copy(update={"from_": tick + 1})
