"""Metrics: what installed packages make of a run, as numbers beside those of the summary."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from math import isfinite
from typing import Protocol

from s3agents import plugins
from s3agents.errors import InputError, explain
from s3agents.report.run import Run
from s3agents.secrecy import failures_as, secrets_here

__all__ = ["METRIC_GROUP", "Measured", "Metric", "measured"]

METRIC_GROUP = "s3agents.metric"


class Metric(Protocol):
    """A function of a run; the same run gives the same numbers, and it changes nothing."""

    def __call__(self, run: Run, /) -> float | Mapping[str, float | None] | None:
        """A number, or numbers by name; ``None`` where there is nothing to measure."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What the metrics of a run came to.

    Attributes:
        values: by name of the metric, or ``METRIC.NAME`` where one gives numbers by name; ``None`` where there is
            nothing to measure.
        failures: why others came to nothing, by name of the metric.
    """

    values: dict[str, float | None] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


def measured(run: Run) -> Measured:
    """What the metrics that the scenario of ``run`` names make of it.

    A run can be looked at without the packages that it was played with: what is missing or fails is told, not raised.
    """
    found = Measured()
    for name in run.scenario.get("metrics") or ():
        try:
            found.values.update(_numbers(str(name), run))
        except InputError as error:
            found.failures[str(name)] = str(error)
    return found


def _numbers(name: str, run: Run) -> dict[str, float | None]:
    metric: Metric = plugins.load(METRIC_GROUP, name, key="metrics")
    who = plugins.called(METRIC_GROUP, name, key="metrics")
    with failures_as(InputError, who, secrets=[*secrets_here()], ours=True), redirect_stdout(sys.stderr):
        came = metric(run)
    if not isinstance(came, Mapping):
        return {name: _number(came, who)}
    return dict(_columns(name, came, who))


def _columns(name: str, came: Mapping[str, object], who: str) -> Iterator[tuple[str, float | None]]:
    for column, value in came.items():
        if not isinstance(column, str) or not column:
            raise InputError(explain(who, wanted="numbers by name", got=f"the name {column!r}"))
        yield f"{name}.{column}", _number(value, who)


def _number(value: object, who: str) -> float | None:
    """``value`` as a number; ``None`` for one that is not finite."""
    if value is None:
        return None
    try:
        number = float(value)  # type: ignore[arg-type]  # also numpy's
    except (TypeError, ValueError) as exc:
        raise InputError(explain(who, wanted="a number, or numbers by name", got=f"a {type(value).__name__}")) from exc
    return number if isfinite(number) else None
