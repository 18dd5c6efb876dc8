"""Predictors of fitted models: each prediction stands alone, and who says nothing is unknown."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from s3agents.errors import InputError
from s3agents.persona import Persona
from s3agents.traits.base import Estimate, Evidence, Unknown
from s3agents.traits.labelled import Labelled
from s3agents.traits.learnt import ngrams
from s3agents.traits.learnt.fitting import FitSettings, fit_attitude, fit_demographics
from s3agents.traits.learnt.model_file import load_predictors, write_model
from s3agents.traits.learnt.predictors import NO_TARGET, OTHER_TARGET, LearntPredictor
from s3agents.traits.learnt.trait_model import About, document

pytestmark = pytest.mark.usefixtures("few_samples")
Users = Callable[..., Labelled]
WORDS = "hubby wifey football school mortgage a the it day 我们 🙂 don't".split()


def people(n: int, posts: int = 3, words: int = 8) -> list[Evidence]:
    """Users who say something at random."""
    draw = np.random.default_rng(9)

    def text() -> str:
        return " ".join(draw.choice(WORDS, words))

    return [Evidence(Persona(id=f"p{i}", bio=text()), tuple(text() for _ in range(posts))) for i in range(n)]


@pytest.fixture(scope="module")
def gender(users: Users, few_samples: None) -> LearntPredictor:
    """A predictor of gender."""
    return LearntPredictor(fit_demographics(users(80), "gender", FitSettings()), "x")


@pytest.fixture(scope="module")
def age(users: Users, few_samples: None) -> LearntPredictor:
    """A predictor of age."""
    return LearntPredictor(fit_demographics(users(80), "age", FitSettings()), "x")


async def test_predictions_stand_alone(
    gender: LearntPredictor, age: LearntPredictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alone, in another order or in other batches, a user gets the same estimate, bit for bit."""
    users = people(60)
    for predictor in (gender, age):
        together = await predictor.predict(users)
        assert [(await predictor.predict([user]))[0] for user in users[:15]] == together[:15]
        assert (await predictor.predict(users[::-1]))[::-1] == together
        monkeypatch.setattr(ngrams, "_BATCH_CHARS", 500)
        assert await predictor.predict(users) == together
        monkeypatch.undo()


async def test_estimates_are_what_they_are_called(gender: LearntPredictor, age: LearntPredictor) -> None:
    """A label comes with the probability of each, its own is the confidence; an age is whole years among those seen."""
    wife, *_ = await gender.predict([Evidence(Persona(id="a"), ("wifey football beer",))])
    assert isinstance(wife, Estimate)
    assert wife.value == "male"
    assert wife.p is not None
    assert wife.confidence == wife.p["male"] > 0.5
    assert sum(wife.p.values()) == pytest.approx(1)
    for estimate in await age.predict(people(30)):
        assert isinstance(estimate, Estimate)
        assert isinstance(estimate.value, int)
        assert 15 <= estimate.value <= 59
        assert estimate.confidence is not None
        assert 0 < estimate.confidence < 1


async def test_who_says_nothing_is_unknown(gender: LearntPredictor) -> None:
    """Without a text there is no estimate; with only what the model was not fitted on, neither."""
    silent = [Evidence(Persona(id="a", gender="male", age=30)), Evidence(Persona(id="b", bio=" \n"), (" ",))]
    assert await gender.predict(silent) == [Unknown("no text")] * 2
    posts_only = LearntPredictor(gender.model, "x", ("posts",))
    assert await posts_only.predict([Evidence(Persona(id="a", bio="hubby"))]) == [Unknown("no text")]
    assert await gender.predict([]) == []


async def test_progress_counts_up_to_everybody(gender: LearntPredictor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress is told batch by batch, and ends with all."""
    monkeypatch.setattr(ngrams, "_BATCH_CHARS", 500)
    told: list[int] = []
    await gender.predict(people(20), told.append)
    assert told == sorted(set(told))
    assert len(told) > 2
    assert told[-1] == 20


async def test_attitudes_are_towards_a_target(stances: Labelled, tmp_path: Path) -> None:
    """A user's own attribute names the target, unless one is chosen for all, when fitting or when loading."""
    about = About("?", ("favor",), ("against",), column="target")
    model = fit_attitude(stances, about, FitSettings())
    write_model(tmp_path / "m", [model], name="m", texts=("bio", "posts"))
    said = ("the day purr",)
    users = [Evidence(Persona(id=t, extra={"target": t} if t else {}), said) for t in ("cats", "dogs", "", "birds")]
    cats, dogs, nothing, birds = await load_predictors(tmp_path / "m")["attitude"].predict(users)
    assert isinstance(cats, Estimate)
    assert isinstance(dogs, Estimate)
    assert (cats.value, dogs.value) == ("positive", "negative")
    assert (nothing, birds) == (Unknown(NO_TARGET), Unknown(OTHER_TARGET))
    assert await load_predictors(tmp_path / "m", target="dogs")["attitude"].predict(users) == [dogs] * 4
    with pytest.raises(InputError, match="one of cats, dogs, got 'birds'"):
        load_predictors(tmp_path / "m", target="birds")
    one = fit_attitude(stances, About("?", ("favor",), ("against",), column="target", target="dogs"), FitSettings())
    assert await LearntPredictor(one, "m").predict(users) == [dogs] * 4


def test_a_document_is_the_bio_and_the_newest_posts() -> None:
    """Long histories are cut at their beginning, at 20,000 characters."""
    user = Evidence(Persona(id="a", bio="bio"), ("old", "x" * 12_000, "y" * 12_000, "new"))
    text = document(user)
    assert len(text) == 20_000
    assert text.startswith("bio\nx")
    assert "old" not in text
    assert document(Evidence(Persona(id="a", bio="bio"), ("one", "two"))) == "bio\none\ntwo"
    assert document(Evidence(Persona(id="a", bio="bio"), ("one", "two")), ("posts",)) == "one\ntwo"


async def test_predicting_is_quick(gender: LearntPredictor, age: LearntPredictor) -> None:
    """Gender and age of 1,800 users with 12 short posts each take less than 6 s of one core: 60 s for 18,000."""
    users = people(1800, posts=12, words=18)
    assert sum(len(p) for user in users for p in user.posts) / len(users) > 1000
    start = time.process_time()
    await gender.predict(users)
    await age.predict(users)
    assert time.process_time() - start < 6


def test_predicting_needs_no_scikit_learn(gender: LearntPredictor, tmp_path: Path) -> None:
    """A fitted model predicts where only numpy is installed."""
    write_model(tmp_path / "m", [gender.model], name="m", texts=("bio", "posts"))
    code = (
        "import asyncio, sys; from pathlib import Path;"
        "sys.modules.update(dict.fromkeys(['sklearn', 'scipy', 'threadpoolctl']));"
        "from s3agents.traits.learnt.model_file import load_predictors;"
        "from s3agents.traits.base import Evidence; from s3agents.persona import Persona;"
        "found = load_predictors(Path(sys.argv[1]))['gender'].predict([Evidence(Persona(id='a', bio='wifey'))]);"
        "print(asyncio.run(found)[0].value)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "m")], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "male"
