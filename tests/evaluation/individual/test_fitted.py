"""A fitted mind among probes: both ways to its features agree, and what it has learnt from is known."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from s3agents.behaviour.fitting.fit import BehaviourSettings, fit_behaviour
from s3agents.behaviour.model import BehaviourModel
from s3agents.behaviour.observed_features import Histories, observed_features
from s3agents.contenders import fitted_contender, rules_contender
from s3agents.embed.hashing import HashingEmbedder
from s3agents.evaluation.individual.asking import FORWARDED, ask_all
from s3agents.evaluation.individual.evaluate import Settings, evaluate_individual
from s3agents.evaluation.individual.history import History
from s3agents.evaluation.individual.propagation import propagation_task
from s3agents.evaluation.individual.results import LabelRow
from s3agents.evaluation.individual.sources import read_material
from s3agents.evaluation.individual.wording import read_wording
from s3agents.observed.cascades import Cascades, read_cascades
from s3agents.testing.cascades import write_cascades
from s3agents.traits import scores

DATA = os.environ.get("S3AGENTS_DATA")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cascades in which those with few followers forward, half of them kept back."""
    return write_cascades(tmp_path_factory.mktemp("data") / "town", splits=("dev", "heldout"))


@pytest.fixture(scope="module", autouse=True)
def _few_samples() -> Iterator[None]:
    """Intervals of fewer samples."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scores, "RESAMPLES", 50)
        yield


@pytest.fixture(scope="module")
def model(town: Path) -> BehaviourModel:
    """What was learnt from one half."""
    return fit_behaviour([town], BehaviourSettings(name="town", folds=4, split="dev"))


async def probabilities(model: BehaviourModel, cascades: Cascades) -> tuple[list[float], list[float]]:
    """Probability of a forward for each row of a propagation task: by probes, and by whole tables."""
    task = propagation_task(cascades, History([cascades]), read_wording("en"), seed=0)
    answers = await ask_all(fitted_contender(model), task)
    by_probe = [answer.p[FORWARDED] for answer in answers if answer.p is not None]
    rows = cascades.exposures if cascades.decisions is None else cascades.decisions
    keys = [f"{case}/{user}" for case, user in zip(rows["case_id"], rows["user_id"], strict=True)]
    chosen = rows.iloc[[keys.index(probe.id) for probe in task.probes]]
    table = model.forward(observed_features(cascades, chosen, histories=Histories(cascades)))
    return by_probe, table.tolist()


async def test_probes_and_tables_agree(town: Path, model: BehaviourModel) -> None:
    """A turn that is told of the past in ticks of a minute comes to nearly the same probabilities as whole tables."""
    by_probe, by_table = await probabilities(model, read_cascades(town))
    assert len(by_probe) == len(by_table) > 200
    assert np.std(by_table) > 0.05
    assert np.corrcoef(by_probe, by_table)[0, 1] > 0.98
    assert np.abs(np.subtract(by_probe, by_table)).mean() < 0.01


async def test_it_is_scored_on_what_it_has_not_seen(town: Path, model: BehaviourModel) -> None:
    """Cases of the other half only, above chance, with its own base rate; all of them on request, as seen."""
    tasks = read_material([town]).tasks(read_wording("en"), names=["event_propagation"], seed=0)
    minds = [rules_contender(), fitted_contender(model)]
    report = await evaluate_individual(tasks, minds, Settings(), embedder=HashingEmbedder())
    found = report.results[0]
    assert {probe.case for probe in found.task.probes} == {f"c{n:02}" for n in range(1, 16, 2)}
    assert found.basis.left_out["seen in training"] > 0
    assert found.basis.seen is False
    row = found.rows[1]
    assert isinstance(row, LabelRow)
    assert row.name == "fitted/town"
    assert row.scores.auc is not None
    assert row.scores.auc.low > 0.6
    assert row.threshold == model.facts.parts["forward"].cross_validation["exposures"]["rate"]
    kept = await evaluate_individual(tasks, minds, Settings(seen=True), embedder=HashingEmbedder())
    assert [row.seen for row in kept.results[0].rows] == [False, True]
    assert kept.results[0].basis.n == len(tasks[0].probes)


@pytest.mark.skipif(DATA is None, reason="S3AGENTS_DATA names no folder with real data")
async def test_probes_and_tables_agree_on_real_cascades(model: BehaviourModel) -> None:
    """Also where times are to the second and users have been through much."""
    by_probe, by_table = await probabilities(model, read_cascades(Path(str(DATA)) / "pheme"))
    assert len(by_probe) == 1880
    assert np.corrcoef(by_probe, by_table)[0, 1] > 0.98
