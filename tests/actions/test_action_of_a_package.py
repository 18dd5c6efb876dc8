"""An action of an installed package: found by its name, offered like ours, and refused where it is not what it says."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from s3agents import Simulation
from s3agents.actions.table import GROUP, offer_of
from s3agents.config import Scenario
from s3agents.errors import InputError
from s3agents.events import act_of
from s3agents.labels import Attitude, Emotion
from s3agents.minds import scene_of
from s3agents.record.connection import reading
from s3agents.state import AgentState, AttitudeBelief, EmotionBelief, Intention, dump_state, load_state
from s3agents.testing.plugin_packages import write_package
from s3agents.testing.societies import lively_scenario, society_of

WAVE = """
from s3agents.actions import Aim, Effect, SocialAction
from s3agents.events import PostKind

class Wave(SocialAction):
    name = "wave"
    aims = Aim.NONE
    writes = True
    kind = PostKind.ORIGINAL
    sentences = {"en": "greet everybody"}
    writing = {"en": "a greeting"}

    def says(self, text, read, stance):
        return f"Hello! {text}", None

class Misnamed(Wave):
    name = "hello"
"""

Put = Callable[..., None]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Installed while a test lasts."""
    found = {GROUP: {"wave": "waving:Wave", "misnamed": "waving:Misnamed", "absent": "waving:Absent"}}
    monkeypatch.syspath_prepend(write_package(tmp_path / "site", "waving", found, code=WAVE))
    yield
    sys.modules.pop("waving", None)


def waving(name: str = "wave") -> Scenario:
    """A scenario in which everybody waves who has an urge to do anything."""
    rules = {"forward": 0.0, "post": 0.0, "actions": {name: 1.0}}
    cognition = {"rules": rules, "spontaneous": 1.0}
    return lively_scenario(["u0"], ticks=3, actions=["forward", "post", name], cognition=cognition)


@pytest.mark.usefixtures("package")
def test_an_action_of_a_package_is_done(tmp_path: Path) -> None:
    """It publishes what it says it publishes, and the record calls it by its name."""
    run = Simulation(waving(), society_of(2, [(1, 0)]), out=tmp_path / "run").run()
    posts = run.posts()
    assert all(text.startswith("Hello! ") for text in posts.text[1:])
    assert posts.attitude.isna().tolist() == [False, *[True] * (len(posts) - 1)]
    with reading(run.record) as db:
        done = dict(db.execute("SELECT action, count(*) FROM turns GROUP BY 1").fetchall())
    assert done == {"post": 1, "wave": len(posts) - 1}
    assert done["wave"] >= 3


@pytest.mark.usefixtures("package")
def test_it_is_the_same_object_in_each_scene() -> None:
    """What is made once is used throughout."""
    assert scene_of(waving()) == scene_of(waving())
    assert offer_of(("wave",), language="en").names == ("wave", "inactive")


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("misnamed", "wanted an action called 'misnamed', got one called 'hello'"),
        ("absent", "Absent"),
        ("wafe", "perhaps wave"),
    ],
)
def test_what_is_no_such_action_stops_the_run_before_it_begins(name: str, said: str, tmp_path: Path) -> None:
    """The key, the name, and what is wrong with it; no folder is left."""
    with pytest.raises(InputError, match=r"actions\.2") as caught:
        Simulation(waving(name), society_of(2, [(1, 0)]), out=tmp_path / "run")
    assert said in str(caught.value)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", ["forward", "like", "wave"])
def test_intended_acts_are_kept_whatever_they_are(name: str) -> None:
    """A state comes back as it was, S3's actions as what they are."""
    later = Intention(decided=1, due=3, action=act_of(name), text="")
    feelings = {"emotion": EmotionBelief.certain(Emotion.CALM), "attitude": AttitudeBelief.certain(Attitude.POSITIVE)}
    state = AgentState(**feelings, intentions=(later,))  # type: ignore[arg-type]  # a mapping of two kinds of values
    back = load_state(dump_state(state))
    assert back == state
    assert type(back.intentions[0].action) is type(act_of(name))
