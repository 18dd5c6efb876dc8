"""The power law of a tail: drawn laws are found again."""

from __future__ import annotations

import math

import numpy as np
import pytest

from s3agents.network.power_law_fit import LEAST_TAIL, fit_power_law, zeta


@pytest.mark.parametrize(
    ("s", "q", "value"), [(2, 1, math.pi**2 / 6), (4, 1, math.pi**4 / 90), (2, 3, math.pi**2 / 6 - 1.25)]
)
def test_zeta_has_its_known_values(s: int, q: int, value: float) -> None:
    """Riemann's at 2 and 4, Hurwitz's by leaving terms out."""
    assert zeta(s, q) == pytest.approx(value, rel=1e-10)


@pytest.mark.parametrize("s", [1.01, 2.5, 20.0])
def test_zeta_loses_its_first_term(s: float) -> None:
    """zeta(s, q) - zeta(s, q + 1) is q ** -s: what makes it a distribution."""
    q = np.array([1.0, 2.0, 50.0, 4000.0])
    assert zeta(s, q) - zeta(s, q + 1) == pytest.approx(q**-s, rel=1e-6)


@pytest.mark.parametrize("exponent", [1.8, 2.3, 3.5])
def test_a_law_is_found_again(exponent: float) -> None:
    """Within four standard errors, from the smallest degree on."""
    law = fit_power_law(np.random.default_rng(1).zipf(exponent, 20_000))
    assert law is not None
    assert abs(law.exponent - exponent) < 4 * law.error
    assert law.error == pytest.approx((exponent - 1) / math.sqrt(law.tail), rel=0.5)
    assert law.distance < 0.01
    assert law.xmin <= 3


def test_a_tail_is_found_where_it_begins() -> None:
    """Below its beginning degrees may be spread otherwise, or be 0."""
    rng = np.random.default_rng(2)
    drawn = rng.zipf(2.5, 100_000)
    tail = drawn[drawn >= 20]
    law = fit_power_law(np.concatenate([tail, rng.integers(0, 20, 4000)]))
    assert law is not None
    assert 15 <= law.xmin <= 30
    assert abs(law.exponent - 2.5) < 4 * law.error


def test_the_distance_is_that_at_every_whole_number() -> None:
    """Also between degrees that occur, where the law goes on and the users do not."""
    law = fit_power_law([1] * 6 + [2] * 2 + [9])
    assert law is not None
    x = np.arange(law.xmin, 10)
    degrees = np.array([1] * 6 + [2] * 2 + [9])
    tail = degrees[degrees >= law.xmin]
    users = np.array([(tail <= k).mean() for k in x])
    model = 1 - zeta(law.exponent, x + 1) / zeta(law.exponent, law.xmin)
    assert law.distance == pytest.approx(np.abs(users - model).max())


@pytest.mark.parametrize("degrees", [[], [0, 0], [3, 3, 3], [4] * 100 + [5]])
def test_there_is_no_law_in_equal_degrees(degrees: list[int]) -> None:
    """Nothing to fit, or a fall so steep that no exponent tells it."""
    assert fit_power_law(degrees) is None


def test_tails_are_not_made_of_a_few_users() -> None:
    """The tail keeps fifty users, or half of all."""
    rng = np.random.default_rng(3)
    for n, least in ((2000, LEAST_TAIL), (40, 20)):
        law = fit_power_law(rng.poisson(6, n) + 1)
        assert law is not None
        assert law.tail >= least
