"""Seen: whether a learnt model in a run had learnt from what the run is held against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from s3agents.behaviour.model_file import behaviour_digest, read_behaviour
from s3agents.errors import InputError
from s3agents.report.run import Run

__all__ = ["seen_by"]


def seen_by(runs: Sequence[Run], cases: Sequence[str]) -> bool | None:
    """Whether the minds of ``runs`` had learnt from one of ``cases``; ``None`` where nobody can know.

    Textbook rules learn nothing; what a language model has read is unknown. A fitted model keeps marks of its cases; it
    cannot be asked where it is no longer the one that the run had, or where cases have no ids.
    """
    answers = {_saw(mind, [case for case in cases if case]) for run in runs for mind in _minds(run)}
    if True in answers:
        return True
    return None if None in answers else False


def _minds(run: Run) -> Iterator[Mapping[str, Any]]:
    cognition = run.scenario.get("cognition", {})
    yield from (cognition, *cognition.get("groups", ()))


def _saw(mind: Mapping[str, Any], cases: Sequence[str]) -> bool | None:
    mode = mind.get("mode", "rules")
    if mode == "rules":
        return False
    if mode != "fitted" or not mind.get("learnt") or not cases:
        return None
    try:
        model = read_behaviour(str(mind["learnt"]))
    except InputError:
        return None
    if mind.get("learnt_digest") not in {None, behaviour_digest(model.facts)}:
        return None
    return any(model.saw_case(case) for case in cases)
