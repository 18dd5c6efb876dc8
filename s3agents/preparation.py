"""Preparation: everything that can be wrong with a run is found here, before its folder exists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from s3agents import wiring
from s3agents.behaviour.model import BehaviourModel
from s3agents.config import Scenario
from s3agents.config.nats import NatsSection
from s3agents.coordinator.roster import Roster, outcome
from s3agents.coordinator.seeds import Announcements, plan_seeds
from s3agents.embed.base import Embedder
from s3agents.ids import UserId
from s3agents.learnt_models import load_learnt, with_learnt_digests
from s3agents.llm.asked import Asked
from s3agents.minds import check_minds, load_packs, scene_of
from s3agents.network.society import Society
from s3agents.plugged import check_plugins, plugged_recorders
from s3agents.plugins import PluginFacts
from s3agents.prompts import PromptPack
from s3agents.record.second import SecondRecorder
from s3agents.run_models import Endpoints
from s3agents.seed_adoptions import read_adoptions
from s3agents.seed_files import read_seed_files
from s3agents.steering.build import check_steering

__all__ = ["Prepared", "prepare"]

_OUTCOMES_KEPT = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A scenario that has been checked against its society and everything else it refers to.

    Attributes:
        scenario: with its seed files read.
        society: loaded, and sampled if the scenario asks for that.
        roster: who belongs to which group.
        announcements: seed posts by tick and author.
        packs: prompt packs in use.
        learnt: learnt models in use, by the folder that the scenario names.
        embedder: as the scenario names it.
        client: of the endpoints, not yet connected; ``None`` where no agent asks one.
        outcome: the real outcome of each user, for scenarios with ``compare``.
        plugins: of installed packages, named by the scenario.
        recorders: told of every tick beside the record, by what messages call them.
        notes: what is not wrong, and may still surprise.
    """

    scenario: Scenario
    society: Society
    roster: Roster
    announcements: Announcements
    packs: Mapping[str, PromptPack]
    learnt: Mapping[str, BehaviourModel]
    embedder: Embedder
    client: Asked | None
    outcome: Mapping[UserId, str] | None
    plugins: tuple[PluginFacts, ...] = ()
    recorders: Mapping[str, SecondRecorder] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def prepare(
    scenario: Scenario, society: Society | None = None, *, strict: bool = False, endpoint: bool = True
) -> Prepared:
    """Load and check all that ``scenario`` refers to.

    Args:
        scenario: what to run.
        society: used instead of loading ``scenario.society``; sampled like it.
        strict: whether anything that the loader would drop is an error.
        endpoint: whether the model that the scenario names will be asked.

    Raises:
        InputError: naming what is wrong, what was wanted, what came and the remedy.
    """
    named = check_plugins(scenario, society=society is None)
    scene_of(scenario)
    check_minds(scenario)
    scenario = read_seed_files(scenario)
    learnt = load_learnt(scenario)
    scenario = with_learnt_digests(scenario, learnt)
    around = scenario.around
    if society is None:
        society = wiring.build_society(scenario.society, around=around, strict=strict)
    elif scenario.society.sample is not None:
        society = society.sample(scenario.society.sample, around=around)
    scenario, left_out = read_adoptions(scenario, society.index)
    embedder = wiring.build_embedder(scenario.memory.embedder)
    wiring.check_servers(scenario, embedder)
    roster = Roster(scenario, society)
    check_steering(scenario, society, groups=roster.members)
    return Prepared(
        scenario=scenario,
        society=society,
        roster=roster,
        announcements=plan_seeds(scenario.seeds),
        packs=load_packs(scenario),
        learnt=learnt,
        embedder=embedder,
        client=Endpoints(scenario.models.items()) if endpoint and scenario.models else None,
        outcome=_outcome(scenario, society),
        plugins=named,
        recorders=plugged_recorders(scenario),
        notes=(*left_out, *_notes(scenario, society), *_empty(roster)),
    )


def _notes(scenario: Scenario, society: Society) -> Iterator[str]:
    kind, _ = wiring.choose_bus(scenario)
    if kind in {"local", "nats"} and scenario.nats != NatsSection():
        yield f"nats is left out: it is for a server of yours, bus: nats://HOST:PORT, and this run has bus: {kind}"
    if scenario.compare is not None and len(society.ids) > _OUTCOMES_KEPT:
        yield f"compare is left out: it is for societies of up to {_OUTCOMES_KEPT:,} users"
    late = sum(seed.tick >= scenario.ticks for seed in scenario.seeds)
    if late:
        yield f"{late} of {len(scenario.seeds)} seed posts come after the last tick and are never published"


def _empty(roster: Roster) -> Iterator[str]:
    for group in roster.sizes:
        if not group.members:
            why = (
                f"the {group.fitting:,} whom it describes belong to groups before it"
                if group.fitting
                else "nobody fits"
            )
            yield f"group {group.name} is empty: {why}"


def _outcome(scenario: Scenario, society: Society) -> Mapping[UserId, str] | None:
    compare = scenario.compare
    if compare is None or len(society.ids) > _OUTCOMES_KEPT:
        return None
    return outcome(society, compare.attribute, compare.positive)
