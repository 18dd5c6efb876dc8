"""Build: from a scenario and its society to what steers the run; whatever is wrong is found here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from s3agents.actions.table import offer_of
from s3agents.channels.base import Texts
from s3agents.channels.build import build_channel
from s3agents.config import Scenario
from s3agents.config.channels import ChannelSection
from s3agents.config.timing import TimedSection, WaitingSection
from s3agents.embed.base import Vectors
from s3agents.errors import ConfigError, InputError
from s3agents.ids import PostId
from s3agents.interventions.build import HOLDING, ONCE, build_intervention
from s3agents.interventions.selecting import Groups, Selecting
from s3agents.memory.base import TextStore
from s3agents.network.classes import class_of
from s3agents.network.society import Society
from s3agents.seed_posts import SeedPosts
from s3agents.steering.recommending import Served
from s3agents.steering.schedule import Schedule
from s3agents.steering.social_effects import SocialEffects
from s3agents.steering.steering import Planned, Steering
from s3agents.steering.texts import StoreTexts

__all__ = ["Steersman", "check_steering"]

_Made = TypeVar("_Made")


class _NoTexts:
    """Vectors that nobody will ask for."""

    async def vectors(self, texts: object) -> Vectors:
        """Nothing."""
        raise RuntimeError("a check of a scenario embeds nothing")


class Steersman:
    """Makes what steers the runs of one scenario.

    Args:
        scenario: with its seed files read.
        society: the users.
        groups: the members of a group of the scenario, by its name.
    """

    def __init__(self, scenario: Scenario, society: Society, *, groups: Groups) -> None:
        self._scenario, self._society = scenario, society

        @lru_cache(maxsize=1)
        def classes() -> NDArray[np.int8]:
            return class_of(society, scenario.cognition.classes).codes

        self._selecting = Selecting(society, classes=classes, seeds=SeedPosts(scenario.seeds), groups=groups)
        self._given: Mapping[str, Any] = {
            "society": society,
            "seed": scenario.seed,
            "language": scenario.language,
        }

    def steering(self, store: TextStore | None) -> Steering:
        """What steers a run.

        Args:
            store: of the run; ``None`` for a check alone.

        Raises:
            ConfigError: listing everything that does not fit the society, or cannot be had.
        """
        scenario, wrong = self._scenario, list[str]()
        planned = list(_made(scenario.interventions, self.planned, "interventions", wrong))
        served = list(_made(scenario.channels, self._served, "channels", wrong))
        if wrong:
            raise ConfigError("\n".join([f"scenario {scenario.name!r} does not fit its society", *wrong]))
        offer = offer_of(scenario.actions, language=scenario.language)
        texts: Texts = _NoTexts() if store is None else StoreTexts(store)
        return Steering(
            self._society,
            interventions=planned,
            channels=served,
            observers=(SocialEffects(offer),) if offer.steers else (),
            seed=scenario.seed,
            attention=scenario.limits.attention,
            texts=texts,
        )

    def planned(self, section: TimedSection, key: str) -> Planned:
        """An intervention of the scenario, or one that is added to it.

        Raises:
            InputError: naming ``key``, if it does not fit the society, or cannot be had.
        """
        kind: str = getattr(section, "kind", "")
        intervention = build_intervention(section, self._selecting, key=key, given=self._given)
        cascades = self._cascades(section, key)
        schedule = Schedule(section, once=kind in ONCE, holding=kind in HOLDING, cascades=cascades)
        return Planned(kind=kind, intervention=intervention, schedule=schedule)

    def _cascades(self, section: WaitingSection, key: str) -> list[PostId | None]:
        """What each condition of ``section`` is about."""
        of = [condition.of for condition in section.when]
        return [None if name is None else self._selecting.cascade(name, f"{key}.when.of") for name in of]

    def _served(self, section: ChannelSection, key: str) -> Served:
        index = self._society.index
        who = (
            None if section.who is None else [index[user] for user in self._selecting.users(section.who, f"{key}.who")]
        )
        channel = build_channel(section, key=key, given=self._given)
        schedule = Schedule(section, cascades=self._cascades(section, key))
        return Served(section=section, channel=channel, schedule=schedule, who=who)


def check_steering(scenario: Scenario, society: Society, *, groups: Groups) -> None:
    """Nothing, if all that steers a run of ``scenario`` can be had; the arguments are those of a :class:`Steersman`.

    Raises:
        ConfigError: listing everything that does not fit the society, or cannot be had.
    """
    if scenario.steered:
        Steersman(scenario, society, groups=groups).steering(None)


def _made(sections: tuple[Any, ...], make: Callable[[Any, str], _Made], name: str, wrong: list[str]) -> Iterator[_Made]:
    """What ``make`` makes of each section; what is wrong with others is added to ``wrong``."""
    for number, section in enumerate(sections):
        try:
            yield make(section, f"{name}.{number}")
        except InputError as exc:
            wrong.append(f"  {exc}")
