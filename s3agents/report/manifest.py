"""Manifest: ``manifest.json``: what was run, over what, with which versions, and how it ended; without any secret."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

from pydantic import AfterValidator, AwareDatetime, Field, ValidationError

from s3agents.behaviour.model import BehaviourModel
from s3agents.behaviour.model_facts import BehaviourFacts
from s3agents.behaviour.model_file import behaviour_digest
from s3agents.config import Scenario
from s3agents.config.section import Address, is_secret, later
from s3agents.embed.base import Embedder
from s3agents.errors import RunFolderError, explain
from s3agents.ids import UserId
from s3agents.network.society import Society
from s3agents.plugins import PluginFacts, differing
from s3agents.report.facts import (
    Facts,
    ForkFacts,
    LearntFacts,
    LoadRow,
    ModelFacts,
    PluginUse,
    PromptFacts,
    Resumption,
    SocietyFacts,
    Software,
)

__all__ = ["Manifest", "Prepared", "Status", "UsedPack"]

Status = Literal["running", "done", "interrupted", "failed"]

_VERSION = 1


class UsedPack(Protocol):
    """What the manifest tells of a prompt pack."""

    @property
    def name(self) -> str:
        """What scenarios call it."""
        ...

    @property
    def version(self) -> str:
        """Its own version."""
        ...

    @property
    def sha256(self) -> str:
        """Of its files, 64 hex digits."""
        ...


class Prepared(Protocol):
    """What the manifest needs of a run that is about to begin."""

    @property
    def scenario(self) -> Scenario:
        """With its seed files read."""
        ...

    @property
    def society(self) -> Society:
        """Over which it runs."""
        ...

    @property
    def packs(self) -> Mapping[str, UsedPack]:
        """Prompt packs in use; none where no agent asks a model."""
        ...

    @property
    def learnt(self) -> Mapping[str, BehaviourModel]:
        """Learnt models in use; none where no agent is of mode ``fitted``."""
        ...

    @property
    def embedder(self) -> Embedder:
        """What turns texts into vectors."""
        ...

    @property
    def plugins(self) -> tuple[PluginFacts, ...]:
        """Plugins that the scenario names."""
        ...

    @property
    def outcome(self) -> Mapping[UserId, str] | None:
        """The real outcome of each user for whom it is known."""
        ...


_FREE = {"options", "agent_options"}
"""Keys whose values may be anything."""


def _without_secrets(value: Any, *, inside: bool = False) -> Any:
    """``value`` without the keys of free options that look like a secret's."""
    if isinstance(value, Mapping):
        kept = {key: item for key, item in value.items() if not (inside and is_secret(str(key)))}
        return {key: _without_secrets(item, inside=inside or key in _FREE) for key, item in kept.items()}
    if isinstance(value, list | tuple):
        return [_without_secrets(item, inside=inside) for item in value]
    return value


