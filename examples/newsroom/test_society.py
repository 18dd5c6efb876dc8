"""The society is what its scenario says, and a run of it can be repeated. Run it with pytest."""

from __future__ import annotations

from pathlib import Path

from s3agents import Simulation, load_scenario

HERE = Path(__file__).parent


def test_the_society_comes_alive(tmp_path: Path) -> None:
    """People read, forward and write, no turn fails, and the same seed gives the same run."""
    scenario = load_scenario(HERE)
    simulation = Simulation(scenario, out=tmp_path / "run", strict=True)
    assert all(group.members for group in simulation.prepared.roster.sizes)
    run = simulation.run()
    ticks = run.ticks()
    assert run.faults().empty
    assert ticks.forwards.sum() > 0
    assert ticks.posts.sum() > len(scenario.seeds)
    again = Simulation(scenario, out=tmp_path / "again").run()
    assert again.fingerprint() == run.fingerprint()
