"""Who belongs to which group of a scenario: by list, attributes, class and share; the same in every process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3agents import Simulation
from s3agents.coordinator.roster import Roster
from s3agents.errors import ConfigError
from s3agents.ids import UserId
from s3agents.network.classes import CLASSES, class_of
from s3agents.persona import Persona
from s3agents.preparation import prepare
from s3agents.scenarios import parse_scenario
from s3agents.testing.societies import lively_scenario, society_of

OLD_DIGEST = "ad366d6a168d2749037996990e9d87901b129ca8de49b5e23f16acb7f599bda0"
"""Of the scenario with groups below, before groups had classes and shares."""

SOCIETY = society_of(
    40, [(n, 0) for n in range(1, 40)] + [(n, 1) for n in range(2, 30)] + [(n, n + 1) for n in range(39)]
)


def members(*groups: dict[str, Any], seed: int = 11) -> list[set[str]]:
    """The ids of the members of each group."""
    roster = Roster(lively_scenario([], seed=seed, cognition={"groups": list(groups)}), SOCIETY)
    found = [{p.id for p in SOCIETY if getattr(roster.mind_of(p), "name", None) == g["name"]} for g in groups]
    assert [len(ids) for ids in found] == [size.members for size in roster.sizes]
    return [set(map(str, ids)) for ids in found]


def test_a_class_makes_a_group() -> None:
    """All users of the class belong to it; with attributes beside it, those of the class who have them."""
    codes = class_of(SOCIETY).codes
    influential = {str(u) for u, code in zip(SOCIETY.ids, codes, strict=True) if CLASSES[code] == "influential"}
    assert members({"name": "heard", "class": "influential"}) == [influential]
    (both,) = members({"name": "heard", "class": "influential", "where": {"age": 20}})
    assert both == influential & {"u0"}


def test_a_list_adds_to_what_is_described() -> None:
    """Those listed belong to a group whatever their attributes."""
    assert members({"name": "some", "users": ["u7"], "where": {"age": 21}}) == [{"u1", "u7"}]


def test_the_first_group_that_fits_counts() -> None:
    """A user whom two groups describe belongs to the first."""
    assert members({"name": "a", "users": ["u3"]}, {"name": "b", "users": ["u3", "u4"]}) == [{"u3"}, {"u4"}]


@given(share=st.floats(0.01, 1.0), seed=st.integers(0, 50))
def test_a_share_is_exact_and_grows_by_adding(share: float, seed: int) -> None:
    """A share of n users is the nearest whole number of them, and a larger share holds the smaller one."""
    (some,) = members({"name": "g", "share": share}, seed=seed)
    (more,) = members({"name": "g", "share": min(1.0, share * 1.5)}, seed=seed)
    assert len(some) == int(share * 40 + 0.5)
    assert some <= more


def test_a_share_is_of_those_who_fit_the_rest() -> None:
    """Of a list and of attributes a part is drawn, and nobody else."""
    listed = [f"u{n}" for n in range(10)]
    (some,) = members({"name": "g", "users": listed, "share": 0.5})
    assert len(some) == 5
    assert some < set(listed)
    assert members({"name": "g", "where": {"age": 21}, "share": 1.0}) == [{"u1"}]


def test_other_names_and_seeds_draw_others() -> None:
    """Shares of two groups are drawn apart, and those of another seed as well."""
    (one,) = members({"name": "one", "share": 0.5})
    (two,) = members({"name": "two", "share": 0.5})
    (other,) = members({"name": "one", "share": 0.5}, seed=12)
    assert one not in (two, other)


def test_another_process_finds_the_same_members() -> None:
    """What is drawn hangs on nothing of a process, such as the seed of its hashes."""
    program = (
        "import json, sys; from tests.coordinator.test_membership import members;"
        "print(json.dumps(sorted(members({'name': 'g', 'share': 0.3})[0])))"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(found.stdout) == sorted(members({"name": "g", "share": 0.3})[0])


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ([{"name": "g"}], "cognition.groups.0: wanted users, where, class or share, got none of them"),
        ([{"name": "g", "users": ["u99"]}], "cognition.groups.0.users: wanted a user of the society, got 'u99'"),
        (
            [{"name": "g", "share": 0.5}, {"name": "g", "users": ["u1"]}],
            "cognition.groups.0.name: wanted a name of its own for a group with a share, which is drawn by it, got 'g'",
        ),
    ],
)
def test_a_group_that_means_nobody_is_named(groups: list[dict[str, Any]], message: str) -> None:
    """What is wrong with a group is told before anything runs."""
    with pytest.raises(ConfigError, match=message.replace(".", r"\.")):
        members(*groups)


@pytest.mark.parametrize(
    ("group", "message"),
    [
        ({"class": "loud"}, "cognition.groups.0.class: wanted 'influential', 'regular' or 'low_impact', got 'loud'"),
        ({"share": 0.0}, "cognition.groups.0.share: wanted greater than 0, got 0.0"),
        ({"clas": "regular"}, r"cognition.groups.0.clas: wanted a known key (perhaps class)"),
    ],
)
def test_a_wrong_key_of_a_group_is_named(group: dict[str, Any], message: str) -> None:
    """Values and keys that are none are told with what was wanted."""
    with pytest.raises(ConfigError) as caught:
        lively_scenario([], cognition={"groups": [{"name": "g", **group}]})
    assert message in str(caught.value)


def test_empty_groups_are_told_of() -> None:
    """A group that nobody belongs to is no mistake, and is not passed over in silence."""
    groups = [
        {"name": "all", "share": 1.0},
        {"name": "late", "users": ["u1"]},
        {"name": "old", "where": {"age": 99}},
    ]
    notes = prepare(lively_scenario([], cognition={"groups": groups}), SOCIETY).notes
    assert "group late is empty: the 1 whom it describes belong to groups before it" in notes
    assert "group old is empty: nobody fits" in notes


def test_somebody_from_elsewhere_is_known_by_attributes() -> None:
    """A persona that the society does not have belongs to a group by its attributes alone."""
    groups = [{"name": "drawn", "share": 1.0}, {"name": "young", "where": {"age": 5}}]
    roster = Roster(lively_scenario([], cognition={"groups": groups}), SOCIETY)
    assert getattr(roster.mind_of(Persona(id=UserId("stranger"), age=5)), "name", None) == "young"
    assert not hasattr(roster.mind_of(Persona(id=UserId("stranger"), age=6)), "name")


def test_members_are_the_same_after_a_run_went_on(tmp_path: Path) -> None:
    """A run of groups that is stopped and resumed comes to the record of one that was not."""
    rules = {"forward": 0.9, "post": 0.9}
    groups = [
        {"name": "loud", "share": 0.3, "rules": rules},
        {"name": "heard", "class": "influential", "mode": "rules"},
    ]
    scenario = lively_scenario(["u0", "u1"], cognition={"groups": groups})
    whole = Simulation(scenario, SOCIETY, out=tmp_path / "whole").run()
    stopped = Simulation(scenario, SOCIETY, out=tmp_path / "run")
    stopped.run(on_progress=lambda progress: stopped.stop() if progress.tick == 2 else None)
    assert Simulation.resume(tmp_path / "run", SOCIETY).run().fingerprint() == whole.fingerprint()
    plain = Simulation(lively_scenario(["u0", "u1"]), SOCIETY, out=tmp_path / "plain").run()
    assert plain.fingerprint() != whole.fingerprint()


def test_a_scenario_without_news_keeps_its_digest() -> None:
    """Runs that began before groups had classes and shares are still the runs of their scenarios."""
    one = {"name": "one", "users": ["u1"], "mode": "llm", "pack": "paper"}
    two = {"name": "two", "where": {"age": 21}, "mode": "fitted", "learnt": "models/x"}
    tiers = {"influential": "llm", "others": {"mode": "rules", "rules": {"forward": 0.5}}}
    before = lively_scenario(["u1"], cognition={"groups": [one, two], "tiers": tiers})
    assert before.digest() == OLD_DIGEST
    group = before.dump()["cognition"]["groups"][1]
    assert not {"class", "class_", "share"} & group.keys()


def test_a_class_and_a_share_survive_the_manifest() -> None:
    """What a scenario says of them is the same after it was written and read, and is in its digest."""
    plain = lively_scenario([], cognition={"groups": [{"name": "g", "users": ["u1"]}]})
    said = lively_scenario([], cognition={"groups": [{"name": "g", "users": ["u1"], "class": "regular", "share": 0.5}]})
    assert parse_scenario(said.dump(), origin="manifest") == said
    assert said.digest() != plain.digest()
