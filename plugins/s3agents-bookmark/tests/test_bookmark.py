"""To bookmark keeps the contract of actions, and stands in the record."""

from __future__ import annotations

from pathlib import Path

from s3agents_bookmark import Bookmark

from s3agents import Simulation
from s3agents.testing import ActionContract
from s3agents.testing.societies import lively_scenario


class TestBookmark(ActionContract):
    languages = ("en", "zh")

    def make_action(self) -> Bookmark:
        """It has no options."""
        return Bookmark()


def test_a_scenario_offers_it(tmp_path: Path) -> None:
    """Each bookmark is of a post that was read, and publishes nothing."""
    cognition = {"rules": {"forward": 0.2, "post": 0.1, "actions": {"bookmark": 0.9}}}
    scenario = lively_scenario(["0", "33"], actions=["forward", "post", "bookmark"], cognition=cognition)
    run = Simulation(scenario, out=tmp_path / "run").run()
    turns, posts = run.turns(), run.posts()
    kept = turns[turns["action"] == "bookmark"]
    assert len(kept)
    assert set(kept["target"]) <= set(run.exposures()["post"])
    wrote = set(zip(posts["tick"], posts["author"], strict=True))
    assert not wrote & set(zip(kept["tick"], kept["user"], strict=True))
