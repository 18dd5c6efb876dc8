"""Real cascades: what is learnt about forwarding holds on stories that were not seen; nothing of it is a degree."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from s3agents.behaviour.fitting.exposure_rows import ExposureRows, exposure_rows
from s3agents.behaviour.fitting.outcomes import FittedOutcome, fit_forwards
from s3agents.observed.cascades import read_cascades
from s3agents.traits import scores

DATA = Path(os.environ.get("S3AGENTS_DATA", "")) / "pheme"
pytestmark = pytest.mark.skipif(
    not (os.environ.get("S3AGENTS_DATA") and (DATA / "dev").is_dir()), reason="S3AGENTS_DATA has no pheme/dev"
)


@pytest.fixture(scope="module")
def rows() -> ExposureRows:
    """All exposures of the cases that are there for development."""
    return exposure_rows(read_cascades(DATA, split="dev"), folds=5, seed=0)


@pytest.fixture(scope="module")
def fitted(rows: ExposureRows) -> FittedOutcome:
    """Who forwards, with five folds by story."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scores, "RESAMPLES", 20)
        found = fit_forwards(rows, seed=0)
    assert isinstance(found, FittedOutcome)
    return found


def test_forwards_on_unseen_stories(fitted: FittedOutcome) -> None:
    """The AUC of single decisions, half of them forwards, is that of S3 or better (Table 2: 0.662)."""
    decisions = fitted.cross_validation["decisions"]
    assert decisions["n"] == 1880
    assert decisions["auc"]["value"] >= 0.66
    assert fitted.cross_validation["groups"] == 48


def test_probabilities_hold_at_the_rate_of_all_exposures(fitted: FittedOutcome) -> None:
    """Better than the base rate for all, at the rate of what happened, and the likeliest by far above the rest."""
    exposures = fitted.cross_validation["exposures"]
    bins = exposures["bins"]
    assert exposures["brier"] < exposures["brier_base"]
    assert np.mean([part["p"] for part in bins]) == pytest.approx(exposures["rate"], abs=0.01)
    assert bins[0]["share"] < 0.5 * exposures["rate"] < 1.3 * exposures["rate"] < bins[-1]["share"]


def test_users_whose_profile_gives_them_away_are_not_learnt_from(rows: ExposureRows, fitted: FittedOutcome) -> None:
    """In one event only those who forwarded have profiles."""
    assert fitted.left_out["whose missing profile gives the outcome away"] > 10_000
    assert not rows.forwarded[rows.clean & ~rows.usable].any()
    assert np.isfinite(rows.features).all()