class Manifest(Facts):
    """What was run and how it ended; immutable, each stage of a run makes the next one.

    Attributes:
        schema_version: of this file.
        name: of the scenario.
        status: ``running``, ``done``, ``interrupted`` (stopped or killed; can be resumed) or ``failed`` (can be resumed
            once the cause is mended). A run that was killed still says ``running``.
        scenario: as :meth:`s3agents.config.Scenario.dump` gives it; keys of endpoints are left out of free options.
        scenario_digest: of what shapes the record.
        society: over whom it went.
        bus: ``local``, ``nats``, or an address.
        prompts: packs in use.
        learnt: learnt models in use.
        embedder: kind, model and size.
        plugins: of installed packages, named by the scenario; packages and versions at the beginning.
        model: who was asked; ``None`` where no agent asks a model.
        other_models: who else was, by groups.
        software: versions at the beginning.
        started: when it began.
        finished: when it ended, or was stopped.
        resumed: when it went on, and with which versions.
        faults: failed turns by cause, where they were counted.
        failure: why it could not go on.
        replay_of: folder of the run whose recorded replies it plays again.
        fork_of: the run that it branched off from, if it is a counterfactual.
        outcome: the real outcome of each user for whom it is known: ``positive`` or ``negative``.
    """

    schema_version: int = _VERSION
    name: str
    status: Status
    scenario: Annotated[dict[str, Any], AfterValidator(_without_secrets)]
    scenario_digest: str
    society: SocietyFacts
    bus: Address
    prompts: tuple[PromptFacts, ...] = ()
    learnt: tuple[LearntFacts, ...] = ()
    embedder: str
    plugins: tuple[PluginUse, ...] = later(())
    model: ModelFacts | None = None
    other_models: tuple[ModelFacts, ...] = later(())
    software: Software
    started: AwareDatetime
    finished: AwareDatetime | None = None
    resumed: tuple[Resumption, ...] = ()
    faults: dict[str, int] = Field(default_factory=dict)
    failure: str | None = None
    replay_of: str | None = None
    fork_of: ForkFacts | None = None
    outcome: dict[str, Literal["positive", "negative"]] | None = None

    @classmethod
    def begin(cls, prepared: Prepared, *, bus: str, started: datetime, replay_of: str | None = None) -> Manifest:
        """The manifest of a run that is about to begin.

        Args:
            prepared: what it runs.
            bus: which bus it got.
            started: now.
            replay_of: folder of the run that it replays.
        """
        scenario = prepared.scenario
        models = _models(scenario)
        return cls.model_validate(
            {
                "name": scenario.name,
                "status": "running",
                "scenario": scenario.dump(),
                "scenario_digest": scenario.digest(),
                "society": _society(scenario, prepared.society),
                "bus": bus,
                "prompts": _prompts(prepared.packs, scenario.language),
                "learnt": [_learnt(model.facts) for model in prepared.learnt.values()],
                "embedder": prepared.embedder.name,
                "plugins": _uses(prepared.plugins),
                "model": next(iter(models), None),
                "other_models": models[1:],
                "software": Software.here(),
                "started": started,
                "replay_of": replay_of,
                "outcome": None if prepared.outcome is None else dict(prepared.outcome),
            }
        )

    def ended(
        self,
        status: Status,
        *,
        message: str | None = None,
        faults: Mapping[str, int] | None = None,
        at: datetime | None = None,
    ) -> Manifest:
        """The manifest of the run now that it has ended.

        Args:
            status: how.
            message: why, where it failed.
            faults: failed turns by cause.
            at: when; now by default.
        """
        counted = dict(sorted((faults or {}).items()))
        changes = {"status": status, "finished": at or datetime.now(UTC), "failure": message or None, "faults": counted}
        return self.model_copy(update=changes)

    def again(self, *, at: datetime | None = None, plugins: Sequence[PluginFacts] = ()) -> Manifest:
        """The manifest of the run as it goes on.

        Args:
            at: when; now by default.
            plugins: that the scenario names, as they are installed now.
        """
        resumption = Resumption(at=at or datetime.now(UTC), software=Software.here(), plugins=_uses(plugins))
        changes = {"status": "running", "finished": None, "failure": None, "resumed": (*self.resumed, resumption)}
        return self.model_copy(update=changes)

    def changed_plugins(self, plugins: Sequence[PluginFacts]) -> tuple[str, ...]:
        """A note for those of ``plugins`` that are of another package or version than when the run was last begun.

        Args:
            plugins: that the scenario names, as they are installed now.
        """
        last = self.resumed[-1].plugins if self.resumed and self.resumed[-1].plugins else self.plugins
        changed = differing(plugins, {f"{use.group} {use.name}": f"{use.distribution} {use.version}" for use in last})
        return (f"plugins have changed since the run was last begun: {changed}",) if changed else ()

    def check_society(self, society: Society, folder: Path) -> None:
        """Raise unless ``society`` is the one that the run of ``folder`` began with.

        Raises:
            RunFolderError: if it is another.
        """
        if society.digest != self.society.digest:
            wanted = f"the society it began with (digest {self.society.digest[:12]})"
            raise RunFolderError(explain(str(folder), wanted=wanted, got=society.digest[:12]))

    def check_same(self, prepared: Prepared, folder: Path) -> None:
        """Raise unless society and prompts are those that the run of ``folder`` began with.

        Raises:
            RunFolderError: if one of them is another.
        """
        self.check_society(prepared.society, folder)
        began = {(pack.name, pack.sha256) for pack in self.prompts}
        for pack in prepared.packs.values():
            if (pack.name, pack.sha256) not in began:
                wanted = f"prompt pack {pack.name} as it was when the run began"
                raise RunFolderError(explain(str(folder), wanted=wanted, got="another version of it"))

    def write(self, path: Path) -> None:
        """Write it to ``path``: a reader sees the old file or the new one, never half of one.

        Raises:
            RunFolderError: if it cannot be written.
        """
        part = path.with_name(f"{path.name}.part")
        try:
            with part.open("w", encoding="utf-8") as file:
                file.write(self.model_dump_json(indent=2) + "\n")
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, path)
        except OSError as exc:
            part.unlink(missing_ok=True)
            got = exc.strerror or str(exc)
            raise RunFolderError(explain(str(path), wanted="a file that can be written", got=got)) from exc

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """The manifest at ``path``.

        Raises:
            RunFolderError: if there is none, it is damaged, or a newer version of s3agents wrote it.
        """
        try:
            found = json.loads(path.read_bytes())
        except OSError as exc:
            got = exc.strerror or str(exc)
            raise RunFolderError(explain(str(path), wanted="the manifest of a run", got=got)) from exc
        except ValueError as exc:
            raise RunFolderError(explain(str(path), wanted="the manifest of a run", got=f"broken JSON: {exc}")) from exc
        version = found.get("schema_version") if isinstance(found, dict) else None
        if isinstance(version, int) and version > _VERSION:
            wanted, got = f"a manifest of schema {_VERSION}", f"schema {version}"
            remedy = "a newer version of s3agents wrote it: use that one"
            raise RunFolderError(explain(str(path), wanted=wanted, got=got, remedy=remedy))
        try:
            return cls.model_validate(found)
        except ValidationError as exc:
            got = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'the file'}: {e['msg']}" for e in exc.errors()[:3])
            raise RunFolderError(explain(str(path), wanted="the manifest of a run", got=got)) from exc


