"""Fitting: what can be learnt is, with scores on what was not seen; what cannot be learnt says why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from s3agents.behaviour.features import CLOCK, FEATURES, UNKNOWN
from s3agents.behaviour.fitting.calibration import calibrate, reliability
from s3agents.behaviour.fitting.exposure_rows import exposure_rows, weights_by_case
from s3agents.behaviour.fitting.fit import BehaviourSettings, fit_behaviour
from s3agents.behaviour.fitting.trees import fit_trees
from s3agents.behaviour.model import BehaviourModel
from s3agents.behaviour.observed_features import observed_features
from s3agents.behaviour.outcome import expit
from s3agents.errors import InputError
from s3agents.events import Action
from s3agents.observed.cascades import Cascades
from s3agents.testing.cascades import write_cascades


def test_who_forwards_is_learnt(model: BehaviourModel, town: Cascades) -> None:
    """Users like those that forwarded get the higher probabilities, at the rate at which they really did."""
    rows = observed_features(town)
    p = model.forward(rows)
    eager = np.array([int(user[1:]) % 2 == 0 for user in town.exposures["user_id"]])
    assert p[eager].min() > p[~eager].max()
    assert p.mean() == pytest.approx(town.exposures["forwarded"].mean(), abs=0.01)
    scores = model.facts.parts["forward"].cross_validation["exposures"]
    assert scores["auc"]["value"] > 0.7
    assert scores["brier"] < scores["brier_base"]


def test_probabilities_of_acts_sum_to_one(model: BehaviourModel, town: Cascades) -> None:
    """Forward, post and inactive, whatever the base rate."""
    rows = observed_features(town)[::50]
    for base_rate in (0.01, 1.0, 50.0):
        p = model.probabilities(rows, base_rate=base_rate)
        assert sum(p.values()) == pytest.approx(np.ones(len(rows)))
        assert all((values >= 0).all() for values in p.values())
    odds = [model.forward(rows, base_rate=b) / (1 - model.forward(rows, base_rate=b)) for b in (1.0, 2.0)]
    assert odds[1] == pytest.approx(2 * odds[0])


def test_an_unknown_time_is_the_mean_over_times_that_were_seen(model: BehaviourModel, town: Cascades) -> None:
    """Probabilities stay at the rate at which users really forwarded."""
    rows = observed_features(town)
    timeless = rows.copy()
    timeless[:, CLOCK] = UNKNOWN
    outcome = model.outcomes["forward"]
    asked = []
    for clock in outcome.clocks:
        timely = rows.copy()
        timely[:, CLOCK] = clock
        asked.append(outcome.logits(timely))
    assert outcome.logits(timeless) == pytest.approx(np.mean(asked, axis=0))
    assert len(asked) == 8
    assert model.forward(timeless).mean() == pytest.approx(town.exposures["forwarded"].mean(), abs=0.03)


def test_texts_are_read(model: BehaviourModel) -> None:
    """Levels of emotion by their words, sides by target and by what is answered."""
    assert model.emotion is not None
    assert model.attitude is not None
    calm, intense = model.emotion.read(["quiet said number 3!", "outrage said number 7!"])
    assert calm[0] > 0.5
    assert intense[2] > 0.5
    yes, no = (model.attitude.read(f"{word} to 900", about="Cats") for word in ("yes", "no"))
    assert yes is not None
    assert no is not None
    assert yes > 0.5 > no


def test_what_was_seen_is_known(model: BehaviourModel) -> None:
    """Cases and texts that were learnt from, and no others."""
    assert model.saw_case("c03")
    assert not model.saw_case("c99")
    assert model.saw_text(" quiet said number 0! ")
    assert not model.saw_text("something else")


def test_what_is_not_learnt_says_why(model: BehaviourModel) -> None:
    """Transitions need labelled posts of one user in one thread."""
    step = model.facts.parts["attitude_step"]
    assert "0 pairs" in step.not_learnt
    assert "textbook" in step.method
    assert model.facts.attitude_step is None
    assert "attitude_step" not in model.facts.learnt()


def test_cases_of_one_story_stand_or_fall_together(town: Cascades) -> None:
    """No fold has learnt from another case of a story that it is tried on."""
    rows = exposure_rows(town, folds=4, seed=1)
    story = town.cases["story"].reindex(rows.case).to_numpy()
    assert rows.groups == 8
    assert all(len(set(rows.fold[story == one])) == 1 for one in set(story))


def test_each_case_counts_the_same(town: Cascades) -> None:
    """And in each case the forwards as much as the rest."""
    rows = exposure_rows(town, folds=4, seed=1)
    weights = weights_by_case(rows.case, rows.forwarded)
    sums = {
        (c, f): weights[(rows.case == c) & (rows.forwarded == f)].sum() for c in ("c00", "c07") for f in (True, False)
    }
    assert len({round(value, 6) for value in sums.values()}) == 1


def test_the_same_data_and_seed_give_the_same_model(town_folder: Path, model: BehaviourModel, town: Cascades) -> None:
    """Bit for bit."""
    data = [town_folder, town_folder.parent / "levels.csv", town_folder.parent / "sides.csv"]
    again = fit_behaviour(data, BehaviourSettings(name="town", folds=4))
    rows = observed_features(town)
    assert (again.forward(rows) == model.forward(rows)).all()
    assert again.facts == model.facts


def test_trees_add_up_as_those_of_scikit_learn() -> None:
    """The forest checks that itself against the model that it was made of; here it finds a rule."""
    draw = np.random.default_rng(0)
    rows = draw.normal(size=(600, len(FEATURES)))
    outcome = (rows[:, 3] > 0) ^ (draw.random(600) < 0.1)
    scores = fit_trees(rows, outcome, np.ones(600), seed=0).scores(rows)
    assert ((scores > 0) == outcome).mean() > 0.85


def test_calibrated_probabilities_have_the_mean_of_the_outcome() -> None:
    """And the bins tell how well they hold."""
    draw = np.random.default_rng(1)
    scores = draw.normal(size=5000)
    outcome = draw.random(5000) < expit(0.5 * scores - 2.0)
    slope, intercept = calibrate(scores, outcome)
    assert (slope, intercept) == pytest.approx((0.5, -2.0), abs=0.15)
    p = expit(slope * scores + intercept)
    found = reliability(p, outcome)
    assert p.mean() == pytest.approx(outcome.mean(), abs=1e-4)
    assert found["brier"] < found["brier_base"]
    assert sum(part["n"] for part in found["bins"]) == 5000


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.csv", "text,mood\nhello,3\n", "one of attitude"),
        ("a.csv", "text,level\nhello,9\n", "none in 1 rows"),
        ("a.txt", "hello", "another kind of file"),
    ],
)
def test_data_that_cannot_be_learnt_from_are_refused(tmp_path: Path, name: str, text: str, told: str) -> None:
    """With what was wanted."""
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=told):
        fit_behaviour([tmp_path / name], BehaviourSettings(name="x"))


def test_too_little_is_told(tmp_path: Path) -> None:
    """With how much there is of everything."""
    folder = write_cascades(tmp_path / "small", cases=2, users=10)
    with pytest.raises(InputError, match="exposures that were forwarded"):
        fit_behaviour([folder], BehaviourSettings(name="x"))


def test_a_post_is_an_answer_by_those_who_do_not_forward(model: BehaviourModel, town: Cascades) -> None:
    """Its rate is small, as in the data."""
    p = model.probabilities(observed_features(town)[:10])[Action.POST]
    assert 0 < p.max() < 0.05
