"""Runs against what really happened: curves in time, replicates and their bands, cascades and camps."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from s3agents.errors import InputError
from s3agents.evaluation.cascade_shape import CascadeShape
from s3agents.network.graph import FollowGraph
from s3agents.network.society import Society
from s3agents.observed.curve import Curve, Truth
from s3agents.persona import Persona
from s3agents.record.base import TickRecord
from s3agents.report.page.sections import Place
from s3agents.report.population import seen
from s3agents.report.population.evaluation import PopulationEvaluation, evaluate_runs
from s3agents.report.population.measured import measured
from s3agents.report.population.real_side import Reality, find_reality
from s3agents.report.population.run_side import run_curves, run_polarisation, run_shapes
from s3agents.report.population.seen import seen_by
from s3agents.report.run import Run

WriteRun = Callable[..., Run]
Story = tuple[TickRecord, ...]


def _reality(**curves: tuple[list[float], list[float]]) -> Reality:
    made = {name: Curve(name, np.array(minutes), np.array(values)) for name, (minutes, values) in curves.items()}
    return Reality(truth=Truth("street", "dev", "c", made))


def _scenario(run: Run, **changes: Any) -> dict[str, Any]:
    return {**run.scenario, **changes}


@pytest.fixture
def again(tmp_path: Path, write_run: WriteRun, story: Story, run: Run) -> Run:
    """A replicate of the story, in which Dan has not forwarded."""
    last = replace(story[2], posts=(), turns=story[2].turns[:1])
    return write_run(tmp_path / "again", (*story[:2], last, story[3]), scenario=_scenario(run, seed=1))


def test_curves_are_in_minutes_and_gaps_are_no_points(run: Run) -> None:
    """A tick is an hour here; tick 0 may lie later than the truth's beginning; nobody feels anything in tick 3."""
    curves = run_curves(run, shift=30)
    assert curves["aware"].minutes.tolist() == [30, 90, 150, 210]
    assert curves["forwards"].values.tolist() == [0, 1, 2, 2]
    assert curves["posts"].values.tolist() == [1, 1, 1, 1]
    assert curves["emotion_level"].minutes.tolist() == [30, 90, 150]


def test_shapes_and_camps_of_a_run(run: Run) -> None:
    """Ann, Bob and Dan are a chain; by the end Ann and Bob are negative and Dan is positive."""
    assert run_shapes(run) == [CascadeShape(size=3, depth=2, breadth=1, virality=4 / 3)]
    people = [Persona(id=name) for name in ("ann", "bob", "dan", "eve")]
    edges = np.array([[1, 0], [2, 1], [3, 0]], dtype=np.int32)
    society = Society(people, FollowGraph.from_edges(4, edges[:, 0], edges[:, 1]))
    camps = run_polarisation(run, society)
    assert (camps.users, camps.positive, camps.edges, camps.ei_index) == (3, 1, 2, 0)
    alone = run_polarisation(run, None)
    assert alone.ei_index is None
    assert alone.reasons["ei_index"] == "the follow graph is not at hand"


def test_one_run(run: Run) -> None:
    """Scores by hand; a single run has no band; without the society there is nothing to say of ties."""
    found = evaluate_runs([run], _reality(forwards=([0, 60, 120], [0, 2, 4]), share_positive=([0, 60], [1.0, 0.5])))
    (group,) = found.groups
    forwards, share = group.curves
    assert (forwards.name, forwards.scores.true_final, forwards.scores.simulated_final) == ("forwards", 4, 2)
    assert forwards.scores.final_error == 0.5
    assert forwards.scores.rmse_over_final == pytest.approx(np.sqrt(5 / 3) / 4)
    assert (forwards.band, forwards.coverage, forwards.low, forwards.high) == ("one replicate", None, 2, 2)
    assert (share.name, share.scores.rmse) == ("share_positive", pytest.approx(0.0))
    assert (group.basis.n, group.basis.unit, group.basis.split, group.basis.seen) == (1, "run", "dev", False)
    assert group.largest["size"] == measured([3])
    assert group.blanks["assortativity"] == "the follow graph is not at hand"
    assert found.real_shapes is found.real_polarisation is None


