"""The state in which agents enter a run: attitudes stated, inferred and unknown."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3agents.cognition.initial import initial_state
from s3agents.ids import UserId
from s3agents.labels import Attitude
from s3agents.persona import Persona
from s3agents.state import AttitudeBelief

METHOD = {"attitude_method": "llm/traits@1/qwen"}


def _attitude(attitude: Any, extra: dict[str, Any], *, certainty: float = 0.9, seed: int = 0) -> AttitudeBelief:
    persona = Persona(id=UserId("me"), attitude=attitude, extra=extra)
    return initial_state(persona, prior=0.3, certainty=certainty, seed=seed).attitude


@given(st.sampled_from(["positive", "negative"]), st.floats(0, 1), st.floats(0.5, 1))
def test_an_inferred_attitude_enters_with_its_own_probability(side: Any, confidence: float, certainty: float) -> None:
    """Not with the certainty of the scenario, which is for what the data state."""
    belief = _attitude(side, {**METHOD, "attitude_confidence": confidence}, certainty=certainty)
    assert belief.stance == Attitude(side)
    assert belief.p_positive == (confidence if side == "positive" else 1.0 - confidence)


@pytest.mark.parametrize(
    "extra",
    [
        {},
        {"attitude_confidence": 0.6},
        METHOD,
        {**METHOD, "attitude_confidence": "high"},
        {**METHOD, "attitude_confidence": 60.0},
        {**METHOD, "attitude_confidence": float("nan")},
    ],
    ids=["stated", "no method", "no confidence", "a word", "percent", "nan"],
)
def test_everything_else_enters_with_the_certainty_of_the_scenario(extra: dict[str, Any]) -> None:
    """What the data state, even beside a column of that name, and what was inferred without a usable probability."""
    assert _attitude("positive", extra).p_positive == 0.9
    assert _attitude("negative", extra).p_positive == pytest.approx(0.1)


def test_the_unknown_are_drawn_whatever_else_is_known() -> None:
    """Without an attitude the columns of an inference count for nothing."""
    assert _attitude(None, {**METHOD, "attitude_confidence": 0.99}) == _attitude(None, {})
    assert _attitude(None, {}).p_positive == 0.3
