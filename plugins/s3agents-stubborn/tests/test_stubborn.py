"""A stubborn mind keeps the contract of minds, and its side."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from s3agents_stubborn import Stubborn

from s3agents import plugins
from s3agents.cognition.base import Decision, TurnView
from s3agents.errors import InputError
from s3agents.events import Action
from s3agents.labels import Attitude
from s3agents.state import AttitudeBelief
from s3agents.testing import CognitionContract
from s3agents.testing.cognition_contract import many_views
from s3agents.testing.turn_views import turn_view

SCENE = turn_view().scene


class TestStubborn(CognitionContract):
    def make_cognition(self) -> Stubborn:
        """One who often has something to say."""
        return Stubborn(scene=SCENE, forward=0.5, post=0.5)


def test_it_never_changes_sides() -> None:
    """Whatever it reads."""
    mind = Stubborn(scene=SCENE)
    for view in many_views():
        assert asyncio.run(mind.appraise(view)).attitude.stance is view.attitude.stance


def test_it_passes_on_what_its_own_side_says_and_nothing_else() -> None:
    """Posts of unknown attitude count for neither side; with none of its own it speaks up."""
    mind = Stubborn(scene=SCENE, forward=1.0, post=1.0)
    for side in (Attitude.POSITIVE, Attitude.NEGATIVE):
        view = replace(turn_view(["yes", "no", "perhaps"]), attitude=AttitudeBelief.certain(side))
        sides = (Attitude.POSITIVE, Attitude.NEGATIVE, None)
        read = [replace(d, post=replace(d.post, attitude=s)) for d, s in zip(view.perceived, sides, strict=True)]
        acted = _acted(mind, replace(view, perceived=tuple(read)))
        assert (acted.action, acted.target) == (Action.FORWARD, read[sides.index(side)].post.id)
        spoken = _acted(mind, replace(view, perceived=tuple(read[2:])))
        assert (spoken.action, spoken.text) == (Action.POST, f"{'Yes' if side is sides[0] else 'No'}! {SCENE.question}")


def _acted(mind: Stubborn, view: TurnView) -> Decision:
    async def act() -> Decision:
        return await mind.act(view, await mind.appraise(view))

    return asyncio.run(act())


def test_it_is_found_by_its_name() -> None:
    """With its options checked."""
    made = plugins.make("s3agents.cognition", "stubborn", {"post": 0.5}, key="cognition.mode", given={"scene": SCENE})
    assert isinstance(made, Stubborn)
    with pytest.raises(InputError, match="are probabilities, got 2 and"):
        plugins.make("s3agents.cognition", "stubborn", {"forward": 2}, key="cognition.mode", given={"scene": SCENE})