def test_runs_of_other_seeds_are_replicates(run: Run, again: Run) -> None:
    """Their mean is scored, their band is from the lowest to the highest, and each has its own scores."""
    found = evaluate_runs([run, again], _reality(forwards=([0, 60, 120, 180], [0, 1, 1.5, 4])))
    (group,) = found.groups
    assert (group.name, group.seeds, group.ticks, group.basis.n) == ("bridge", (0, 1), (4, 4), 2)
    (row,) = group.curves
    assert (row.scores.simulated_final, row.low, row.high, row.band) == (1.5, 1, 2, "lowest to highest")
    assert row.coverage == 0.75
    assert [scores.simulated_final for scores in row.replicates] == [2, 1]
    assert group.largest["size"] == measured([3, 2])
    assert group.shapes is not None
    assert group.shapes.cascades == 2


def test_other_scenarios_are_held_against_the_truth_by_themselves(
    run: Run, again: Run, tmp_path: Path, write_run: WriteRun, story: Story
) -> None:
    """Each has its own scores and its own basis."""
    other = write_run(tmp_path / "other", story, scenario=_scenario(run, tick="30min"))
    found = evaluate_runs([run, other, again], _reality(forwards=([0, 60, 90], [0, 1, 2])))
    assert [group.seeds for group in found.groups] == [(0, 1), (0,)]
    assert [group.curves[0].scores.simulated_final for group in found.groups] == [1, 2]


def test_a_truth_that_a_run_has_nothing_to_do_with_is_blank(run: Run) -> None:
    """No time in common, and a truth in which nothing happened: reasons, and JSON without NaN."""
    late = evaluate_runs([run], _reality(forwards=([900, 960], [1, 2]), emotion_level=([900, 960], [1, 2])))
    assert all(row.scores.points == 0 and row.scores.rmse is None for row in late.groups[0].curves)
    assert late.groups[0].turns == ()
    still = evaluate_runs([run], _reality(forwards=([0, 60, 120], [0, 0, 0])))
    assert still.groups[0].curves[0].scores.reasons["final_error"] == "the real curve ends at 0"
    for found in (late, still):
        json.dumps(found.to_dict(), allow_nan=False)


def test_a_run_may_be_the_truth(run: Run, again: Run) -> None:
    """Its curves, cascades and camps; against itself nothing is wrong."""
    reality = find_reality(run.folder, place_of=lambda run: Place(why="not here"))
    found = evaluate_runs([run], reality)
    assert found.truth == "bridge"
    assert {row.scores.rmse for row in found.groups[0].curves} == {0.0}
    assert found.real_shapes is not None
    assert (found.real_shapes.largest.size, found.adoptions) == (3, 2)
    assert evaluate_runs([again], reality).groups[0].curves[0].scores.rmse != 0.0
    with pytest.raises(InputError, match="the truth is a run"):
        find_reality(run.folder, case="c")


def test_what_cannot_be_evaluated_is_told(run: Run, tmp_path: Path, write_run: WriteRun, story: Story) -> None:
    """No runs, a run without a tick, the same record twice, a shift that is none."""
    reality = _reality(forwards=([0], [1]))
    with pytest.raises(InputError, match="at least one run"):
        evaluate_runs([], reality)
    with pytest.raises(InputError, match="committed none yet"):
        evaluate_runs([write_run(tmp_path / "empty", ())], reality)
    with pytest.raises(InputError, match="the same record"):
        evaluate_runs([run, write_run(tmp_path / "copy", story)], reality)
    with pytest.raises(InputError, match="shift"):
        evaluate_runs([run], reality, shift=float("nan"))


def test_measured_is_over_those_that_have_it() -> None:
    """Blanks do not count; nothing of nothing."""
    found = measured([1.0, None, 3.0])
    assert found is not None
    assert (found.mean, found.low, found.high, found.n) == (2, 1, 3, 2)
    assert measured([None]) is None


