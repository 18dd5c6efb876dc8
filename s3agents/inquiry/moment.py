"""Moment: agents of a run as they were after one of its ticks, brought back from its record; the run is not touched."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from s3agents import wiring
from s3agents.agents.crowd import Crowd
from s3agents.cognition.mind import Mind
from s3agents.coordinator.run_folder import RunFolder
from s3agents.errors import RunFolderError, explain
from s3agents.ids import UserId
from s3agents.llm.asked import Asked
from s3agents.memory.base import TextStore
from s3agents.memory.local import LocalStore
from s3agents.minds import Agents, Minds
from s3agents.network.society import Society
from s3agents.persona import Persona
from s3agents.preparation import Prepared, prepare
from s3agents.record.base import Checkpoint
from s3agents.record.connection import reading
from s3agents.record.restore import last_tick, read_checkpoint
from s3agents.report.manifest import Manifest
from s3agents.scenarios import parse_scenario

__all__ = ["Moment", "Past", "opened_moment", "read_past"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A run that has been looked up, checked against the society and prompts that it began with.

    Attributes:
        folder: of the run.
        manifest: of it.
        prepared: its scenario and society.
        ticks: that it has committed.
    """

    folder: RunFolder
    manifest: Manifest
    prepared: Prepared
    ticks: int

    @property
    def replies(self) -> Path:
        """The recorded replies: its own, or those of the run that it replays."""
        replayed = self.manifest.replay_of
        return (RunFolder(Path(replayed)) if replayed is not None else self.folder).replies


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Some of the agents of a run after a tick.

    Attributes:
        past: the run.
        tick: after which; -1 for before the first.
        crowd: of the agents that were asked for; others are as if they had not had a turn.
        store: the texts that they know.
    """

    past: Past
    tick: int
    crowd: Crowd
    store: TextStore


def read_past(folder: str | Path, society: Society | None = None) -> Past:
    """The run of ``folder``.

    Args:
        folder: of a run, finished or not.
        society: needed if the run was given one.

    Raises:
        RunFolderError: if the folder holds no run, or society or prompts are no longer those that it began with.
    """
    existing = RunFolder.existing(Path(folder))
    manifest = Manifest.read(existing.manifest)
    prepared = prepare(parse_scenario(manifest.scenario, origin=str(existing.manifest)), society, endpoint=False)
    manifest.check_same(prepared, existing.path)
    with reading(existing.record) as db:
        ticks = last_tick(db) + 1
    return Past(folder=existing, manifest=manifest, prepared=prepared, ticks=ticks)


@asynccontextmanager
async def opened_moment(
    past: Past,
    *,
    tick: int,
    users: Collection[UserId],
    client: Asked | None = None,
    watch: Callable[[Mind], Mind] = lambda mind: mind,
) -> AsyncIterator[Moment]:
    """Agents as they were after a tick.

    Args:
        past: the run.
        tick: after which; -1 for before the first.
        users: whose agents are wanted.
        client: the model, or models, that agents of mode ``llm`` think with.
        watch: what is made of the mind of each.

    Raises:
        RunFolderError: if the run has not come to that tick.
        SocietyError: if a user is none of its society.
    """
    prepared, scenario = past.prepared, past.prepared.scenario
    if not -1 <= tick < past.ticks:
        wanted = f"one of the ticks -1 to {past.ticks - 1} of {past.folder.path}"
        raise RunFolderError(explain(f"tick {tick}", wanted=wanted, got=str(tick)))
    for user in users:
        prepared.society.position(user)
    with reading(past.folder.record) as db:
        checkpoint = read_checkpoint(db, tick)
    async with AsyncExitStack() as stack:
        store = LocalStore(prepared.embedder)
        stack.push_async_callback(store.close)
        minds = Minds(scenario, prepared.roster, store, client=client, packs=prepared.packs, learnt=prepared.learnt)

        def mind_of(persona: Persona) -> Mind:
            return watch(minds(persona))

        limits, agents = wiring.crowd_limits(scenario), Agents(scenario, prepared.roster)
        crowd = Crowd(prepared.society, store, mind_of=mind_of, limits=limits, agent_of=agents)
        await _restored(crowd, checkpoint, users)
        yield Moment(past=past, tick=tick, crowd=crowd, store=store)


async def _restored(crowd: Crowd, checkpoint: Checkpoint, users: Collection[UserId]) -> None:
    states = {user: checkpoint.states[user] for user in users if user in checkpoint.states}
    remembered = {item.text for state in states.values() for item in state.pool}
    texts = {key: text for key, text in checkpoint.texts.items() if key in remembered}
    await crowd.restore(states, texts)
