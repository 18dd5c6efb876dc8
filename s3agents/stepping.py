"""Stepping: a run that is taken tick by tick, looked at in between, and told things from outside.

::

    async with Simulation(scenario) as sim:
        await sim.step(3)
        sim.inject("33", "The books are in order; I have seen them.", attitude="positive")
        sim.intervene({"kind": "label", "posts": {"text": "leak"}, "text": "disputed"})
        while not sim.done:
            await sim.step()
            print(sim.run.curves().iloc[-1])

What comes from outside becomes part of the run's scenario, as seed posts and interventions, before anybody can notice:
the run can be resumed, replayed and forked like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, Self

from pydantic import ValidationError

from s3agents.config.scenario import Scenario, SeedPost
from s3agents.coordinator.coordinator import Coordinator, Progress, StopRequest
from s3agents.coordinator.run_folder import RunFolder
from s3agents.counterfactual import steered_from
from s3agents.errors import InputError, explain
from s3agents.ids import PostId, UserId, post_id
from s3agents.labels import Attitude, Emotion
from s3agents.preparation import Prepared
from s3agents.record.base import TickRecord
from s3agents.report.run import Run
from s3agents.scenarios import parse_scenario

__all__ = ["OpenRun", "Steps"]


class OpenRun(Protocol):
    """What a run that is open lets be done with it."""

    @property
    def prepared(self) -> Prepared:
        """What it plays."""
        ...

    @property
    def folder(self) -> RunFolder:
        """Its folder."""
        ...

    @property
    def stop(self) -> StopRequest:
        """Asks it to end."""
        ...

    def add_seed(self, seed: SeedPost) -> None:
        """Have a post enter from outside."""
        ...

    def add_intervention(self, scenario: Scenario) -> None:
        """Have the last intervention of ``scenario`` in force as well."""
        ...

    def add_channel(self, scenario: Scenario) -> None:
        """Have the last channel of ``scenario`` recommend as well."""
        ...


class Steps:
    """A run that is open; made by ``async with Simulation(...)``.

    Args:
        simulation: the run.
        coordinator: of it.
    """

    def __init__(self, simulation: OpenRun, coordinator: Coordinator) -> None:
        self._simulation, self._coordinator = simulation, coordinator

    @property
    def tick(self) -> int:
        """The next tick."""
        return self._coordinator.tick

    @property
    def users(self) -> Sequence[UserId]:
        """Ids of all users."""
        return self._simulation.prepared.society.ids

    @property
    def scenario(self) -> Scenario:
        """What it plays, with what has been told from outside so far."""
        return self._simulation.prepared.scenario

    @property
    def ticks(self) -> int:
        """Ticks of the scenario."""
        return self.scenario.ticks

    @property
    def done(self) -> bool:
        """Whether all ticks have been played."""
        return self.tick >= self.ticks

    @property
    def run(self) -> Run:
        """What the run has come to so far, for reading.

        Raises:
            RunFolderError: if nothing has been recorded yet.
        """
        return Run(self._simulation.folder.path)

    async def step(self, ticks: int = 1) -> list[TickRecord]:
        """Play some ticks, as long as there are any.

        Args:
            ticks: how many.

        Returns:
            What was committed, a record for each tick.

        Raises:
            InputError: for fewer than one.
            RunError: if the run cannot go on; it can be resumed from its folder.
        """
        if ticks < 1:
            raise InputError(explain("step", wanted="one tick or more", got=str(ticks)))
        committed: list[TickRecord] = []

        def keep(progress: Progress) -> None:
            if progress.committed is not None:
                committed.append(progress.committed)

        await self._coordinator.advance(stop=self._simulation.stop, on_progress=keep, to=self.tick + ticks)
        return committed

    def inject(
        self,
        author: str,
        text: str,
        *,
        attitude: Attitude | str | None = None,
        emotion: Emotion | str | None = None,
    ) -> PostId:
        """Have a user publish a post in the next tick, such as an official statement.

        Its author does nothing else in that tick, and feels and thinks from then on as is stated.

        Args:
            author: id of a user.
            text: what the post says.
            attitude: that it expresses.
            emotion: of its author.

        Returns:
            The id that the post will have.

        Raises:
            InputError: if there is no such user, the text is none, or no tick is left.
        """
        simulation, scenario = self._simulation, self._simulation.prepared.scenario
        if self.done:
            raise InputError(explain("inject", wanted="a run with a tick left", got=f"{self.ticks} ticks played"))
        simulation.prepared.society.position(UserId(author))
        given: dict[str, Any] = {"tick": self.tick, "author": author, "text": text}
        try:
            seed = SeedPost.model_validate({**given, "attitude": attitude, "emotion": emotion})
        except ValidationError as exc:
            wrong = exc.errors(include_url=False)[0]
            what = f"inject: {wrong['loc'][0]}"
            raise InputError(explain(what, wanted=wrong["msg"], got=repr(wrong["input"]))) from exc
        said = [one for one in scenario.seeds if (one.tick, one.author) == (self.tick, author) and one.text is not None]
        simulation.add_seed(seed)
        return post_id(self.tick, UserId(author), len(said))

    def intervene(self, intervention: Mapping[str, Any]) -> None:
        """Have something done to the run, from the next tick on.

        Without a tick of its own it is in force from the next one on, or waits from then on for its condition.

        Args:
            intervention: as in the section ``interventions`` of a scenario, such as
                ``{"kind": "remove", "at": 7, "posts": {"text": "hoax"}}``.

        Raises:
            InputError: if it is none, does not fit the society, names a tick that has been played, or none is left;
                then nothing has changed.
        """
        self._simulation.add_intervention(self._with("intervene", "interventions", intervention))

    def recommend(self, channel: Mapping[str, Any]) -> None:
        """Have the platform recommend posts, from the next tick on, or from the one that the channel names.

        Args:
            channel: as in the section ``channels`` of a scenario, such as ``{"kind": "popularity", "share": 0.3}``.

        Raises:
            InputError: as :meth:`intervene`.
        """
        self._simulation.add_channel(self._with("recommend", "channels", channel))

    def _with(self, what: str, section: str, added: Mapping[str, Any]) -> Scenario:
        """The scenario with one thing more in a section, in force in ticks to come alone."""
        scenario = self._simulation.prepared.scenario.pinned()
        if self.done:
            raise InputError(explain(what, wanted="a run with a tick left", got=f"{self.ticks} ticks played"))
        said = added.keys() & {"at", "from", "until", "when"}
        timed = dict(added) if said else {**added, "from": self.tick}
        before = scenario.dump()
        changed = parse_scenario({**before, section: [*before.get(section, ()), timed]}, origin=what)
        return steered_from(scenario, changed, tick=self.tick - 1)

    def __aiter__(self) -> Self:
        """Tick by tick to the end."""
        return self

    async def __anext__(self) -> TickRecord:
        """The next tick, played."""
        played = await self.step() if not self.done else []
        if not played:  # at its end, or asked to stop
            raise StopAsyncIteration
        return played[0]