def test_nobody_knows_what_a_language_model_has_seen(
    run: Run, tmp_path: Path, write_run: WriteRun, story: Story
) -> None:
    """Rules have learnt from nothing; one group with a language model makes it unknown."""
    mixed = {"mode": "rules", "groups": [{"name": "g", "mode": "llm"}]}
    other = write_run(tmp_path / "mixed", story, scenario=_scenario(run, cognition=mixed))
    assert seen_by([run], ("c",)) is False
    assert seen_by([run, other], ("c",)) is None


class _Model:
    """A learnt model that has seen one case."""

    facts = None

    def saw_case(self, case: str) -> bool:
        return case == "c"


def test_a_fitted_model_knows_its_cases(
    run: Run, tmp_path: Path, write_run: WriteRun, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked for each case, unless it is no longer there or no longer the one that the run had."""
    mind = {"mode": "fitted", "learnt": str(tmp_path / "model"), "learnt_digest": "a" * 64}
    other = write_run(tmp_path / "fitted", story, scenario=_scenario(run, cognition=mind))
    assert seen_by([other], ("c",)) is None
    monkeypatch.setattr(seen, "read_behaviour", lambda folder: _Model())
    monkeypatch.setattr(seen, "behaviour_digest", lambda facts: "a" * 64)
    assert seen_by([run, other], ("b", "c")) is True
    assert seen_by([run, other], ("b",)) is False
    assert seen_by([run, other], ("",)) is None
    monkeypatch.setattr(seen, "behaviour_digest", lambda facts: "b" * 64)
    assert seen_by([run, other], ("c",)) is None


CASCADE = [
    {"post_id": "p", "user_id": "ann", "t_min": 0, "kind": "source", "sdqc": "support"},
    {"post_id": "q", "user_id": "bob", "t_min": 9, "kind": "reply", "parent_id": "p", "sdqc": "deny"},
    {"post_id": "r", "user_id": "cat", "t_min": 99, "kind": "reply", "parent_id": "q", "sdqc": "support"},
]


@pytest.fixture
def cascades(tmp_path: Path) -> Path:
    """A folder of one real cascade with a follow graph and labelled replies."""
    split = tmp_path / "data" / "dev"
    split.mkdir(parents=True)
    (tmp_path / "data" / "cases.csv").write_text("case_id,event,author,split\nc,e,ann,dev\n")
    (tmp_path / "data" / "users.csv").write_text("user_id\nann\nbob\ncat\n")
    (tmp_path / "data" / "follows.csv").write_text("follower,followee\nbob,ann\ncat,bob\ncat,ann\n")
    (split / "truth.csv").write_text("case_id,t_min,n_forward,n_reply,n_aware\nc,0,0,0,2\nc,100,0,2,3\n")
    (split / "posts.jsonl").write_text("".join(json.dumps({"case_id": "c", "text": "x", **p}) + "\n" for p in CASCADE))
    return tmp_path / "data"


@pytest.mark.parametrize("file", ["", "dev", "dev/truth.csv"])
def test_real_cascades_and_camps_lie_beside_the_truth(file: str, cascades: Path, run: Run) -> None:
    """From the folder, from its split and from the table itself: a chain of three; two of three ties cross."""
    found: PopulationEvaluation = evaluate_runs([run], find_reality(cascades / file, case="c"))
    assert found.real_shapes is not None
    assert found.real_shapes.largest == CascadeShape(size=3, depth=2, breadth=1, virality=4 / 3)
    assert found.real_polarisation is not None
    assert found.real_polarisation.ei_index == pytest.approx(1 / 3)
    assert found.split == "dev"


def test_an_event_is_all_of_its_cascades(cascades: Path, run: Run) -> None:
    """Those of its scope, or of all scopes."""
    table = "event,scope,t_min,n_forward,n_aware\ne,all,0,0,1\ne,dev,0,0,1\nf,dev,0,0,1\n"
    (cascades / "event_truth.csv").write_text(table)
    for case, trees in (("e", 1), ("e/dev", 1), ("f", 0)):
        reality = find_reality(cascades / "event_truth.csv", case=case)
        assert len(reality.shapes or ()) == trees
