"""Load: what a society has to do while it is measured, as a scenario whose agents are nearly all active in every tick.

In tick 0 seed posts enter; in each tick after it everybody who has mail takes a turn, and with ``active`` everybody who
has ever had one does. The seed posts of tick 0 ask no model: ticks from 1 on are what is measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from s3agents.config import Scenario
from s3agents.errors import ConfigError, explain
from s3agents.network.society import Society
from s3agents.scenarios import parse_scenario
from s3agents.wiring import build_society
from s3agents.yaml_files import yaml_value

__all__ = ["Load", "trial_name"]

_ORIGIN = "s3agents bench"
_QUESTION = "Should the new tax on sugar be kept?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A society and what it does.

    Attributes:
        users: how many.
        relations: follow edges; by default four for each user.
        posts: earlier posts; by default eight for each user.
        like: a preset of :class:`~s3agents.config.generate.GenerateSection` that gives the numbers instead.
        ticks: in which agents think, after tick 0.
        active: share of the users that take a turn in each of them: 1 for all, in all ticks; less for the readers of so
            many seed posts as it takes.
        mode: ``llm``, ``rules`` or ``fitted``.
        pack: prompt pack of mode ``llm``.
        learnt: folder of the model of mode ``fitted``.
        concurrency: most requests in flight.
        workers: processes that take the turns; ``None`` for the one that has everything.
        seed: of the society and of every draw.
        trial: tells the prompts of one measurement from those of another, so that none profits from what an endpoint
            has cached for the other.
        overrides: keys of the scenario that differ, as ``model.bound_text=true``.
    """

    users: int = 1_000
    relations: int | None = None
    posts: int | None = None
    like: str | None = None
    ticks: int = 8
    active: float = 1.0
    mode: str = "llm"
    pack: str = "joint"
    learnt: str | None = None
    concurrency: int = 64
    workers: int | None = None
    seed: int = 0
    trial: int = 0
    overrides: tuple[str, ...] = ()

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Load:
        """Inverse of :meth:`plain`."""
        return cls(**{**values, "overrides": tuple(values["overrides"])})

    def plain(self) -> dict[str, Any]:
        """All of it as values that JSON takes."""
        return asdict(self)

    def society(self) -> Society:
        """The users and their follow edges.

        Raises:
            InputError: if there can be no such society, or another key of the scenario is wrong.
        """
        return build_society(parse_scenario(self._data(), origin=_ORIGIN).society)

    def scenario(self, society: Society, *, url: str | None = None, model: str = "stub") -> Scenario:
        """What ``society`` is asked to do, at the endpoint ``url``.

        Raises:
            ConfigError: if an override is no key, or has a wrong value.
        """
        everybody = self.active >= 1.0
        authors = range(len(society.ids)) if everybody else _authors(society, self.active, self.seed)
        seeds = [_seed_post(society.ids[author], author) for author in authors]
        return parse_scenario({"seeds": seeds, **self._data(url, model)}, origin=_ORIGIN)

    def _data(self, url: str | None = None, model: str = "stub") -> dict[str, Any]:
        """The scenario, but for its seed posts."""
        sizes = {"like": self.like, "relations": self.relations, "posts": self.posts, "seed": self.seed}
        sizes["users"] = None if self.like else self.users
        data: dict[str, Any] = {
            "name": "bench",
            "topic": f"{trial_name(self.trial)}: the town has put a tax on sugar, and everybody talks about it.",
            "question": _QUESTION,
            "ticks": self.ticks + 1,
            "seed": self.seed,
            "society": {"generate": {name: size for name, size in sizes.items() if size is not None}},
            "cognition": {"mode": self.mode, "spontaneous": 1.0 if self.active >= 1.0 else 0.0},
            "limits": {"faults": 1.0},
        }
        if self.mode == "llm":
            data["cognition"]["pack"] = self.pack
            data["model"] = {"url": url, "name": model, "concurrency": self.concurrency}
        if self.learnt is not None:
            data["cognition"]["learnt"] = self.learnt
        for override in self.overrides:
            _set(data, override)
        return data


def trial_name(number: int) -> str:
    """What a trial is called in every prompt: always as long, so that prompts of all trials are as long."""
    return f"Trial {number % 100:02d}"


def _seed_post(user: str, number: int) -> dict[str, Any]:
    side = "positive" if number % 2 else "negative"
    text = f"Number {number} of us has made up their mind: {'keep' if number % 2 else 'drop'} that tax on sugar!"
    return {"author": user, "text": text, "attitude": side, "emotion": ("calm", "moderate", "intense")[number % 3]}


def _authors(society: Society, share: float, seed: int) -> list[int]:
    """Users, at random, whose followers together are ``share`` of all."""
    wanted, readers, chosen = share * len(society.ids), set[int](), []
    for author in np.random.default_rng(seed).permutation(len(society.ids)).tolist():
        if len(readers) >= wanted:
            break
        chosen.append(author)
        readers.update(society.graph.followers(author).tolist())
    return sorted(chosen)


def _set(data: dict[str, Any], override: str) -> None:
    """Override one key, as ``cognition.decay=0.1``.

    Raises:
        ConfigError: if it is no such thing.
    """
    path, equals, text = override.partition("=")
    *parents, last = path.split(".")
    for parent in parents:
        data = data.setdefault(parent, {})
    if not equals or not isinstance(data, dict):
        raise ConfigError(explain(f"--set {override!r}", wanted="KEY=VALUE", got="no such key"))
    data[last] = yaml_value(text, f"--set {override!r}")
