"""Turns of a steered run, taken once more from its record: what was labelled, down-ranked or brought in is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from s3agents import Simulation
from s3agents.inquiry.moment import read_past
from s3agents.inquiry.retake import retake
from s3agents.testing import StubEndpoint
from s3agents.testing.societies import lively_scenario, society_of

SOCIETY = society_of(6, [(1, 0), (2, 0), (3, 1), (4, 2), (5, 3), (0, 5)])
DONE: list[dict[str, Any]] = [
    {"kind": "label", "from": 1, "posts": {"kind": "original"}, "text": "one"},
    {"kind": "label", "from": 3, "posts": {"attitude": "negative"}, "text": "two"},
    {"kind": "down_rank", "from": 1, "posts": {"attitude": "negative"}, "weight": 0.5},
    {"kind": "inject", "when": {"measure": "aware", "at_least": 3}, "author": "u3", "text": "So it is.", "delay": 1},
    {"kind": "inject", "at": 3, "author": "u3", "text": "It was.", "attitude": "negative", "emotion": "calm"},
]


@pytest.mark.parametrize("mode", ["rules", "llm"])
async def test_every_turn_comes_out_as_it_did(tmp_path: Path, mode: str) -> None:
    """With the deliveries that it had then, which differ from tick to tick, and at a model with the same prompts."""
    with StubEndpoint().running_in_thread() as stub:
        changes = {"cognition": {"mode": mode, "spontaneous": 0.5}, "model": {"url": stub.url, "name": "stub"}}
        channels = [{"kind": "chronological", "readers": "all"}]
        scenario = lively_scenario(["u0", "u3"], **changes, interventions=DONE, channels=channels)
        run = await Simulation(scenario, SOCIETY, out=tmp_path / "run").run_async()
    past, labels, weights = read_past(tmp_path / "run", SOCIETY), set(), set()
    for turn in run.turns().itertuples():
        again = await retake(past, turn.user, turn.tick)
        labels |= {delivery.label for delivery in again.inbox}
        weights |= {delivery.weight for delivery in again.inbox}
    assert labels >= {"one", "two"}
    assert weights == {1.0, 0.5}
    assert run.posts().text.isin(["So it is.", "It was."]).sum() >= 2


async def test_a_run_with_a_model_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Steered, it is played tick by tick; stopped and resumed, or replayed with no endpoint, the record is the same."""
    with StubEndpoint().running_in_thread() as stub:
        changes = {"cognition": {"mode": "llm", "spontaneous": 0.5}, "model": {"url": stub.url, "name": "stub"}}
        channels = [{"mix": [{"kind": "similarity"}, {"kind": "random"}], "share": 0.5}]
        scenario = lively_scenario(["u0", "u3"], **changes, interventions=DONE, channels=channels)
        whole = await Simulation(scenario, SOCIETY, out=tmp_path / "whole").run_async()
        stopped = Simulation(scenario, SOCIETY, out=tmp_path / "stopped")

        def stop(progress: Any) -> None:
            if progress.committed is not None and progress.tick == 2:
                stopped.stop()

        await stopped.run_async(on_progress=stop)
        resumed = await Simulation.resume(tmp_path / "stopped", SOCIETY).run_async()
    replayed = await Simulation.replay(tmp_path / "whole", SOCIETY, out=tmp_path / "replayed").run_async()
    assert resumed.fingerprint() == whole.fingerprint()
    assert replayed.fingerprint() == whole.fingerprint()
