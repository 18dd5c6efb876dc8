"""Steering: what is done to a run from outside, and by its platform, between the end of one tick and the next.

A run that is steered is played with a barrier. In every tick, in this order: :meth:`Steering.plan` has the
interventions that are in force act; :meth:`Steering.feed` turns the mail of the tick into what reaches its readers; and
:meth:`Steering.observe` takes in what the tick came to. All that it knows follows from the scenario and the ticks so
far: a run that goes on tells it the ticks of its record again (:meth:`Steering.recall`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from s3agents.channels.base import Texts
from s3agents.cognition.announce import Announcement
from s3agents.events import Delivery, Post
from s3agents.ids import UserId
from s3agents.interventions.base import Intervention, Situation
from s3agents.network.society import Society
from s3agents.record.base import Mark, Steered, TickRecord, TurnRecord
from s3agents.rng import Draws
from s3agents.steering.base import Observer
from s3agents.steering.effects import Effects
from s3agents.steering.levers import PlatformLevers
from s3agents.steering.mail import Mail, steered_mail
from s3agents.steering.measures import Measures
from s3agents.steering.platform import Platform
from s3agents.steering.recommending import Recommending, Served
from s3agents.steering.schedule import Schedule

__all__ = ["Planned", "Steering"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An intervention, and when it is in force.

    Attributes:
        kind: as the scenario calls it.
        intervention: what it does.
        schedule: when.
    """

    kind: str
    intervention: Intervention
    schedule: Schedule


class Steering:
    """Everything that steers one run.

    Args:
        society: the users.
        interventions: in the order of the scenario.
        channels: in the order of the scenario.
        observers: what else follows from the actions of a tick.
        seed: of the run.
        attention: posts that a turn perceives.
        texts: vectors of texts, for channels.
    """

    def __init__(
        self,
        society: Society,
        *,
        interventions: Sequence[Planned] = (),
        channels: Sequence[Served] = (),
        observers: Sequence[Observer] = (),
        seed: int,
        attention: int,
        texts: Texts,
    ) -> None:
        self._society, self._seed, self._observers = society, seed, tuple(observers)
        self.platform = Platform(society)
        self._measures = Measures(self.platform)
        self._planned = [*interventions]
        self._running = [False for _ in interventions]
        self._channels = tuple(channels)
        self._recommending = Recommending(
            channels, self.platform, self._measures, seed=seed, attention=attention, texts=texts
        )
        self._effects, self._injected = Effects(), dict[UserId, list[Announcement]]()

    def add(self, planned: Planned) -> None:
        """Have one more intervention, after all others, from the next tick on."""
        self._planned.append(planned)
        self._running.append(False)

    def recall(self, ticks: Iterable[TickRecord]) -> None:
        """Come to where the run stands.

        Args:
            ticks: all that were committed, from the first on.
        """
        for record in ticks:
            self.plan(record.tick)
            self.observe(record.tick, record.posts, record.turns)

    def plan(self, tick: int) -> None:
        """Have interventions act that are in force in ``tick``, which is about to begin, and see which channels are."""
        self.platform.begin()
        self._effects, self._injected = Effects(), {}
        self._recommending.plan(tick)
        for number, planned in enumerate(self._planned):
            before = self._running[number]
            self._running[number] = planned.schedule.in_force(tick, self._measures)
            if self._running[number]:
                self._act(tick, number, planned.intervention, first=not before)

    async def feed(self, tick: int, mail: Mapping[int, Sequence[Delivery]]) -> Mail:
        """What reaches each reader in ``tick``; no inbox is empty.

        Args:
            tick: that was planned.
            mail: what the posts of the tick before bring along the edges of the society, by index of the reader.
        """
        passed = steered_mail(mail, self.platform, self._effects)
        await self._recommending.add(tick, passed, self._effects)
        return passed

    @property
    def suspended(self) -> frozenset[int]:
        """Indices of the users who do nothing in the tick that was planned."""
        return frozenset(self.platform.suspended)

    def announced(
        self, announcements: Mapping[UserId, Sequence[Announcement]]
    ) -> Mapping[UserId, Sequence[Announcement]]:
        """What enters in the tick that was planned: ``announcements`` of the scenario, and after them our own."""
        if not self._injected:
            return announcements
        ours = {user: [*announcements.get(user, ()), *said] for user, said in self._injected.items()}
        return {**announcements, **ours}

    def taken(self) -> tuple[Sequence[Steered], Sequence[Mark]]:
        """What interventions and channels came to in the tick that was planned, and the marks put on posts in it."""
        rows = self._effects.rows([p.kind for p in self._planned], [served.kind for served in self._channels])
        return rows, tuple(sorted(self._effects.marks.values(), key=lambda mark: (mark.post, mark.mark)))

    def observe(self, tick: int, posts: Sequence[Post], turns: Sequence[TurnRecord]) -> None:
        """Take in what ``tick`` came to.

        Args:
            tick: that is whole.
            posts: of it, in their total order.
            turns: of it, in the order of users.
        """
        if self._channels:
            self._recommending.seen.observe(tick, turns)
        self.platform.publish(posts)
        self._measures.observe(posts, turns)
        for observer in self._observers:
            observer.observe(tick, posts, turns, self.platform)

    def _act(self, tick: int, number: int, intervention: Intervention, *, first: bool) -> None:
        platform, key = self.platform, f"interventions.{number}"
        now = Situation(
            tick=tick,
            first=first,
            society=self._society,
            edges=platform.edges,
            fresh=platform.fresh,
            originals=platform.originals,
            draws=Draws(self._seed, key, tick),
        )
        levers = PlatformLevers(platform, self._effects, self._injected, number=number, key=key)
        intervention.act(now, levers)
