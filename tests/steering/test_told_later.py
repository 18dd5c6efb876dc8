"""Interventions that are thought of later: in the fork of a run, or while it goes on step by step."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from s3agents import Run, Simulation
from s3agents.errors import InputError
from s3agents.fork import fork_run
from s3agents.testing import StubEndpoint
from s3agents.testing.societies import lively_scenario, society_of
from s3agents.testing.steered_runs import effects_of, posts_of

SOCIETY = society_of(6, [(1, 0), (2, 0), (3, 1), (4, 2), (5, 3), (0, 5)])
TICKS = 6
REMOVE: dict[str, Any] = {"kind": "remove", "posts": {"by": {"users": ["u0"]}}}
LABEL: dict[str, Any] = {"kind": "label", "posts": {"kind": "original"}, "text": "unconfirmed"}
FORWARDS: dict[str, Any] = {"measure": "forwards", "at_least": 1}


def scenario_of(*interventions: dict[str, Any], **changes: Any) -> Any:
    """A scenario to which something is done."""
    base: dict[str, Any] = {"ticks": TICKS, "interventions": interventions}
    return lively_scenario(["u0", "u3"], **{**base, **changes})


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run in which posts are labelled from tick 1 on, and a channel recommends."""
    scenario = scenario_of({**LABEL, "from": 1}, channels=[{"kind": "random", "who": {"class": "regular"}}])
    return Simulation(scenario, SOCIETY, out=tmp_path_factory.mktemp("o") / "run").run()


def forked(original: Run, tmp_path: Path, *, at_tick: int = 2, overrides: tuple[str, ...] = (), **changes: Any) -> Run:
    """What becomes of a fork."""
    fork = fork_run(
        original.folder,
        at_tick=at_tick,
        changes=changes,
        overrides=overrides,
        out=tmp_path / "fork",
        society=SOCIETY,
    )
    return fork.run()


class TestFork:
    """The counterfactual of a run that is steered."""

    def test_what_is_new_is_done_after_the_fork(self, original: Run, tmp_path: Path) -> None:
        """With no tick of its own from the next one on, beside what was there before."""
        fork = forked(original, tmp_path, interventions=[{**REMOVE, "when": {"measure": "aware", "at_least": 1}}])
        told = [section["kind"] for section in fork.manifest.scenario["interventions"]]
        assert told == ["label", "remove"]
        assert fork.manifest.scenario["interventions"][1]["from"] == 3
        assert min(row[0] for row in effects_of(fork) if row[2] == "remove") == 3

    def test_what_was_in_force_can_end(self, original: Run, tmp_path: Path) -> None:
        """From the fork on nothing more is labelled, and what was stays so."""
        fork = forked(original, tmp_path, overrides=("interventions.0.until=2",))
        labelled = [row[0] for row in effects_of(fork) if row[3]]
        assert labelled == [row[0] for row in effects_of(original) if row[3] and row[0] <= 2]

    def test_channels_can_be_added(self, original: Run, tmp_path: Path) -> None:
        """They recommend from the next tick on."""
        fork = forked(original, tmp_path, channels=[{"kind": "popularity", "readers": "all"}])
        assert {row[0] for row in effects_of(fork, "channels") if row[1] == 1} <= {3, 4, 5}
        assert fork.manifest.scenario["channels"][1]["from"] == 3

    @pytest.mark.parametrize(
        ("changes", "overrides", "says"),
        [
            ({"interventions": [{**REMOVE, "at": 2}]}, (), r"interventions\.1: at or from: wanted a tick after 2"),
            ({"interventions": [{**REMOVE, "until": 2}]}, (), r"interventions\.1: until: wanted a tick after 2"),
            ({"channels": [{"kind": "random", "from": 1}]}, (), r"channels\.1: at or from: wanted a tick after 2"),
            ({}, ("interventions.0.text=other",), r"interventions\.0: wanted what it was up to tick 2"),
            ({}, ("interventions.0.until=1",), r"interventions\.0: wanted what it was up to tick 2"),
            ({}, ("interventions=[]",), r"interventions\.0: wanted what it was .*, got none"),
            ({}, ("channels.0.window=2",), r"channels\.0: wanted what it was"),
            (
                {"cognition": {"classes": {"influential_share": 0.5}}},
                (),
                r"cognition: wanted .* channels\.0 goes by them",
            ),
            ({"interventions": [{"kind": "remove"}]}, (), r"interventions\.1\.posts"),
        ],
    )
    def test_what_is_shared_stays(
        self, original: Run, tmp_path: Path, changes: dict[str, Any], overrides: tuple[str, ...], says: str
    ) -> None:
        """A change of what the shared ticks rest on is refused, in one message, and no folder is left."""
        with pytest.raises(InputError, match=says):
            forked(original, tmp_path, overrides=overrides, **changes)
        assert not (tmp_path / "fork").exists()


