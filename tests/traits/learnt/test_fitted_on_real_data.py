"""What fitted models reach on real data, by cross-validation with everything at its default."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from s3agents.traits.base import Trait
from s3agents.traits.labelled import read_labelled
from s3agents.traits.learnt.fitting import FitSettings, fit_attitude, fit_demographics
from s3agents.traits.learnt.trait_model import About


def data(name: str) -> Path:
    """A file of the real data; the test is skipped where it is not."""
    home = os.environ.get("S3AGENTS_DATA")
    if not home or not Path(home, name).is_file():
        pytest.skip(f"S3AGENTS_DATA names no folder with {name}")
    return Path(home, name)


def demographics(name: str, trait: Trait) -> dict[str, Any]:
    """Cross-validated scores of a trait."""
    model = fit_demographics(read_labelled(data(name), strict=True), trait, FitSettings())
    scores: dict[str, Any] = model.facts.cross_validation["scores"]
    return scores


def test_gender_of_bloggers() -> None:
    """From three posts of a blog, the AUC is 0.70 or more (S3's Table 4 has 0.708, from descriptions)."""
    scores = demographics("blog_age/blogs.jsonl", "gender")
    assert scores["n"] == 600
    assert scores["auc"]["value"] >= 0.70
    assert scores["accuracy"]["low"] > scores["baseline_accuracy"]["value"]


def test_age_of_bloggers() -> None:
    """From three posts of a blog, the absolute error is at least 15 % below that of the best constant."""
    scores = demographics("blog_age/blogs.jsonl", "age")
    assert scores["n"] == 600
    assert scores["mae"]["value"] <= 0.85 * scores["baseline_mae"]["value"]


def test_gender_from_chinese_descriptions() -> None:
    """From a short description in Chinese, the AUC is above 0.60, its interval above chance."""
    scores = demographics("weibo_gender/weibo_gender.csv", "gender")
    assert scores["n"] == 391
    assert scores["auc"]["value"] > 0.60
    assert scores["auc"]["low"] > 0.5


def test_attitudes_towards_five_targets() -> None:
    """In favour or against, from one tweet and its target, the macro F1 is 0.60 or more, pooled and on average."""
    about = About("Are you for it?", ("favor",), ("against",), column="target")
    model = fit_attitude(read_labelled(data("stance/stance.csv"), strict=True), about, FitSettings())
    found = model.facts.cross_validation
    assert found["scores"]["n"] == 2148
    assert model.facts.left_out == {"none": 766}
    assert found["groups"] < 2148  # some tweets are there more than once
    assert found["scores"]["macro_f1"]["low"] >= 0.60
    assert found["mean_macro_f1"]["value"] >= 0.60
    assert len(found["by_target"]) == 5
