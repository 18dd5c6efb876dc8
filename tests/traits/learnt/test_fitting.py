"""Fitting: a signal is found, noise is not, nothing leaks from fold to fold, and too little data is an error."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s3agents.errors import InputError
from s3agents.traits.labelled import Labelled, read_labelled
from s3agents.traits.learnt.fitting import FitSettings, fit_attitude, fit_demographics
from s3agents.traits.learnt.trait_model import About, TraitModel

Users = Callable[..., Labelled]
SETTINGS = FitSettings(seed=1)
pytestmark = pytest.mark.usefixtures("few_samples")
ABOUT = About("Do you like them?", ("favor",), ("against",))


def score(model: TraitModel, name: str) -> float:
    """The value of a cross-validated score."""
    value: float = model.facts.cross_validation["scores"][name]["value"]
    return value


def test_a_signal_is_found(users: Users) -> None:
    """Words that go with gender and age are learnt, and the scores say so."""
    data = users()
    gender, age = (fit_demographics(data, trait, SETTINGS) for trait in ("gender", "age"))
    assert score(gender, "auc") > 0.95
    assert score(gender, "accuracy") > score(gender, "baseline_accuracy") + 0.2
    assert score(age, "mae") < 0.8 * score(age, "baseline_mae")
    assert gender.facts.cross_validation["groups"] == 120
    assert sum(gender.facts.examples.values()) == sum(age.facts.examples.values()) == 120


@pytest.mark.parametrize("copies", [1, 3])
def test_noise_is_not(copies: int, users: Users) -> None:
    """With shuffled labels nothing is better than chance, also where each text is there three times."""
    data = users(100, shuffled=True, copies=copies)
    gender = fit_demographics(data, "gender", SETTINGS)
    assert 0.35 < score(gender, "auc") < 0.65
    assert gender.facts.cross_validation["groups"] == 100


def test_ages_that_are_noise_are_not(users: Users) -> None:
    """With shuffled ages the median of all is about as good."""
    age = fit_demographics(users(100, shuffled=True), "age", SETTINGS)
    assert score(age, "mae") > 0.9 * score(age, "baseline_mae")


def test_confidence_means_what_it_says(users: Users) -> None:
    """Ages are sure where the data let them be: rates within (0, 1), and higher for a clear signal than for noise."""
    clear, noise = (fit_demographics(users(150, shuffled=s), "age", SETTINGS) for s in (False, True))
    assert clear.confidence is not None
    assert noise.confidence is not None
    for found in (clear.confidence, noise.confidence):
        assert ((found.rates > 0) & (found.rates < 1)).all()
    assert clear.confidence.rates.mean() > noise.confidence.rates.mean()


def test_targets_are_told_apart(stances: Labelled) -> None:
    """A word that is for one target and against another is of use only to a model that knows the target."""
    with_targets = fit_attitude(stances, About("?", ("favor",), ("against",), column="target"), SETTINGS)
    without = fit_attitude(stances, ABOUT, SETTINGS)
    assert score(with_targets, "macro_f1") > 0.9
    assert score(without, "macro_f1") < 0.7
    about, found = with_targets.facts.about, with_targets.facts.cross_validation
    assert about is not None
    assert about.targets == ("cats", "dogs")
    assert with_targets.heads.weights.shape[0] == 2
    assert set(found["by_target"]) == {"cats", "dogs"}
    assert found["mean_macro_f1"]["value"] > 0.9
    assert with_targets.facts.left_out["target 'fish'"] == 1
    assert with_targets.facts.left_out["none"] == without.facts.left_out["none"] > 50


def test_the_one_target_must_be_among_them(stances: Labelled) -> None:
    """A target that no model was fitted for is an error."""
    with pytest.raises(InputError, match="one of cats, dogs, got 'birds'"):
        fit_attitude(stances, About("?", ("favor",), ("against",), column="target", target="birds"), SETTINGS)


def test_rare_labels_are_left_out(tmp_path: Path) -> None:
    """Labels of less than ten examples are counted, not learnt; three or more labels have a macro F1 and no AUC."""
    jobs = {"nurse": 14, "pilot": 12, "clerk": 11, "king": 3}
    rows = [{"job": job, "bio": f"I work as a {job} {i} x"} for job, n in jobs.items() for i in range(n)]
    model = fit_demographics(_read(tmp_path, rows), "occupation", SETTINGS)
    assert model.facts.examples == {"clerk": 11, "nurse": 14, "pilot": 12}
    assert model.facts.left_out == {"king": 3}
    assert model.heads.weights.shape[0] == 3
    assert score(model, "macro_f1") > 0.9
    assert model.facts.cross_validation["scores"]["auc"] is None


def _read(folder: Path, rows: list[dict[str, Any]]) -> Labelled:
    file = folder / "x.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return read_labelled(file)


TOO_LITTLE: dict[str, tuple[str, list[dict[str, Any]], str]] = {
    "no label": ("gender", [{"gender": "", "text": f"t{i}"} for i in range(40)], "got none"),
    "one label": ("gender", [{"gender": "f", "text": f"t{i}"} for i in range(40)], "got 40 x female"),
    "a rare second label": (
        "gender",
        [{"gender": "f" if i else "m", "text": f"t{i}"} for i in range(40)],
        "got 39 x female; left out: 1 x male",
    ),
    "few ages": ("age", [{"age": 20 + i, "text": f"t{i}"} for i in range(19)], "20 or more users of different ages"),
    "one age": ("age", [{"age": 20, "text": f"t{i}"} for i in range(40)], "got 40 x 20-29"),
    "one text": ("age", [{"age": 20 + i, "text": "same"} for i in range(40)], "5 or more groups"),
}


@pytest.mark.parametrize("kind", sorted(TOO_LITTLE))
def test_too_little_is_an_error(kind: str, tmp_path: Path) -> None:
    """The message says what was wanted and what there is."""
    trait, rows, message = TOO_LITTLE[kind]
    with pytest.raises(InputError, match=message):
        fit_demographics(_read(tmp_path, rows), trait, SETTINGS)  # type: ignore[arg-type]  # a trait
