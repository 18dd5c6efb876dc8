"""Model files: what is written is read back bit for bit, the same data give the same bytes, and damage is one error."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from s3agents.errors import InputError
from s3agents.persona import Persona
from s3agents.traits.base import Evidence, Trait
from s3agents.traits.labelled import Labelled
from s3agents.traits.learnt.fitting import FitSettings, fit_demographics
from s3agents.traits.learnt.model_file import check_free, load_predictors, read_model, write_model
from s3agents.traits.learnt.predictors import LearntPredictor
from s3agents.traits.learnt.trait_model import TraitModel

pytestmark = pytest.mark.usefixtures("few_samples")
Users = Callable[..., Labelled]
SECRET = "xylophonist"
EVERYBODY = [
    Evidence(Persona(id="a", bio="hubby cute"), ("school today",)),
    Evidence(Persona(id="b"), ("beer and football", "exam")),
    Evidence(Persona(id="c", bio="  ")),
    Evidence(Persona(id="d"), ("我们 🙂",)),
]


@pytest.fixture(scope="module")
def models(users: Users, few_samples: None) -> list[TraitModel]:
    """Models of gender and age."""
    data = users(60)
    return [fit_demographics(data, trait, FitSettings()) for trait in ("gender", "age")]


@pytest.fixture
def folder(models: list[TraitModel], tmp_path: Path) -> Path:
    """Those models, written."""
    write_model(tmp_path / "model", models, name="mine", texts=("bio", "posts"), language="en")
    return tmp_path / "model"


async def answers(predictors: dict[Trait, Any], users: Sequence[Evidence] = EVERYBODY) -> list[Any]:
    """What the predictors say, trait by trait."""
    return [await predictor.predict(users) for predictor in predictors.values()]


async def test_what_is_read_predicts_what_was_fitted(models: list[TraitModel], folder: Path) -> None:
    """The round trip changes no bit of a prediction, and predictors are called after the model."""
    loaded = load_predictors(folder)
    assert list(loaded) == ["gender", "age"]
    assert {p.method for p in loaded.values()} == {"learnt/mine"}
    fresh: dict[Trait, Any] = {model.trait: LearntPredictor(model, "mine") for model in models}
    assert await answers(loaded) == await answers(fresh)
    facts, again = read_model(folder)
    assert facts.language == "en"
    assert [model.facts for model in again] == [model.facts for model in models]


def test_the_same_data_give_the_same_bytes(
    users: Users, models: list[TraitModel], folder: Path, tmp_path: Path
) -> None:
    """Fitted anew from the same data and seed, both files are the same; another seed gives other scores."""
    data = users(60)
    again = [fit_demographics(data, trait, FitSettings()) for trait in ("gender", "age")]
    write_model(tmp_path / "again", again, name="mine", texts=("bio", "posts"), language="en")
    for name in ("model.json", "weights.npz"):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()
    other = fit_demographics(data, "gender", FitSettings(seed=5))
    assert other.facts.cross_validation != models[0].facts.cross_validation


def test_no_text_is_stored(users: Users, tmp_path: Path) -> None:
    """Neither file holds a word or an id of the examples."""
    data = users(60, bio=SECRET)
    write_model(tmp_path / "m", [fit_demographics(data, "gender", FitSettings())], name="m", texts=("bio", "posts"))
    stored = b"".join(file.read_bytes() for file in (tmp_path / "m").iterdir())
    for word in (SECRET, "football", "u17-0"):
        assert word.encode() not in stored


def test_a_taken_folder_is_left_alone(models: list[TraitModel], folder: Path, tmp_path: Path) -> None:
    """A model is replaced on demand only, anything else never, and nothing lies about afterwards."""
    before = (folder / "model.json").read_bytes()
    with pytest.raises(InputError, match="--overwrite"):
        write_model(folder, models, name="new", texts=("bio",))
    assert (folder / "model.json").read_bytes() == before
    write_model(folder, models, name="new", texts=("bio",), overwrite=True)
    assert read_model(folder)[0].name == "new"
    (folder / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match=r"thesis\.txt"):
        write_model(folder, models, name="new", texts=("bio",), overwrite=True)
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match="Not a directory"):
        check_free(tmp_path / "file", overwrite=True)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "model"]


def test_a_write_that_fails_changes_nothing(
    models: list[TraitModel], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the new model cannot take its place, the old one is there as before, and nothing else."""
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    rename = os.rename

    def refuse(source: Path, target: Path) -> None:
        if source.name == "new":
            raise OSError(28, "No space left on device")
        rename(source, target)

    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(InputError, match="can be written, got No space left"):
        write_model(folder, models, name="new", texts=("bio",), overwrite=True)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["model"]


