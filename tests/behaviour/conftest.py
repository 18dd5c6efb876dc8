"""Made-up cascades and a model that was fitted to them, for tests of learnt behaviour."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from s3agents.behaviour.fitting.fit import BehaviourSettings, fit_behaviour
from s3agents.behaviour.model import BehaviourModel
from s3agents.observed.cascades import Cascades, read_cascades
from s3agents.testing.cascades import write_cascades
from s3agents.traits import scores


@pytest.fixture(scope="session")
def town_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cascades in which those with few followers forward, and labelled texts beside them."""
    folder = write_cascades(tmp_path_factory.mktemp("data") / "town")
    rows = ["text,level"]
    for i in range(120):
        level = i % 4
        rows.append(f"{('quiet', 'well well', 'oh dear', 'outrage')[level]} said number {i}!,{level}")
    (folder.parent / "levels.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    rows = ["target,stance,text"]
    rows += [
        f"{('cats', 'dogs')[i % 2]},{('favor', 'against')[i // 2 % 2]},{('yes', 'no')[i // 2 % 2]} to {i}"
        for i in range(160)
    ]
    (folder.parent / "sides.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def town(town_folder: Path) -> Cascades:
    """What happened there."""
    return read_cascades(town_folder)


@pytest.fixture(scope="session")
def few_samples() -> Iterator[None]:
    """Intervals of fewer samples, where only values are looked at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scores, "RESAMPLES", 10)
        yield


@pytest.fixture(scope="session")
def model(town_folder: Path, few_samples: None) -> BehaviourModel:
    """What was learnt from all of that."""
    data = [town_folder, town_folder.parent / "levels.csv", town_folder.parent / "sides.csv"]
    return fit_behaviour(data, BehaviourSettings(name="town", folds=4))
