"""Folds: what belongs together stays together, and every fold gets its share."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from s3agents.ids import UserId
from s3agents.persona import Persona
from s3agents.traits.base import Evidence
from s3agents.traits.labelled import Example
from s3agents.traits.learnt.folds import deal, groups_of, splits

LONG = "this is a rather long text that two would not write"


def example(user: str, *posts: str, bio: str = "", known: bool = True) -> Example:
    """An example without labels."""
    return Example(Evidence(Persona(id=UserId(user), bio=bio), posts), {}, known_id=known)


def test_users_and_texts_stay_together() -> None:
    """Rows of one user, of one text, or with a long text in common are one group, also by way of a third."""
    rows = [
        example("a", "x"),
        example("a", "y"),
        example("b", "Good day!"),
        example("c", "@anna good  DAY"),
        example("d", LONG, "z"),
        example("e", "w", LONG.upper() + "!"),
        example("e", "v"),
        example("f", "w", "short"),
        example("g", "w", "other"),
    ]
    assert groups_of(rows) == [0, 0, 1, 1, 2, 2, 2, 3, 4]


def test_made_up_ids_tell_nothing() -> None:
    """An id that the data do not give joins nobody; a shared bio does."""
    rows = [example("x:1", "a", known=False), example("x:1", "b", known=False)]
    assert groups_of(rows) == [0, 1]
    assert groups_of([example("x", bio=LONG), example("y", "p", bio=LONG)]) == [0, 0]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 12)), min_size=1, max_size=60), st.integers(2, 6))
def test_groups_stay_whole(rows: list[tuple[str, int]], folds: int) -> None:
    """No group is in two folds, and the splits leave nobody out."""
    strata, groups = zip(*rows, strict=True)
    fold = deal(strata, groups, folds, seed=1)
    assert len(set(zip(groups, fold.tolist(), strict=True))) == len(set(groups))
    seen: list[int] = []
    for train, test in splits(fold, folds):
        assert sorted([*train, *test]) == list(range(len(rows)))
        assert not {groups[i] for i in train} & {groups[i] for i in test}
        seen += test.tolist()
    assert sorted(seen) == list(range(len(rows)))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from("aab"), min_size=10, max_size=80), st.integers(0, 5))
def test_every_fold_gets_its_share(strata: list[str], seed: int) -> None:
    """Without groups, no two folds differ by more than one row of a stratum."""
    fold = deal(strata, range(len(strata)), 5, seed=seed)
    for stratum in set(strata):
        counts = Counter(k for k, s in zip(fold.tolist(), strata, strict=True) if s == stratum)
        assert max(counts.values()) - min(counts[k] for k in range(5)) <= 1


def test_the_seed_decides() -> None:
    """The same seed deals alike, another one differently."""
    strata = ["a", "b"] * 20
    deals = [deal(strata, range(40), 5, seed=seed).tolist() for seed in (0, 0, 1)]
    assert deals[0] == deals[1] != deals[2]
    assert np.unique(deals[0]).tolist() == [0, 1, 2, 3, 4]
