"""The real side: the truth with, where they are known, its cascades as trees and the polarisation of its users."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from s3agents.errors import InputError, explain
from s3agents.evaluation.cascade_shape import CascadeShape
from s3agents.evaluation.polarisation import Polarisation, polarisation
from s3agents.labels import Attitude
from s3agents.observed.cascades import Cascades, is_observed, read_cascades
from s3agents.observed.curve import Truth
from s3agents.observed.real_trees import real_tree
from s3agents.observed.truth import read_truth
from s3agents.report.population.run_side import run_curves, run_polarisation, run_shapes
from s3agents.report.run import Run

if TYPE_CHECKING:
    import pandas as pd

    from s3agents.report.page.sections import Place

__all__ = ["Reality", "find_reality"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reality:
    """What really happened.

    Attributes:
        truth: its curves.
        cases: the cascades that it is about, by id; the event where these are not known.
        shapes: of its cascades; ``None`` where nobody knows who passed on from whom.
        guessed: adoptions in these by users who follow no earlier spreader, which count as passed on from the first
            post.
        adoptions: in these, all of them.
        polarisation: of its users; ``None`` where their attitudes are not known.
    """

    truth: Truth
    cases: tuple[str, ...] = ()
    shapes: tuple[CascadeShape, ...] | None = None
    guessed: int = 0
    adoptions: int = 0
    polarisation: Polarisation | None = None


def find_reality(
    path: Path | str,
    *,
    case: str | None = None,
    tick_minutes: float | None = None,
    place_of: Callable[[Run], Place] | None = None,
) -> Reality:
    """What ``path`` tells of reality: a truth file or folder (:func:`s3agents.observed.truth.read_truth`), or a run.

    Where a truth lies among the posts of its cascades, these are read as well.

    Args:
        path: file or folder; that of a run stands for what the run came to.
        case: which cascade or event, where there are several.
        tick_minutes: how long a tick is, where times are ticks.
        place_of: finds the society of a run.

    Raises:
        InputError: if it cannot be read, or has no such case.
    """
    place = Path(path)
    if (place / "manifest.json").is_file():
        if case is not None:
            raise InputError(explain(f"--case {case}", wanted="no case, for the truth is a run", got=str(place)))
        return _of_run(Run(place), place_of)
    truth = read_truth(place, case=case, tick_minutes=tick_minutes)
    home = place if place.is_dir() else place.parent
    return _of_cascades(truth, read_cascades(home)) if is_observed(home) else Reality(truth=truth, cases=(truth.case,))


def _of_run(run: Run, place_of: Callable[[Run], Place] | None) -> Reality:
    curves = {name: curve for name, curve in run_curves(run).items() if len(curve)}
    shapes = tuple(run_shapes(run))
    society = place_of(run).society if place_of is not None else None
    return Reality(
        truth=Truth(run.folder.resolve().name, "all", "", curves),
        shapes=shapes,
        adoptions=sum(shape.size - 1 for shape in shapes),
        polarisation=run_polarisation(run, society),
    )


def _of_cascades(truth: Truth, cascades: Cascades) -> Reality:
    cases = _cases(truth, cascades.cases)
    trees = [tree for case in cases if (tree := real_tree(cascades, case)) is not None]
    return Reality(
        truth=truth,
        cases=tuple(cases) or (truth.case,),
        shapes=tuple(tree.shape for tree in trees) or None,
        guessed=sum(tree.guessed for tree in trees),
        adoptions=sum(tree.shape.size - 1 for tree in trees),
        polarisation=_polarisation(cascades, cases),
    )


def _cases(truth: Truth, known: pd.DataFrame) -> list[str]:
    """The cascades that the truth is about: its case, or all of its event and scope."""
    if truth.case in known.index:
        return [truth.case]
    event, _, scope = truth.case.partition("/")
    there = known["event"].eq(event)
    if scope not in {"", "all"}:
        there &= known["split"].eq(scope)
    return [str(case) for case in known.index[there]]


def _polarisation(cascades: Cascades, cases: list[str]) -> Polarisation | None:
    """By the last labelled post of each user."""
    posts = cascades.posts
    labelled = posts[posts["case_id"].isin(cases) & posts["attitude"].notna() & posts["user_id"].ne("")]
    last = labelled.sort_values("minute", kind="stable").drop_duplicates("user_id", keep="last")
    if last.empty:
        return None
    sides = np.full(len(cascades.society), -1, dtype=np.int64)
    for user, attitude in zip(last["user_id"], last["attitude"], strict=True):
        if user in cascades.society:
            sides[cascades.society.position(user)] = attitude == Attitude.POSITIVE
    return polarisation(cascades.society.graph, sides, [])