@pytest.mark.parametrize("name", ["", "a b", "a/b", "x" * 81])
def test_a_name_is_short_and_plain(name: str, models: list[TraitModel], tmp_path: Path) -> None:
    """The name is part of what tables say: no blanks, no slashes, 80 characters."""
    with pytest.raises(InputError, match="name of a model"):
        write_model(tmp_path / "m", models, name=name, texts=("bio",))
    assert not (tmp_path / "m").exists()


def change(folder: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    """Edit ``model.json``."""
    facts = json.loads((folder / "model.json").read_text())
    edit(facts)
    (folder / "model.json").write_text(json.dumps(facts))


def rewrite(folder: Path, **arrays: Any) -> None:
    """Replace arrays (or with ``None`` remove them), with the sha256 that goes with it."""
    file = io.BytesIO()
    with np.load(folder / "weights.npz") as stored:
        kept = {name: array for name, array in {**stored, **arrays}.items() if array is not None}
    np.savez(file, **kept)
    put(folder, file.getvalue())


def put(folder: Path, weights: bytes) -> None:
    """Other contents of ``weights.npz``, with the sha256 that goes with them."""
    (folder / "weights.npz").write_bytes(weights)
    change(folder, lambda facts: facts.update(sha256=hashlib.sha256(weights).hexdigest()))


def gender(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts about gender."""
    found: dict[str, Any] = facts["traits"]["gender"]
    return found


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "no model.json": (lambda f: (f / "model.json").unlink(), r"No such file or directory: model\.json"),
    "no weights": (lambda f: (f / "weights.npz").unlink(), r"No such file or directory: weights\.npz"),
    "no JSON": (lambda f: (f / "model.json").write_text("{"), r"model\.json with contents: Invalid JSON"),
    "another version": (lambda f: change(f, lambda m: m.update(format=2)), "format: Input should be 1"),
    "an unknown key": (lambda f: change(f, lambda m: m.update(colour="red")), "colour: Extra inputs"),
    "an unknown key inside": (lambda f: change(f, lambda m: gender(m).update(x=1)), "gender.x: Extra inputs"),
    "an unknown trait": (lambda f: change(f, lambda m: m["traits"].update(shoes=gender(m))), "traits.shoes"),
    "a missing key": (lambda f: change(f, lambda m: m.pop("sha256")), "sha256: Field required"),
    "other features": (lambda f: change(f, lambda m: m["features"].update(bits=20)), "features that this version"),
    "no traits": (lambda f: change(f, lambda m: m.update(traits={})), "traits"),
    "one class": (lambda f: change(f, lambda m: gender(m)["task"].update(classes=["a"])), "classes"),
    "a class too many": (lambda f: change(f, lambda m: gender(m)["task"]["classes"].append("z")), "1 heads for gender"),
    "an age's task": (
        lambda f: change(f, lambda m: gender(m).update(task={"lowest": 1, "cuts": [2], "highest": 3})),
        "another trait's facts",
    ),
    "other weights": (lambda f: (f / "weights.npz").write_bytes(b"abc"), "not the one"),
    "no weights file": (lambda f: put(f, b"abc"), "fit it again"),
    "an empty file": (lambda f: put(f, b""), "fit it again"),
    "cut-off weights": (lambda f: put(f, (f / "weights.npz").read_bytes()[:5000]), "fit it again"),
    "an array too few": (lambda f: rewrite(f, **{"age.scale": None}), "without 'scale'"),
    "an array too many": (lambda f: rewrite(f, **{"age.x": np.zeros(1)}), r"age\.x, which no trait has"),
    "no finite weights": (lambda f: rewrite(f, **{"gender.scale": np.array(np.nan)}), "no finite number"),
    "objects": (lambda f: rewrite(f, **{"gender.scale": np.array([{}])}), "allow_pickle"),
    "confidences that are none": (
        lambda f: rewrite(f, **{"age.confidence_ages": np.array([1.0]), "age.confidence_rates": np.array([2.0])}),
        "confidences that are none",
    ),
}


@pytest.mark.parametrize("kind", sorted(DAMAGE))
def test_a_broken_model_is_one_clear_error(kind: str, folder: Path) -> None:
    """The message names the folder and, in one line, what is wrong with it."""
    damage, message = DAMAGE[kind]
    damage(folder)
    with pytest.raises(InputError, match=message) as caught:
        load_predictors(folder)
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_random_damage_is_never_more_than_an_error(folder: Path) -> None:
    """Whatever byte of the weights is changed, the model is refused or reads as finite numbers."""
    whole = (folder / "weights.npz").read_bytes()
    draw = np.random.default_rng(4)
    refused = 0
    for place in [
        *range(0, 400, 7),
        *draw.integers(0, len(whole), 60).tolist(),
        *range(len(whole) - 400, len(whole), 7),
    ]:
        put(folder, whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            models = read_model(folder)[1]
        except InputError:
            refused += 1
            continue
        assert all(np.isfinite(model.heads.weights).all() for model in models)
    assert refused > 50
