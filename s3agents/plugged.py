"""Plugged: what a scenario names of installed packages: all of it imported and checked, and made where it is needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from s3agents import plugins
from s3agents.actions.table import ACTIONS, GROUP
from s3agents.config import Scenario
from s3agents.config.cognition import SOCIAL
from s3agents.config.interventions import PluginInterventionSection
from s3agents.config.memory import EmbedderSection
from s3agents.config.scenario import SocietySection
from s3agents.embed.base import Embedder
from s3agents.embed.foreign import ForeignEmbedder
from s3agents.errors import ConfigError, SocietyError, explain
from s3agents.network.society import Society
from s3agents.plugins import GROUPS, PluginFacts
from s3agents.record.base import Recorder
from s3agents.record.beside import RecorderWithOthers
from s3agents.record.second import SecondRecorder
from s3agents.report.metrics import METRIC_GROUP
from s3agents.secrecy import secrets_here, secrets_in

__all__ = ["check_plugins", "plugged_embedder", "plugged_recorders", "plugged_society", "recorder_beside"]

_COGNITION, _AGENT = "s3agents.cognition", "s3agents.agent"
_CHANNEL, _INTERVENTION = "s3agents.channel", "s3agents.intervention"
_EMBEDDER, _RECORDER, _SOCIETY = "s3agents.embedder", "s3agents.recorder", "s3agents.society"


_Named = tuple[str, str, str]
"""Extension point, name and key."""


def check_plugins(scenario: Scenario, *, society: bool = True) -> tuple[PluginFacts, ...]:
    """The plugins that a scenario names, imported and checked, each once.

    Args:
        scenario: which.
        society: whether the one that reads its society is needed.

    Raises:
        ConfigError: listing all that are not there, do not import, or are not what their extension points want.
    """
    found, wrong = {}, list[ConfigError]()
    for group, name, key in _named(scenario):
        if group == _SOCIETY and not society:
            continue
        try:
            plugins.load(group, name, key=key)
            found[group, name] = plugins.origin(group, name, key=key)
        except ConfigError as error:
            wrong.append(error)
    if len(wrong) == 1:
        raise wrong[0]
    if wrong:
        raise ConfigError("\n  ".join([f"{len(wrong)} plugins cannot be used", *map(str, wrong)]))
    return tuple(found[pair] for pair in sorted(found))


def plugged_embedder(section: EmbedderSection) -> Embedder:
    """The embedder of a plugin.

    Raises:
        InputError: as :func:`s3agents.plugins.make`.
    """
    key = "memory.embedder.kind"
    made = plugins.make(_EMBEDDER, section.kind, section.options, key=key)
    who = plugins.called(_EMBEDDER, section.kind, key=key)
    return ForeignEmbedder(made, who, secrets=[*secrets_in(section.options), *secrets_here()])


def plugged_society(section: SocietySection, *, strict: bool = False) -> Society:
    """The society that the reader of a plugin makes of its options, and of ``path`` where there is one.

    Raises:
        InputError: as :func:`s3agents.plugins.make`; a SocietyError if it makes something else.
    """
    name = str(section.reader)
    options: dict[str, Any] = dict(section.options)
    if section.path is not None:
        options["path"] = Path(section.path)
    made = plugins.make(_SOCIETY, name, options, key="society.reader", given={"strict": strict})
    if not isinstance(made, Society):
        who = plugins.called(_SOCIETY, name, key="society.reader")
        raise SocietyError(explain(who, wanted="a Society", got=f"a {type(made).__qualname__}"))
    return made


def plugged_recorders(scenario: Scenario) -> Mapping[str, SecondRecorder]:
    """The recorders beside the record, by what messages call them; none has written anything yet.

    Raises:
        InputError: as :func:`s3agents.plugins.make`.
    """
    made: dict[str, SecondRecorder] = {}
    for n, section in enumerate(scenario.recorders):
        key = f"recorders.{n}"
        recorder = plugins.make(_RECORDER, section.kind, section.options, key=f"{key}.kind")
        made[plugins.called(_RECORDER, section.kind, key=key)] = recorder
    return made


def recorder_beside(
    record: Recorder, others: Mapping[str, SecondRecorder], *, scenario: Scenario, folder: Path
) -> Recorder:
    """``record``, which tells ``others`` of every tick.

    Args:
        record: of the run, the source of truth.
        others: as :func:`plugged_recorders` gives them.
        scenario: that names them.
        folder: of the run.
    """
    if not others:
        return record
    secrets = [*secrets_here(), *secrets_in([section.options for section in scenario.recorders])]
    return RecorderWithOthers(record, others, folder=folder, secrets=secrets)


def _named(scenario: Scenario) -> Iterator[_Named]:
    """Every plugin that a scenario names."""
    if scenario.memory.embedder.kind not in GROUPS[_EMBEDDER].ours:
        yield _EMBEDDER, scenario.memory.embedder.kind, "memory.embedder.kind"
    if scenario.society.reader is not None:
        yield _SOCIETY, scenario.society.reader, "society.reader"
    yield from _of_minds(scenario)
    yield from _of_steering(scenario)
    yield from ((_RECORDER, section.kind, f"recorders.{n}.kind") for n, section in enumerate(scenario.recorders))
    yield from ((METRIC_GROUP, name, f"metrics.{n}") for n, name in enumerate(scenario.metrics))


def _of_minds(scenario: Scenario) -> Iterator[_Named]:
    """Cognitions, classes of agents, and what they can do."""
    for n, name in enumerate(scenario.actions):
        if name not in ACTIONS:
            yield GROUP, name, f"actions.{n}"
    for place, mind in scenario.cognition.named_minds.items():
        if mind.plugged:
            yield _COGNITION, mind.mode, f"{place}.mode"
        if (name := scenario.cognition.agent_of(mind)[0]) != SOCIAL:
            yield _AGENT, name, f"{place}.agent"


def _of_steering(scenario: Scenario) -> Iterator[_Named]:
    """Channels and interventions."""
    for n, channel in enumerate(scenario.channels):
        for m, part in enumerate(channel.parts):
            if part.kind not in GROUPS[_CHANNEL].ours:
                yield _CHANNEL, part.kind, f"channels.{n}{f'.mix.{m}' if channel.mix else ''}.kind"
    for n, intervention in enumerate(scenario.interventions):
        if isinstance(intervention, PluginInterventionSection):
            yield _INTERVENTION, intervention.kind, f"interventions.{n}.kind"
