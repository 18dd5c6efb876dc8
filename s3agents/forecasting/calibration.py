"""Calibrations: a learnt pace in a file, with what it was learnt from, so that nobody is scored on what was seen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from s3agents import __version__
from s3agents.errors import InputError, explain
from s3agents.forecasting.cases import Case
from s3agents.forecasting.pace import Pace, Step, fit_pace
from s3agents.forecasting.spread import FreeParameters

__all__ = ["CALIBRATION_FILE", "Calibration", "learn", "read_calibration", "write_calibration"]

CALIBRATION_FILE = "calibration.json"
"""Name of the file in the folder that ``s3agents calibrate`` makes."""

_FORMAT = "s3agents-calibration/1"
_LARGEST = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A learnt pace.

    Attributes:
        pace: what was learnt.
        data: name of the data.
        split: which part of them.
        cases: ids of the cascades.
        groups: their stories.
        fitted: base rate and time scale of fitted readers; ``None`` if no model was given to find them for.
        version: of the program.
    """

    pace: Pace
    data: str
    split: str
    cases: tuple[str, ...]
    groups: tuple[str, ...]
    fitted: FreeParameters | None = None
    version: str = __version__

    def saw(self, case: Case) -> bool:
        """Whether it learnt from ``case`` or from its story."""
        return case.id in self.cases or case.group in self.groups


def learn(cases: Sequence[Case], *, data: str, split: str, trace: list[Step] | None = None) -> Calibration:
    """The pace of ``cases``.

    Args:
        cases: to learn from.
        data: their name.
        split: which part of the data they are.
        trace: takes every evaluation of the optimiser.

    Raises:
        InputError: if there are too few, or scipy is not installed.
    """
    shares = [case.outside for case in cases if case.outside is not None]
    pace = fit_pace([case.course for case in cases], outside=float(np.mean(shares)) if shares else 0.0, trace=trace)
    return Calibration(
        pace=pace,
        data=data,
        split=split,
        cases=tuple(case.id for case in cases),
        groups=tuple(sorted({case.group for case in cases})),
    )


def write_calibration(path: Path, calibration: Calibration, *, overwrite: bool = False) -> None:
    """Write ``calibration`` as JSON, as a whole or not at all.

    Raises:
        InputError: if there is such a file already, or it cannot be written.
    """
    if path.exists() and not overwrite:
        raise InputError(explain(str(path), wanted="no such file yet", got="one", remedy="--overwrite replaces it"))
    values = {
        "format": _FORMAT,
        "version": calibration.version,
        "data": calibration.data,
        "split": calibration.split,
        "pace": calibration.pace.to_dict(),
        "cases": calibration.cases,
        "groups": calibration.groups,
        "fitted": None if calibration.fitted is None else asdict(calibration.fitted),
    }
    new = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.write_bytes(orjson.dumps(values, option=orjson.OPT_INDENT_2) + b"\n")
        new.replace(path)
    except OSError as exc:
        raise InputError(explain(str(path), wanted="a file to write to", got=exc.strerror or str(exc))) from exc


def read_calibration(path: Path) -> Calibration:
    """Inverse of :func:`write_calibration`.

    Raises:
        InputError: if it cannot be read, or is something else.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(explain(str(path), wanted="a calibration", got="a file that is too large for one"))
        values = orjson.loads(path.read_bytes())
    except OSError as exc:
        raise InputError(explain(str(path), wanted="a calibration", got=exc.strerror or str(exc))) from exc
    except orjson.JSONDecodeError as exc:
        raise InputError(explain(str(path), wanted="a calibration", got=f"no JSON: {exc}")) from exc
    if not isinstance(values, dict) or values.get("format") != _FORMAT:
        raise InputError(explain(str(path), wanted="a calibration", got="something else", remedy="s3agents calibrate"))
    try:
        return Calibration(
            pace=Pace.from_dict(values["pace"]),
            data=str(values["data"]),
            split=str(values["split"]),
            cases=_texts(values["cases"]),
            groups=_texts(values["groups"]),
            fitted=None if values["fitted"] is None else FreeParameters(**values["fitted"]),
            version=str(values["version"]),
        )
    except (KeyError, TypeError) as exc:
        raise InputError(explain(str(path), wanted="a calibration", got=f"one that lacks or mistakes {exc}")) from exc


def _texts(values: Collection[Any]) -> tuple[str, ...]:
    return tuple(str(value) for value in values)
