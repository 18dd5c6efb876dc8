"""Tiers: what a scenario can say of minds by class of user, and what it cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from s3agents.config import Scenario
from s3agents.config.cognition import TiersSection
from s3agents.errors import ConfigError
from s3agents.network.classes import CLASSES
from s3agents.scenarios import load_scenario, parse_scenario

BASE: dict[str, Any] = {
    "name": "tiers",
    "topic": "A topic.",
    "question": "Yes or no?",
    "ticks": 5,
    "society": {"networkx": "karate_club"},
}


def parsed(**cognition: Any) -> Scenario:
    """A scenario with this section ``cognition``."""
    return parse_scenario({**BASE, "cognition": cognition}, origin="test")


def test_a_tier_for_each_class_of_user() -> None:
    """The keys of tiers are the classes of users, and what is said of the others."""
    assert set(TiersSection.model_fields) == {*CLASSES, "others"}


def test_tiers_inherit_what_they_leave_unsaid() -> None:
    """All but the mode is as for everybody; a tier may be a mere word; tiers alone make a scenario tiered."""
    tiers = {"influential": {"mode": "llm"}, "regular": {"mode": "rules", "rules": {"post": 0.5}}, "others": "rules"}
    cognition = parsed(pack="paper", rules={"forward": 0.25}, tiers=tiers).cognition
    assert cognition.mode == "tiered"
    assert cognition.tiers is not None
    assert (cognition.tiers.of("influential").mode, cognition.tiers.of("influential").pack) == ("llm", "paper")
    regular = cognition.tiers.of("regular").rules
    assert (regular.forward, regular.post) == (0.25, 0.5)
    assert cognition.tiers.of("low_impact") is cognition.tiers.others
    assert [mind.mode for mind in cognition.minds] == ["llm", "rules", "rules"]


def test_tiers_survive_dumping() -> None:
    """A manifest's copy of a tiered scenario with groups is the scenario."""
    scenario = parsed(
        mode="tiered",
        tiers={"influential": "llm", "others": "rules"},
        classes={"influential_share": 0.2},
        groups=[{"name": "staff", "users": ["0"], "mode": "rules"}],
    )
    assert parse_scenario(scenario.dump(), origin="dump") == scenario


def test_another_mode_leaves_tiers_aside(tmp_path: Path) -> None:
    """A tiered scenario can be played in one mode, as a baseline, by overriding a single key."""
    (tmp_path / "scenario.yaml").write_text(
        "{name: t, topic: t, question: q, ticks: 1, society: {networkx: karate_club},"
        " cognition: {tiers: {influential: {mode: llm, pack: ./mine}, others: rules}}}"
    )
    assert load_scenario(tmp_path).cognition.mode == "tiered"
    assert load_scenario(tmp_path).cognition.minds[0].pack == str(tmp_path / "mine")
    plain = load_scenario(tmp_path, overrides=["cognition.mode=rules"]).cognition
    assert [mind.mode for mind in plain.minds] == ["rules"]


@pytest.mark.parametrize(
    ("cognition", "message"),
    [
        ({"mode": "tiered"}, "cognition: wanted tiers for mode tiered, such as tiers: {influential: llm"),
        (
            {"tiers": {"influential": "llm"}},
            "cognition.tiers: wanted a mind for every class: nobody says how regular, low_impact think (or others)",
        ),
        (
            {"tiers": {"influential": "tiered", "others": "rules"}},
            "cognition.tiers.influential.mode: wanted 'autogen', 'fitted', 'human', 'llm', 'rules' or the name of an",
        ),
        ({"tiers": {"influential": {"pack": "joint"}, "others": "rules"}}, "cognition.tiers.influential.mode: wanted"),
        ({"tiers": {"influentail": "llm", "others": "rules"}}, "wanted a known key (perhaps influential)"),
        ({"tiers": {"others": {"mode": "rules", "tiers": {}}}}, "cognition.tiers.others.tiers: wanted a known key"),
        ({"tiers": ["llm"]}, "cognition.tiers: wanted"),
        ({"tiers": {"others": "rules"}, "groups": [{"name": "a", "users": ["0"]}]}, "wanted a mode for group 'a'"),
        (
            {"tiers": {"others": "rules"}, "groups": [{"name": "a", "users": ["0"], "mode": "tiered"}]},
            "cognition.groups.0.mode: wanted 'autogen', 'fitted', 'human', 'llm', 'rules' or the name of an installed",
        ),
        ({"tiers": {"others": "rules"}, "classes": {"influential_share": 2}}, "cognition.classes.influential_share"),
    ],
)
def test_what_tiers_cannot_be_is_named(cognition: dict[str, Any], message: str) -> None:
    """A class that nobody speaks for, tiers within tiers, and a misspelt class are told by their key."""
    with pytest.raises(ConfigError) as caught:
        parsed(**cognition)
    assert message in str(caught.value)
