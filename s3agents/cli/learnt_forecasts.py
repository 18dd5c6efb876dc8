"""What ``s3agents evaluate forecast`` is given that was learnt elsewhere: calibrations and models of behaviour."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from s3agents.behaviour.model import BehaviourModel
from s3agents.behaviour.model_file import read_behaviour
from s3agents.errors import InputError, explain
from s3agents.forecasting.calibration import CALIBRATION_FILE, Calibration, read_calibration

__all__ = ["read_learnt"]


def read_learnt(paths: Iterable[Path]) -> tuple[Calibration | None, BehaviourModel | None]:
    """The calibration and the model among ``paths``: at most one of each.

    Raises:
        InputError: if one cannot be read, or there are two of a kind.
    """
    calibrations: list[Calibration] = []
    models: list[BehaviourModel] = []
    for path in paths:
        if path.is_dir() and not (path / CALIBRATION_FILE).exists():
            models.append(read_behaviour(path))
        else:
            calibrations.append(read_calibration(path / CALIBRATION_FILE if path.is_dir() else path))
    for kind, found in (("calibration", calibrations), ("model", models)):
        if len(found) > 1:
            raise InputError(explain("--learnt", wanted=f"one {kind}", got=str(len(found))))
    return calibrations[0] if calibrations else None, models[0] if models else None
