"""The bundled scenarios of the paper show what it reports of them (S3 section 3.4), on smaller societies."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from s3agents import Simulation, load_scenario
from s3agents.resources import examples_dir
from s3agents.testing.stub_endpoint import StubEndpoint

SMALL = ("society.generate.users=3000", "bus=local", "memory.store=local")


def curves(name: str, folder: Path, seed: int) -> pd.DataFrame:
    """The curves of an example with its society made smaller, by tick."""
    overrides = [*SMALL, f"seed={seed}", f"society.generate.seed={seed}"]
    scenario = load_scenario(examples_dir() / name, overrides=overrides)
    return Simulation(scenario, out=folder / "run").run().curves().set_index("tick")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_attitudes_fall_with_the_news_and_recover(seed: int, tmp_path: Path) -> None:
    """Nuclear wastewater: the share of positive attitudes has a trough after the news and is higher at the end."""
    share = curves("nuclear_wastewater", tmp_path, seed).share_positive
    stated, trough, end = 0.6, share.loc[2:16].min(), share.iloc[-1]
    assert trough < stated - 0.1
    assert end > trough + 0.02


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_emotion_peaks_twice(seed: int, tmp_path: Path) -> None:
    """Gender discrimination: emotion rises with the news, dies down, and rises again with the second report."""
    emotion = curves("gender_discrimination", tmp_path, seed).emotion_level.fillna(0.0)
    first, lull, second = emotion.loc[1:6].max(), emotion.loc[18:22].mean(), emotion.loc[25:30].max()
    assert min(first, second) > 3 * lull + 0.1


def test_awareness_grows_ever_more_slowly(tmp_path: Path) -> None:
    """Both curves of S3's Figures 2(b) and 3(b) saturate: most of those who learn of the news learn of it early."""
    aware = curves("nuclear_wastewater", tmp_path, 1).aware
    assert aware.is_monotonic_increasing
    assert aware.loc[8] > 0.5 * aware.iloc[-1]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_groups_behave_as_they_are_described(seed: int, tmp_path: Path) -> None:
    """Newsroom: a troll forwards and writes more than anybody else, and journalists keep calmer than citizens."""
    scenario = load_scenario(examples_dir() / "newsroom", overrides=[f"seed={seed}"])
    simulation = Simulation(scenario, out=tmp_path / "run")
    role = {str(user.id): str(user.attribute("role")) for user in simulation.prepared.society}
    turns = simulation.run().turns().query("mode == 'rules'")
    turns = turns.assign(role=turns.user.map(role), acts=turns.action.isin(["forward", "post"]))
    acts = turns.groupby("role").acts.mean()
    assert acts["troll"] > 1.5 * acts.drop("troll").max()
    stirred = (turns.emotion != "calm").groupby(turns.role).mean()
    assert stirred["journalist"] < stirred["citizen"]


def test_an_example_becomes_one_of_language_models_by_naming_an_endpoint(tmp_path: Path) -> None:
    """Newsroom: members of groups are then asked as they are described, the trolls at a temperature of their own."""
    with StubEndpoint(keep=10_000).running_in_thread() as stub:
        overrides = ["ticks=3", "cognition.mode=llm", f"model.url={stub.url}", "model.name=stub"]
        Simulation(load_scenario(examples_dir() / "newsroom", overrides=overrides), out=tmp_path / "run").run()
        asked = [(body["temperature"], body["messages"][-1]["content"]) for body in stub.bodies]
    trolls = [text for temperature, text in asked if temperature == 1.3]
    assert 0 < len(trolls) < len(asked)
    assert all("You want outrage" in text for text in trolls)
    assert sum("You want outrage" in text for _, text in asked) == len(trolls)
    assert any("You are a journalist of the region" in text for _, text in asked)
