"""Degrees: power laws with an exact sum, and classes of users that come out as asked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3agents.config.generate import PRESETS, GenerateSection
from s3agents.network.classes import CLASSES
from s3agents.network.generate.degrees import class_shares, draw_degrees
from s3agents.network.generate.power_law import power_law
from s3agents.network.generate.streams import stream
from s3agents.network.power_law_fit import fit_power_law


def section(**given: Any) -> GenerateSection:
    """A section of these keys."""
    return GenerateSection.model_validate(given)


@settings(deadline=None)
@given(
    n=st.integers(1, 60),
    bounds=st.tuples(st.integers(0, 3), st.integers(0, 50)),
    share=st.floats(0, 1),
    exponent=st.floats(1.01, 20),
    seed=st.integers(0, 1000),
)
def test_a_power_law_adds_up(n: int, bounds: tuple[int, int], share: float, exponent: float, seed: int) -> None:
    """Whatever the exponent: the sum is exact, the bounds hold, the order is descending."""
    least, most = bounds[0], sum(bounds)
    total = least * n + round(share * (most - least) * n)
    values = power_law(n, total, exponent=exponent, least=least, most=most, rng=stream(seed, "test"))
    assert int(values.sum()) == total
    assert least <= values.min() <= values.max() <= most
    assert bool((np.diff(values) <= 0).all())


def test_what_cannot_add_up_is_refused() -> None:
    """Ten numbers from 1 to 2 are neither 9 nor 21."""
    for total in (9, 21):
        with pytest.raises(ValueError, match="10 numbers from 1 to 2 cannot add up"):
            power_law(10, total, exponent=2.0, least=1, most=2, rng=stream(0, "test"))


@pytest.mark.parametrize("exponent", [1.8, 2.1, 2.5, 3.0])
def test_the_tail_has_the_exponent(exponent: float) -> None:
    """The exponent that is fitted to the numbers is the one that was asked for, to 0.1."""
    values = power_law(50_000, 200_000, exponent=exponent, least=1, most=49_999, rng=stream(1, "test"))
    fit = fit_power_law(values)
    assert fit is not None
    assert fit.exponent == pytest.approx(exponent, abs=0.1)


@pytest.mark.parametrize("like", sorted(PRESETS))
@pytest.mark.parametrize(("influential", "low_impact"), [(0.02, 0.4), (0.01, 0.3), (0.0, 0.6), (0.05, 0.5)])
def test_class_shares_come_out(like: str, influential: float, low_impact: float) -> None:
    """In societies like those of S3 every share is found to half a per cent."""
    made = section(like=like, classes={"influential": influential, "low_impact": low_impact})
    found = class_shares(draw_degrees(made))
    assert found == pytest.approx({name: getattr(made.classes, name) for name in CLASSES}, abs=0.005)


@pytest.mark.parametrize("reciprocity", [0.0, 0.3, 0.7, 1.0])
def test_mutual_ties_have_room(reciprocity: float) -> None:
    """Whatever the reciprocity: nobody has more mutual ties than followers or followees, and all sums are exact."""
    made = section(like="s3-gender", reciprocity=reciprocity)
    degrees = draw_degrees(made)
    assert degrees.followers.sum() == degrees.followees.sum() == made.relations
    assert degrees.mutual.sum() == 2 * made.mutual_pairs
    assert bool((degrees.mutual <= np.minimum(degrees.followers, degrees.followees)).all())


def test_influential_users_write_more() -> None:
    """Activity goes with the class: the influential write more than most, the low-impact less (S3 section 4.1)."""
    made = section(like="s3-gender")
    degrees = draw_degrees(made)
    first, last = round(0.02 * made.users), round(0.4 * made.users)
    assert np.median(degrees.posts[:first]) > 2 * np.median(degrees.posts)
    assert np.median(degrees.posts[-last:]) < np.median(degrees.posts)


def test_a_tenth_writes_most_posts() -> None:
    """Activity has a heavy tail."""
    posts = np.sort(draw_degrees(section(like="s3-gender")).posts)[::-1]
    assert 0.5 < posts[: len(posts) // 10].sum() / posts.sum() < 0.8
