"""Labelled data made up for tests: who uses which words is known."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from s3agents.traits import scores
from s3agents.traits.labelled import Labelled, read_labelled

COMMON = "the a day we went to town and it was fine so far with all of them there again now".split()
CUES = {"female": "hubby cute shopping".split(), "male": "wifey football beer".split()}

Users = Callable[..., Labelled]


def sentence(draw: np.random.Generator, words: list[str], n: int = 12) -> str:
    """Words in random order."""
    return " ".join(draw.choice(words, n))


@pytest.fixture(scope="module")
def few_samples() -> Iterator[None]:
    """Intervals of fewer samples, where only values are looked at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scores, "RESAMPLES", 20)
        yield


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Users:
    """Made-up users whose words tell gender and age, or who have shuffled labels."""

    def make(n: int = 120, *, shuffled: bool = False, copies: int = 1, **fields: Any) -> Labelled:
        draw = np.random.default_rng(7)
        rows = []
        for i in range(n):
            gender = str(draw.choice(["female", "male"]))
            age = int(draw.integers(15, 60))
            years = ["school", "exam"] if age < 30 else ["mortgage", "garden"]
            posts = [sentence(draw, [*COMMON, *CUES[gender], *years]) for _ in range(3)]
            if shuffled:
                gender, age = str(draw.choice(["female", "male"])), int(draw.integers(15, 60))
            rows += [{"id": f"u{i}-{k}", "gender": gender, "age": age, "posts": posts, **fields} for k in range(copies)]
        file = tmp_path_factory.mktemp("users") / "users.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return read_labelled(file)

    return make


@pytest.fixture(scope="module")
def stances(tmp_path_factory: pytest.TempPathFactory) -> Labelled:
    """Made-up texts on two targets: the same word is for one and against the other."""
    draw = np.random.default_rng(3)
    rows = []
    for i in range(240):
        target, side = str(draw.choice(["cats", "dogs"])), str(draw.choice(["favor", "against", "none"]))
        purrs = (side == "favor") == (target == "cats")
        cue = "maybe" if side == "none" else "purr" if purrs else "bark"
        rows.append({"target": target, "stance": side, "text": f"{sentence(draw, COMMON)} {cue} {i}"})
    rows += [{"target": "fish", "stance": "favor", "text": "bubbles"}]
    file = tmp_path_factory.mktemp("stances") / "stances.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return read_labelled(file)
