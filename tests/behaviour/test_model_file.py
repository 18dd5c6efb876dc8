"""Files of learnt behaviour: what is written is read; what is broken, foreign or of another version is refused."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from s3agents.behaviour.model import BehaviourModel
from s3agents.behaviour.model_file import behaviour_digest, read_behaviour, write_behaviour
from s3agents.behaviour.observed_features import observed_features
from s3agents.errors import InputError
from s3agents.observed.cascades import Cascades


@pytest.fixture
def folder(model: BehaviourModel, tmp_path: Path) -> Path:
    """A model on disk."""
    write_behaviour(tmp_path / "model", model)
    return tmp_path / "model"


def _change(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the arrays of a model and its checksum with them."""
    with np.load(folder / "weights.npz") as file:
        arrays = dict(file.items())
    change(arrays)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    (folder / "weights.npz").write_bytes(buffer.getvalue())
    facts = json.loads((folder / "model.json").read_text())
    facts["sha256"] = hashlib.sha256(buffer.getvalue()).hexdigest()
    (folder / "model.json").write_text(json.dumps(facts))


def test_what_is_written_is_read(model: BehaviourModel, folder: Path, town: Cascades) -> None:
    """The same predictions, facts and marks."""
    again = read_behaviour(folder)
    rows = observed_features(town)[:200]
    assert (again.forward(rows) == model.forward(rows)).all()
    assert again.emotion is not None
    assert model.emotion is not None
    assert again.emotion.read(["oh dear"]) == model.emotion.read(["oh dear"])
    assert again.attitude is not None
    assert again.attitude.targets == ("cats", "dogs")
    assert (again.seen == model.seen).all()
    assert again.delays is not None
    assert model.delays is not None
    assert again.delays.at(0.3, age=0.0) == model.delays.at(0.3, age=0.0)


def test_the_same_model_gives_the_same_bytes(model: BehaviourModel, folder: Path, tmp_path: Path) -> None:
    """No times in it."""
    facts = write_behaviour(tmp_path / "again", model)
    for name in ("model.json", "weights.npz"):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()
    assert behaviour_digest(facts) == behaviour_digest(read_behaviour(folder).facts)


def test_nothing_is_overwritten_unasked(model: BehaviourModel, folder: Path) -> None:
    """A model is replaced only when that is wanted, and a folder with anything else never."""
    with pytest.raises(InputError, match="--overwrite"):
        write_behaviour(folder, model)
    write_behaviour(folder, model, overwrite=True)
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"notes\.txt"):
        write_behaviour(folder, model, overwrite=True)


@pytest.mark.parametrize("name", ["model.json", "weights.npz"])
@pytest.mark.parametrize("cut", [0, 100])
def test_a_file_that_is_cut_off_is_refused(folder: Path, name: str, cut: int) -> None:
    """With one message that names the folder."""
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[:cut])
    with pytest.raises(InputError, match="a model of behaviour"):
        read_behaviour(folder)


def test_there_is_no_model_where_there_is_none(tmp_path: Path) -> None:
    """The remedy is the command that makes one."""
    with pytest.raises(InputError, match="s3agents fit"):
        read_behaviour(tmp_path / "nowhere")


def _drop(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda arrays: arrays.pop(name)


def _set(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda arrays: arrays.update({name: value(arrays[name]) if callable(value) else value})


@pytest.mark.parametrize(
    "change",
    [
        _drop("forward.value"),
        _drop("delay.minutes"),
        _drop("seen"),
        _set("forward.value", lambda a: np.where(a != 0, np.nan, a)),
        _set("forward.feature", lambda a: a + 1000),
        _set("forward.left", lambda a: a - 1),
        _set("forward.left", lambda a: a[:-1]),
        _set("forward.roots", lambda a: a[::-1].copy()),
        _set("forward.threshold", lambda a: a.astype(np.float32)),
        _set("forward.curve", np.array([-1.0, 0.0])),
        _set("forward.clocks", lambda a: a[:, :2].copy()),
        _set("forward.clocks", lambda a: a + np.inf),
        _set("delay.minutes", lambda a: a[:, ::-1].copy()),
        _set("delay.ages", lambda a: a + 1.0),
        _set("emotion.intercepts", lambda a: a[:-1]),
        _set("attitude.towards.columns", lambda a: a[::-1].copy()),
        _set("seen", lambda a: a[::-1].copy()),
        _set("stranger", np.zeros(3)),
    ],
)
def test_numbers_that_are_no_model_are_refused(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Missing, of other types or shapes, not finite, out of order, or unknown; even where the checksum agrees."""
    _change(folder, change)
    with pytest.raises(InputError, match="a model of behaviour"):
        read_behaviour(folder)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("format", 2),
        ("kind", "traits"),
        ("features", ["user.followers"]),
        ("emotion_step", [[1.0, 0.0, 0.0]] * 3),
        ("sha256", "0" * 64),
        ("surprise", 1),
    ],
)
def test_facts_of_another_kind_are_refused(folder: Path, key: str, value: Any) -> None:
    """Another version, other features, or something that was not learnt."""
    facts = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps({**facts, key: value}))
    with pytest.raises(InputError, match="a model of behaviour"):
        read_behaviour(folder)
