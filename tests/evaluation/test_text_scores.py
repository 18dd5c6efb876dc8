"""Scores of texts, against values worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3agents.evaluation.text_scores import cosines, distinct, mean_score, perplexity, words


def test_words_in_any_script() -> None:
    """Words between blanks, single characters where there are none; no punctuation, no case."""
    assert words("Sugar, sugar: YES!") == ["sugar", "sugar", "yes"]
    assert words("好看。ok") == ["好", "看", "ok"]
    assert words("...") == []


def test_distinct_counts_different_runs() -> None:
    """Of a b a / a b: 2 of 5 words differ, and pairs ab, ba, ab give 2 of 3; no pair spans two texts."""
    texts = [["a", "b", "a"], ["a", "b"]]
    assert distinct(texts, 1) == pytest.approx(2 / 5)
    assert distinct(texts, 2) == pytest.approx(2 / 3)
    assert distinct([["a"]], 2) is None
    assert distinct([], 1) is None


def test_perplexity_is_over_all_tokens() -> None:
    """Tokens of probability 1/2, 1/2 and 1/8: exp of their mean surprise is the cube root of 32."""
    found = perplexity([[-math.log(2), -math.log(2)], [-math.log(8)], []])
    assert found is not None
    assert found.value == pytest.approx(32 ** (1 / 3))
    assert found.low <= found.value <= found.high
    assert perplexity([[], []]) is None


@given(st.integers(2, 50), st.integers(1, 30))
def test_a_uniform_model_is_as_perplexed_as_it_has_words(size: int, tokens: int) -> None:
    """Where every token has probability 1/size, perplexity is size."""
    found = perplexity([[-math.log(size)] * tokens])
    assert found is not None
    assert found.value == pytest.approx(size)


def test_means_and_cosines() -> None:
    """The mean has its interval; cosines go row by row, and 0 stands for a text without content."""
    found = mean_score([1.0, 3.0], groups=["a", "b"])
    assert found is not None
    assert (found.value, found.low, found.high) == (2.0, 1.0, 3.0)
    assert mean_score([]) is None
    left = np.array([[1, 0], [0.6, 0.8], [0, 0]], dtype=np.float32)
    right = np.array([[0, 1], [0.6, 0.8], [1, 0]], dtype=np.float32)
    assert cosines(left, right) == pytest.approx([0.0, 1.0, 0.0], abs=1e-6)