def _society(scenario: Scenario, society: Society) -> SocietyFacts:
    return SocietyFacts(
        name=society.name,
        origin=scenario.society.path or scenario.society.networkx or society.name,
        digest=society.digest,
        users=len(society.ids),
        edges=society.graph.edges,
        report=tuple(LoadRow(**row._asdict()) for row in society.report.rows()),
    )


def _prompts(packs: Mapping[str, UsedPack], language: str) -> list[PromptFacts]:
    return [
        PromptFacts(name=pack.name, language=language, version=pack.version, sha256=pack.sha256)
        for pack in packs.values()
    ]


def _uses(plugins: Sequence[PluginFacts]) -> tuple[PluginUse, ...]:
    return tuple(
        PluginUse(group=one.group, name=one.name, distribution=one.distribution, version=one.version) for one in plugins
    )


def _learnt(facts: BehaviourFacts) -> LearntFacts:
    return LearntFacts(name=facts.name, digest=behaviour_digest(facts), parts=facts.learnt())


def _models(scenario: Scenario) -> list[ModelFacts]:
    """Who is asked, each once."""
    facts = [ModelFacts(backend=one.backend, name=one.name, url=one.url) for one in scenario.models.values()]
    return [one for number, one in enumerate(facts) if one not in facts[:number]]
