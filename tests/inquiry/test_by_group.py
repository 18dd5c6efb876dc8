"""What came of each group of a scenario: its acts, how it was heard, and what its members think in the end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from s3agents import Run, Simulation, load_scenario
from s3agents.errors import InputError
from s3agents.inquiry.by_group import ELSE, group_outcomes, groups_of
from s3agents.inquiry.moment import read_past
from s3agents.resources import examples_dir
from s3agents.testing.command_line import command_line
from s3agents.testing.societies import lively_scenario, society_of


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run with groups."""
    folder = tmp_path_factory.mktemp("newsroom") / "run"
    Simulation(load_scenario(examples_dir() / "newsroom", overrides=["ticks=8"]), out=folder).run()
    return folder


def test_groups_add_up_to_the_run(newsroom: Path) -> None:
    """Every user is in one group, and every turn, act and forward is told once."""
    outcomes, run = group_outcomes(read_past(newsroom)), Run(newsroom)
    assert [outcome.group for outcome in outcomes] == ["journalists", "officials", "trolls", "rushed", ELSE]
    assert sum(outcome.users for outcome in outcomes) == 30
    turns, posts = run.turns(), run.posts()
    thought = turns[turns["mode"] != "seed"]
    assert sum(outcome.turns for outcome in outcomes) == len(thought)
    acts = thought.action.value_counts()
    for act in ("forward", "post"):
        assert sum(outcome.acts.get(act, 0) for outcome in outcomes) == acts[act]
    assert sum(outcome.forwarded for outcome in outcomes) == (posts.kind == "forward").sum() > 0


def test_a_group_is_what_its_members_did(newsroom: Path) -> None:
    """Of the trolls each figure is that of the three of them."""
    past = read_past(newsroom)
    trolls = {user for user, group in groups_of(past).items() if group == "trolls"}
    assert trolls == {"bridge_truth", "halm_uncensored", "just_asking_77"}
    (outcome,) = [outcome for outcome in group_outcomes(past) if outcome.group == "trolls"]
    turns = Run(newsroom).turns()
    own = turns[turns.user.isin(trolls)]
    assert outcome.awake == own.user.nunique()
    assert outcome.turns == (own["mode"] != "seed").sum()
    assert outcome.emotion == pytest.approx(own.emotion.map({"calm": 0, "moderate": 1, "intense": 2}).mean())
    last = Run(newsroom).final_states().set_index("user").loc[sorted(set(own.user))]
    assert outcome.positive == pytest.approx((last.attitude == "positive").mean())


def test_the_command_shows_a_row_a_group(
    newsroom: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """For people a table, for programs JSON."""
    monkeypatch.setenv("COLUMNS", "160")
    s3agents = command_line(capsys.readouterr)
    shown = s3agents("show", str(newsroom), "--groups").out
    assert all(word in shown for word in ("trolls", "everybody else", "were forwarded", "positive at the end"))
    rows = json.loads(s3agents("show", str(newsroom), "--groups", "--json").out)
    assert [row["users"] for row in rows[:3]] == [4, 3, 3]


def test_a_run_without_groups_has_none_to_show(tmp_path: Path) -> None:
    """That there are none is told."""
    society = society_of(3, [(1, 0)])
    Simulation(lively_scenario(["u0"]), society, out=tmp_path / "run").run()
    with pytest.raises(InputError, match=r"wanted cognition\.groups, got none"):
        group_outcomes(read_past(tmp_path / "run", society))
