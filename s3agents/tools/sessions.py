"""Sessions: societies that another program plays: begun, stepped, told things, looked at, asked, and forked.

Everything is plain values, in and out, so that any kind of tool can carry it. A run is known by the name of its folder.
Whoever calls is not trusted with more than societies: scenarios are those of one folder and the bundled ones, and no
key of a scenario can be set that names a file, an address or code.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from s3agents.config.model import ModelSection
from s3agents.errors import InputError, RunFolderError, explain
from s3agents.fork import fork_run
from s3agents.inquiry.asking import ask_agents, chosen_users, question_item
from s3agents.inquiry.moment import read_past
from s3agents.plugins import GROUPS
from s3agents.prompts.interview_pack import InterviewPack
from s3agents.prompts.quoting import tidy
from s3agents.record.base import TickRecord
from s3agents.report.run import Run
from s3agents.resources import bundled_scenarios
from s3agents.scenarios import load_scenario
from s3agents.simulation import Simulation
from s3agents.stepping import Steps

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FREE_KEYS", "Sessions"]

FREE_KEYS = (
    "ticks",
    "seed",
    "cognition.decay",
    "cognition.prior",
    "cognition.spontaneous",
    "cognition.rules",
    "cognition.fitted.base_rate",
    "memory.capacity",
    "memory.recall",
    "memory.half_life",
    "memory.weights",
    "limits.attention",
    "model.temperature",
)
"""Keys of a scenario that a caller may set, each with all below it."""

_MOST_TICKS = 1000
_MOST_ROWS = 1000
_TEXT = 400


class Sessions:
    """The societies of one caller, or of several that trust each other.

    Args:
        folder: of the runs; made if it is not there.
        scenarios: folder of scenarios that may be played beside the bundled ones: ``NAME.yaml`` or
            ``NAME/scenario.yaml``.
        model: endpoint of all agents; without one, agents are textbook ones, and nobody can be interviewed.
        most: runs that may be open at a time; the one that has been left alone longest is closed for a new one, and
            goes on when it is stepped again.
    """

    def __init__(
        self, folder: Path, *, scenarios: Path | None = None, model: ModelSection | None = None, most: int = 8
    ) -> None:
        self.folder, self._scenarios, self._model, self._most = folder, scenarios, model, most
        self._open: dict[str, tuple[AsyncExitStack, Steps]] = {}
        self._turn = asyncio.Lock()

    async def close(self) -> None:
        """Close all runs; each can be gone on with."""
        async with self._turn:
            for name in list(self._open):
                await self._shut(name)

    def scenarios(self) -> list[dict[str, Any]]:
        """What can be played: name, topic and question of each scenario that needs no parameter."""
        found = []
        for name, path in sorted(self._known().items()):
            try:
                scenario = load_scenario(path)
            except InputError:  # one with parameters is nothing for a caller that may name no file
                continue
            found.append({"name": name, "topic": scenario.topic, "question": scenario.question})
        return found

    def runs(self) -> list[dict[str, Any]]:
        """All runs of the folder, with their status."""
        folders = sorted(self.folder.glob("*/manifest.json")) if self.folder.is_dir() else []
        return [self.about(file.parent.name) for file in folders]

    async def start(self, scenario: str, settings: Mapping[str, Any] | None = None, *, run: str = "") -> dict[str, Any]:
        """Begin a run; no tick is played yet.

        Args:
            scenario: one of :meth:`scenarios`.
            settings: keys of it that differ, by dotted path; see :data:`FREE_KEYS`.
            run: name of the run; by default that of the scenario and a number.

        Raises:
            InputError: if there is no such scenario, or a setting is of no free key or wrong.
        """
        overrides = [*_overrides(settings or {}), *self._think()]
        known = self._known()
        if scenario not in known:
            raise InputError(explain("scenario", wanted=f"one of {', '.join(sorted(known))}", got=repr(scenario)))
        loaded = load_scenario(known[scenario], overrides=overrides)
        async with self._turn:  # nobody else may take the name meanwhile
            name = run or self._new_name(loaded.name)
            await self._enter(name, Simulation(loaded, out=self._path(name)))
        return self.about(name)

    async def step(self, run: str, ticks: int = 1) -> dict[str, Any]:
        """Play some ticks of a run, and say what happened in each.

        Raises:
            InputError: if there is no such run, or ``ticks`` is out of bounds.
            RunError: if the run cannot go on.
        """
        if not 1 <= ticks <= _MOST_TICKS:
            raise InputError(explain("ticks", wanted=f"1 to {_MOST_TICKS}", got=str(ticks)))
        async with self._turn:
            steps = await self._steps(run)
            played = await steps.step(ticks) if not steps.done else []
            return {"run": run, "ticks": [_tick(record) for record in played], "next": steps.tick, "done": steps.done}

    async def inject(
        self, run: str, author: str, text: str, *, attitude: str | None = None, emotion: str | None = None
    ) -> dict[str, Any]:
        """Have a user of a run publish a post in the next tick.

        Raises:
            InputError: if there is no such run or user, or the post cannot be one.
        """
        async with self._turn:
            steps = await self._steps(run)
            post = steps.inject(author, text, attitude=attitude, emotion=emotion)
            return {"run": run, "post": post, "tick": steps.tick}

    async def intervene(self, run: str, intervention: Mapping[str, Any]) -> dict[str, Any]:
        """Have something done to a run from the next tick on.

        Args:
            run: which.
            intervention: its ``kind`` (inject, remove, label, down_rank, suspend, follow, unfollow or throttle) with
                what it takes, such as {"kind": "label", "posts": {"text": "hoax"}, "text": "disputed"}; and when, if
                not at once and for good: ``at``, ``from`` and ``until`` (ticks), or ``when`` with a condition.

        Raises:
            InputError: if there is no such run, no tick is left, or the intervention cannot be one.
        """
        kind, ours = intervention.get("kind"), GROUPS["s3agents.intervention"].ours
        if kind not in ours:
            raise InputError(explain("intervention: kind", wanted=f"one of {', '.join(ours)}", got=repr(kind)))
        async with self._turn:
            steps = await self._steps(run)
            steps.intervene(intervention)
            return {"run": run, "interventions": len(steps.scenario.interventions), "tick": steps.tick}

    def about(self, run: str) -> dict[str, Any]:
        """Where a run stands: its status, its users, the ticks it has and the next one."""
        found = Run(self._there(run))
        manifest = found.manifest
        scenario = manifest.scenario
        return {
            "run": run,
            "status": manifest.status,
            "scenario": manifest.name,
            "question": scenario["question"],
            "users": manifest.society.users,
            "ticks": scenario["ticks"],
            "next": len(found.ticks()),
            "fork_of": None if manifest.fork_of is None else Path(manifest.fork_of.run).name,
        }

    def curves(self, run: str) -> list[dict[str, Any]]:
        """The curves of a run, tick by tick: aware users, posts, forwards, emotion, attitude."""
        names = ["tick", "aware", "posts_total", "forwards_total", "emotion_level", "share_positive"]
        table = Run(self._there(run)).curves()[names].tail(_MOST_ROWS)
        return _rows(table)

    def posts(self, run: str, *, tick: int | None = None, most: int = 50) -> list[dict[str, Any]]:
        """Posts of a run, the newest last; of one tick, if it is given."""
        table = Run(self._there(run)).posts()
        table = (table if tick is None else table[table.tick == tick]).tail(max(1, min(most, _MOST_ROWS)))
        return _rows(table[["id", "tick", "author", "kind", "parent", "text", "attitude"]])

    async def interview(
        self, run: str, agents: str, question: str, *, options: Sequence[str] = (), tick: int | None = None
    ) -> list[dict[str, Any]]:
        """What agents of a run answer to a question, as they were after a tick; the run does not change.

        Args:
            run: which.
            agents: ids with commas between, ``all``, or ``sample:N``.
            question: what they are asked.
            options: the answers to choose from; without any they answer in words.
            tick: after which; the last one by default.

        Raises:
            InputError: if there is no model, run, agent or tick of that kind.
        """
        if self._model is None:
            remedy = "start the server with --model-url"
            raise InputError(explain("interview", wanted="a model that answers", got="none", remedy=remedy))
        past = read_past(self._there(run))
        answers = await ask_agents(
            past,
            chosen_users(past, agents),
            [question_item(question, options)],
            tick=past.ticks - 1 if tick is None else tick,
            section=self._model,
            pack=InterviewPack.load("interview", past.prepared.scenario.language),
        )
        return [
            {"user": one.user, "answer": one.answer, "p": one.p, "attitude": one.attitude.value, "fault": one.fault}
            for one in answers
        ]

    async def fork(self, run: str, at_tick: int, settings: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Begin a counterfactual of a run, which shares its ticks up to ``at_tick``; no further tick is played yet.

        Raises:
            InputError: if there is no such run or tick, or a setting is of no free key or wrong.
        """
        source, overrides = self._there(run), tuple(_overrides(settings or {}))
        async with self._turn:
            name = self._new_name(f"{run}-fork-{at_tick}")
            simulation = fork_run(source, at_tick=at_tick, overrides=overrides, out=self._path(name))
            await self._enter(name, simulation)
        return self.about(name)

    def _known(self) -> dict[str, Path]:
        found, mine = bundled_scenarios(), self._scenarios
        if mine is not None:
            found |= {file.parent.name: file for file in mine.glob("*/scenario.yaml")}
            found |= {file.stem: file for file in mine.glob("*.yaml")}
        return found

    def _think(self) -> list[str]:
        """The overrides by which agents ask the model, if there is one."""
        if self._model is None:
            return []
        given = self._model.model_dump(mode="json", exclude_defaults=True)
        return ["cognition.mode=llm", *(f"model.{key}={_yaml(value)}" for key, value in given.items())]

    async def _steps(self, run: str) -> Steps:
        """The run, open; one that was left alone goes on."""
        if run in self._open:
            self._open[run] = self._open.pop(run)  # the last one that was used
            return self._open[run][1]
        return await self._enter(run, Simulation.resume(self._there(run)))

    async def _enter(self, run: str, simulation: Simulation) -> Steps:
        if simulation.prepared.scenario.asks_human:
            wanted, got = "a scenario in which no human answers", "users of mode human, and no terminal to ask them at"
            raise InputError(explain(f"run {run}", wanted=wanted, got=got))
        while len(self._open) >= self._most:
            await self._shut(next(iter(self._open)))
        stack = AsyncExitStack()
        steps = await stack.enter_async_context(simulation)
        self._open[run] = (stack, steps)
        return steps

    async def _shut(self, run: str) -> None:
        stack, _ = self._open.pop(run)
        await stack.aclose()

    def _path(self, run: str) -> Path:
        if not run or run != Path(run).name or run.startswith("."):
            raise InputError(explain("run", wanted="the name of a run", got=repr(run)))
        return self.folder / run

    def _there(self, run: str) -> Path:
        path = self._path(run)
        if not (path / "manifest.json").is_file():
            names = [one.parent.name for one in sorted(self.folder.glob("*/manifest.json"))]
            raise RunFolderError(explain("run", wanted=f"one of {', '.join(names) or 'no runs yet'}", got=repr(run)))
        return path

    def _new_name(self, base: str) -> str:
        number = 1
        while (self.folder / f"{base}-{number}").exists():
            number += 1
        return f"{base}-{number}"


def _overrides(settings: Mapping[str, Any]) -> list[str]:
    for key in settings:
        if not any(key == free or key.startswith(f"{free}.") for free in FREE_KEYS):
            raise InputError(explain(f"setting {key}", wanted=f"one of {', '.join(FREE_KEYS)}", got=repr(key)))
    return [f"{key}={_yaml(value)}" for key, value in settings.items()]


def _yaml(value: Any) -> str:
    """As JSON, which YAML takes."""
    return TypeAdapter(Any).dump_json(value).decode()


def _tick(record: TickRecord) -> dict[str, Any]:
    acted = [turn for turn in record.turns if turn.action is not None]
    return {
        "tick": record.tick,
        "turns": len(record.turns),
        "failed": len(record.turns) - len(acted),
        "posts": [
            {"id": post.id, "author": post.author, "kind": post.kind.value, "text": tidy(post.text, _TEXT)}
            for post in record.posts[:_MOST_ROWS]
        ],
        "positive": sum(turn.attitude is not None and turn.attitude.stance.value == "positive" for turn in acted),
    }


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as JSON has them: no numpy types, and no NaN."""
    rows: list[dict[str, Any]] = json.loads(table.to_json(orient="records"))
    return rows
