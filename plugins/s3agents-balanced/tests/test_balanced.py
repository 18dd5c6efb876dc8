"""The balanced channel keeps the contract of channels, and shows both sides."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from s3agents_balanced import Balanced

from s3agents import Simulation
from s3agents.testing import ChannelContract
from s3agents.testing.channel_contract import some_asks, some_offer
from s3agents.testing.societies import lively_scenario


class TestBalanced(ChannelContract):
    def make_channel(self) -> Balanced:
        """It has no options."""
        return Balanced()


def test_both_sides_have_as_many_places() -> None:
    """As long as both have something to say; either may begin, and what takes no side comes after them."""
    offer = some_offer()
    asks = [replace(ask, most=4, barred=frozenset()) for ask in some_asks(offer)]
    side = {post.id: post.attitude for post in offer.posts}
    found = asyncio.run(Balanced().recommend(asks, offer))
    shown = {tuple(str(side[post]) for post in posts) for posts in found}
    assert shown == {("positive", "negative") * 2, ("negative", "positive") * 2}
    everything = asyncio.run(Balanced().recommend([replace(asks[0], most=99)], offer))[0]
    assert set(everything) == set(side)
    assert side[everything[-1]] is None


def test_a_scenario_names_it(tmp_path: Path) -> None:
    """Its posts reach readers from the platform."""
    run = Simulation(lively_scenario(["0", "33"], channels=[{"kind": "balanced"}]), out=tmp_path / "run").run()
    assert "platform" in set(run.exposures()["source"])
