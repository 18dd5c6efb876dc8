"""Textbook models: their laws, and values worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3agents.dynamics import cascade, emotion, opinion
from s3agents.labels import EMOTIONS, Attitude, Emotion
from s3agents.state import AttitudeBelief

shares = st.floats(0, 1)


def stepwise(level: Emotion, coefficient: float, ticks: int) -> list[float]:
    """Decay tick by tick, as the definition says."""
    p = [float(e is level) for e in EMOTIONS]
    for _ in range(ticks):
        p = [p[0] + coefficient * p[1], (1 - coefficient) * p[1] + coefficient * p[2], (1 - coefficient) * p[2]]
    return p


@given(st.sampled_from(Emotion), shares, st.integers(0, 30))
def test_decay_equals_its_steps(level: Emotion, coefficient: float, ticks: int) -> None:
    """The closed form of decay is the Markov chain applied tick by tick."""
    assert emotion.decay(level, coefficient=coefficient, ticks=ticks) == pytest.approx(
        stepwise(level, coefficient, ticks), abs=1e-9
    )


@given(st.sampled_from(Emotion), st.lists(shares, max_size=6), shares)
def test_contagion_raises_by_one_level_at_most(level: Emotion, stimuli: list[float], strength: float) -> None:
    """Contact never calms, never skips a level, and gives probabilities."""
    p = emotion.contagion(level, stimuli=stimuli, strength=strength)
    start = EMOTIONS.index(level)
    assert sum(p) == pytest.approx(1)
    assert all(p[i] == 0 for i in range(3) if i not in (start, start + 1))


def test_contagion_by_hand() -> None:
    """Two intense messages at strength 0.5 leave a quarter unmoved."""
    assert emotion.contagion(Emotion.CALM, stimuli=[1, 1], strength=0.5) == (0.25, 0.75, 0.0)
    assert emotion.contagion(Emotion.INTENSE, stimuli=[1], strength=0.5) == (0.0, 0.0, 1.0)


@given(shares, st.lists(shares, max_size=5), shares, shares)
def test_opinions_stay_between_what_was_heard(x: float, heard: list[float], bound: float, pull: float) -> None:
    """An opinion moves towards the accepted ones and never past them; those out of bounds have no say."""
    after = opinion.bounded_confidence(x, heard=heard, bound=bound, convergence=pull)
    accepted = [h for h in heard if abs(h - x) <= bound]
    assert min([x, *accepted]) - 1e-9 <= after <= max([x, *accepted]) + 1e-9
    if not accepted:
        assert after == x


@given(st.sampled_from(Attitude), shares, shares, st.floats(0, 1, exclude_max=True))
def test_an_attitude_flips_only_the_way_its_probability_went(
    stance: Attitude, before: float, after: float, u: float
) -> None:
    """Nobody turns positive while the probability of positive falls, nor the other way round."""
    belief = AttitudeBelief(stance=stance, p_positive=before)
    new = opinion.step(belief, p_positive=after, u=u)
    assert new.p_positive == after
    if new.stance is not stance:
        assert (new.stance is Attitude.POSITIVE) == (after > before)


def test_steps_keep_sides_distributed_by_the_probability() -> None:
    """If sides are drawn with p before, they are distributed with p after."""
    n = 2000
    positive = 0
    for i in range(n):
        start = Attitude.POSITIVE if i < 0.4 * n else Attitude.NEGATIVE
        u = (i * 0.754877666) % 1.0
        new = opinion.step(AttitudeBelief(stance=start, p_positive=0.4), p_positive=0.7, u=u)
        positive += new.stance is Attitude.POSITIVE
    assert positive / n == pytest.approx(0.7, abs=0.02)


@given(shares, st.floats(0, 5), st.integers(0, 2), shares)
def test_chances_are_probabilities(base: float, arousal: float, level: int, agreement: float) -> None:
    """Whatever the parameters, a chance lies in [0, 1]."""
    assert 0 <= cascade.chance(base, arousal=arousal, level=level, agreement=agreement) <= 1


def test_independent_cascade_by_hand() -> None:
    """Chances are independent: one half and one half make three quarters."""
    assert cascade.any_of([0.5, 0.5]) == 0.75
    assert cascade.any_of([]) == 0.0
