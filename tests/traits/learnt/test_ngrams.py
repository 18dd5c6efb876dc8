"""N-grams: what of a text counts, and that the features of a text depend on it alone."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3agents.traits.learnt.ngrams import BITS, WIDTH, Features, batches, features_of

TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("ab  '!我们ไท"), max_size=30)
QUICK = settings(max_examples=80, deadline=None)


def of_text(features: Features, i: int) -> list[tuple[int, float]]:
    """The columns of text ``i`` with their weights."""
    at = features.rows == i
    return list(zip(features.columns[at].tolist(), features.values[at].tolist(), strict=True))


def columns(text: str) -> set[int]:
    """The columns of a text."""
    return set(features_of([text]).columns.tolist())


def runs(text: str) -> set[str]:
    """Runs of 2 to 5 characters within a word, its blanks included, in plain Python."""
    words = [f" {word} " for word in unicodedata.normalize("NFKC", text).lower().split()]
    return {w[i : i + n] for w in words for n in range(2, 6) for i in range(len(w) - n + 1)}


@QUICK
@given(st.lists(TEXTS, max_size=5))
def test_features_depend_on_the_text_alone(texts: list[str]) -> None:
    """Alone or among others, a text has the same columns and weights, bit for bit."""
    together = features_of(texts)
    assert [of_text(together, i) for i in range(len(texts))] == [of_text(features_of([t]), 0) for t in texts]


@QUICK
@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_features_are_ordered_and_of_unit_length(texts: list[str]) -> None:
    """Entries go by text and column, each pair once; characters and words have length 1 each, unless there are none."""
    features = features_of(texts)
    keys = features.rows * WIDTH + features.columns
    assert (np.diff(keys) > 0).all()
    for family in (0, 1):
        mine = features.columns >> BITS == family
        squares = np.bincount(features.rows[mine], weights=features.values[mine] ** 2, minlength=len(texts))
        assert all(s == 0 or s == pytest.approx(1) for s in squares)


@QUICK
@given(TEXTS.filter(lambda text: "@" not in text))
def test_characters_are_the_runs_within_words(text: str) -> None:
    """There are as many columns of characters as runs, but for two that share one by chance."""
    found = {column for column in columns(text) if column < 1 << BITS}
    wanted = runs(text)
    assert len(wanted) - 2 <= len(found) <= len(wanted)


def test_words_are_words_pairs_and_signs() -> None:
    """A word, a pair of words and a run of signs count; a character of a script without blanks is a word."""

    def words(text: str) -> int:
        return len({column for column in columns(text) if column >= 1 << BITS})

    assert words("don't stop") == 3
    assert words("stop :-) stop") == 4
    assert words("我们去") == 5
    assert words("") == 0


def test_spelling_that_does_not_matter() -> None:
    """Capitals, widths, blanks, addresses and handles make no difference."""
    plain = columns("hello @user see URL".lower().replace("url", "URL"))
    assert columns("HELLO  @Anna\nsee https://a.example/b?c") == plain
    assert columns("ｈｅｌｌｏ @bob see www.example.org") == plain
    assert columns("hello @user see it") != plain


def test_a_repeated_word_weighs_more_but_not_in_proportion() -> None:
    """``k`` times weigh ``1 + log k``."""
    weights = dict(of_text(features_of(["b b b a"]), 0))
    (a,) = columns("a") & set(weights) & {c for c in columns("a") if c >= 1 << BITS}
    (b,) = columns("b") & set(weights) & {c for c in columns("b") if c >= 1 << BITS}
    assert weights[b] / weights[a] == pytest.approx(1 + np.log(3))


def test_batches_cover_everything_once() -> None:
    """Batches are runs in order, long texts alone in theirs."""
    texts = ["x" * n for n in (10, 600_000, 1, 0, 499_990, 20)]
    cuts = list(batches(texts))
    assert [i for cut in cuts for i in range(cut.start, cut.stop)] == list(range(len(texts)))
    assert len(cuts) > 1
    assert list(batches([])) == []