def stepped(folder: Path, told: dict[int, list[dict[str, Any]]], scenario: Any) -> Run:
    """A run to which is done what ``told`` has for the ticks before which it is thought of."""

    async def play() -> Run:
        async with Simulation(scenario, SOCIETY, out=folder) as sim:
            while not sim.done:
                for intervention in told.get(sim.tick, ()):
                    sim.intervene(intervention)
                await sim.step()
            return sim.run

    return asyncio.run(play())


class TestIntervene:
    """Something is done to a run that is taken step by step."""

    @pytest.mark.parametrize("before", [[], [{**LABEL, "at": 1}]])
    def test_it_becomes_part_of_the_scenario(self, tmp_path: Path, before: list[dict[str, Any]]) -> None:
        """The record is that of a run that had it in its scenario, whether or not the run was steered before."""
        told = {2: [REMOVE], 3: [{**LABEL, "when": FORWARDS}, {"kind": "suspend", "at": 4, "who": {"users": ["u1"]}}]}
        run = stepped(tmp_path / "steps", told, scenario_of(*before))
        same = scenario_of(*before, {**REMOVE, "from": 2}, {**LABEL, "when": FORWARDS, "from": 3}, told[3][1])
        whole = Simulation(same, SOCIETY, out=tmp_path / "whole").run()
        assert run.fingerprint() == whole.fingerprint()
        assert run.manifest.scenario_digest == whole.manifest.scenario_digest
        assert effects_of(run)

    @pytest.mark.parametrize("before", [[], [{"kind": "random", "readers": "all", "window": 2}]])
    def test_a_channel_can_be_told_as_well(self, tmp_path: Path, before: list[dict[str, Any]]) -> None:
        """The record is that of a run that had it in its scenario; what it may not show, it knows from before."""
        told: dict[str, Any] = {"kind": "chronological", "readers": "all", "share": 0.4}
        waits = {"kind": "popularity", "readers": "all", "when": FORWARDS}

        async def play() -> Run:
            async with Simulation(scenario_of(channels=before), SOCIETY, out=tmp_path / "steps") as sim:
                await sim.step(2)
                sim.recommend(told)
                sim.recommend(waits)
                await sim.step(TICKS)
                with pytest.raises(InputError, match="recommend: wanted a run with a tick left"):
                    sim.recommend(told)
                return sim.run

        run = asyncio.run(play())
        channels = [*before, {**told, "from": 2}, {**waits, "from": 2}]
        whole = Simulation(scenario_of(channels=channels), SOCIETY, out=tmp_path / "whole").run()
        assert run.fingerprint() == whole.fingerprint()
        assert run.manifest.scenario_digest == whole.manifest.scenario_digest
        assert effects_of(run, "channels")

    def test_a_run_with_a_model_is_kept_at_one_tick_from_then_on(self, tmp_path: Path) -> None:
        """Agents that ran ahead before do so no more, and the record is that of a run that was told at once."""
        with StubEndpoint().running_in_thread() as stub:
            model = {"cognition": {"mode": "llm", "spontaneous": 1.0}, "model": {"url": stub.url, "name": "stub"}}
            run = stepped(tmp_path / "steps", {2: [REMOVE]}, scenario_of(**model))
            whole = Simulation(scenario_of({**REMOVE, "from": 2}, **model), SOCIETY, out=tmp_path / "whole").run()
        assert run.fingerprint() == whole.fingerprint()

    @pytest.mark.parametrize(
        ("wrong", "says"),
        [
            ({**REMOVE, "at": 1}, r"interventions\.0: at or from: wanted a tick after 1"),
            ({"kind": "remove", "at": 3}, r"intervene: interventions\.0\.posts"),
            ({"kind": "suspend", "who": {"users": ["nobody"]}}, r"interventions\.0\.who\.users: .*'nobody'"),
        ],
    )
    def test_what_is_wrong_changes_nothing(self, tmp_path: Path, wrong: dict[str, Any], says: str) -> None:
        """The message names what is wrong; the run goes on as if nobody had tried."""
        whole = Simulation(scenario_of(), SOCIETY, out=tmp_path / "whole").run()

        async def play() -> Run:
            async with Simulation(scenario_of(), SOCIETY, out=tmp_path / "run") as sim:
                await sim.step(2)
                with pytest.raises(InputError, match=says):
                    sim.intervene(wrong)
                await sim.step(TICKS)
                with pytest.raises(InputError, match="6 ticks played"):
                    sim.intervene(REMOVE)
                return sim.run

        run = asyncio.run(play())
        assert run.fingerprint() == whole.fingerprint()
        assert posts_of(run) == posts_of(whole)


def test_workers_are_refused(tmp_path: Path) -> None:
    """A run that is steered is played in one process: that is said before a folder is there."""
    with pytest.raises(InputError, match="workers: wanted a run that nothing steers"):
        Simulation(scenario_of({**REMOVE, "at": 1}, bus="auto"), out=tmp_path / "run", workers=1)
    assert not (tmp_path / "run").exists()
