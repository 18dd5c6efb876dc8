"""Faults: when too many turns of a tick have failed, and how that is said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from s3agents.errors import FaultLimitError
from s3agents.record.base import Fault, TurnRecord

__all__ = ["by_cause", "check_faults"]


def by_cause(turns: Sequence[TurnRecord]) -> Counter[str]:
    """How many turns failed of each cause."""
    return Counter(turn.fault.cause for turn in turns if turn.fault is not None)


def check_faults(turns: Sequence[TurnRecord], *, tick: int, limit: float) -> None:
    """Nothing, unless more than a share of ``limit`` of ``turns`` failed.

    Raises:
        FaultLimitError: with the causes, an example and what to do.
    """
    faults = [turn.fault for turn in turns if turn.fault is not None]
    if not faults or len(faults) <= limit * len(turns):
        return
    raise FaultLimitError(
        f"tick {tick}: {len(faults)} of {len(turns)} turns failed, which is more than the limit of {limit:.0%} "
        f"(limits.faults): {_causes(turns)}. For example: {_example(faults)}. The tick is not committed: mend the "
        f"cause (s3agents doctor helps) and continue with s3agents resume"
    )


def _causes(turns: Sequence[TurnRecord]) -> str:
    return ", ".join(f"{count} x {cause}" for cause, count in by_cause(turns).most_common())


def _example(faults: Sequence[Fault]) -> str:
    return faults[0].message
