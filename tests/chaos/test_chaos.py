"""Whatever is killed, stopped, filled or shifted at whatever moment: the record is the one of the undisturbed run.

Six trials by default; ``S3AGENTS_CHAOS_TRIALS=60`` plays so many, ``S3AGENTS_CHAOS_SEED`` others than those of seed 0,
and ``-k`` any one of them again: its kind and seed are its name.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import psutil
import pytest
from chaos_kinds import KINDS
from chaos_society import Setting
from chaos_trial import Quiet, Trial, undisturbed

TRIALS = int(os.environ.get("S3AGENTS_CHAOS_TRIALS", "6"))
SEED = int(os.environ.get("S3AGENTS_CHAOS_SEED", "0"))
SHORT = 6

pytestmark = pytest.mark.skipif(not psutil.LINUX, reason="/proc tells which processes are left")


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Quiet:
    """The run that nobody disturbs; a short series has fewer ticks, and as many users."""
    setting = Setting() if TRIALS > SHORT else Setting(ticks=3)
    return undisturbed(tmp_path_factory.mktemp("chaos") / "quiet", setting)


def series() -> list[tuple[str, int]]:
    """Kind and seed of each trial: every kind in turn."""
    names = list(KINDS)
    return [(names[n % len(names)], SEED + n) for n in range(TRIALS)]


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("kind", "seed"), series())
def test_disturbed_at_a_random_moment(kind: str, seed: int, quiet: Quiet, tmp_path: Path) -> None:
    """The same record, no post lost or doubled, no process or file left behind."""
    if not KINDS[kind].possible():
        pytest.skip("this machine does not allow it")
    trial = Trial(kind, seed, quiet)
    print(trial)
    trial.play(tmp_path / "trial")
    shutil.rmtree(tmp_path / "trial")
