"""Seen: whether a learnt model in a run had learnt from what the run is held against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from s3agents.report.run import Run

__all__ = ["seen_by"]


def seen_by(runs: Sequence[Run], cases: Sequence[str]) -> bool | None:
    """Whether the minds of ``runs`` had learnt from one of ``cases``; ``None`` where nobody can know.

    Textbook rules learn nothing; what a language model has read is unknown.
    """
    modes = {mode for run in runs for mode in _modes(run)}
    return False if modes <= {"rules"} else None


def _modes(run: Run) -> Iterator[str]:
    cognition = run.scenario.get("cognition", {})
    for mind in (cognition, *cognition.get("groups", ())):
        yield str(mind.get("mode", "rules"))
