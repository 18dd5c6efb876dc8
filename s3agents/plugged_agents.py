"""PluggedAgents: agents of a class that an installed package brings along; what fails in making one is named."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from inspect import signature
from typing import Any

from s3agents import plugins
from s3agents.agents.base import Agent, AgentMaker
from s3agents.agents.foreign import ForeignAgent
from s3agents.cognition.base import Scene
from s3agents.cognition.mind import Mind
from s3agents.cognition.rules import RulesCognition
from s3agents.config import Scenario
from s3agents.config.cognition import RulesSection
from s3agents.embed.hashing import HashingEmbedder
from s3agents.errors import ConfigError, RunError, explain
from s3agents.ids import UserId
from s3agents.memory.influence import Influence
from s3agents.memory.local import LocalStore
from s3agents.persona import Persona
from s3agents.secrecy import failures_as, secrets_here, secrets_in
from s3agents.state import AgentState

__all__ = ["PluggedAgents"]

_GROUP = "s3agents.agent"


class PluggedAgents:
    """Makes agents of a class of a package; an :class:`~s3agents.agents.base.AgentMaker`.

    Args:
        name: of the class.
        options: its keyword arguments.
        key: where it is named, such as ``cognition.agent``.

    Raises:
        ConfigError: if it is not installed, does not import, or takes other options.
    """

    def __init__(self, name: str, options: Mapping[str, Any], *, key: str) -> None:
        made = plugins.load(_GROUP, name, key=key)
        self._who, self._key = plugins.called(_GROUP, name, key=key), key
        self._facts = plugins.origin(_GROUP, name, key=key)
        self._secrets = [*secrets_in(options), *secrets_here()]
        try:
            signature(made).bind(object(), object(), state=None, **options)
        except TypeError as exc:
            wanted = "a maker called with persona, mind, state= and the agent_options"
            raise ConfigError(explain(self._who, wanted=wanted, got=str(exc))) from exc
        self._make: AgentMaker = partial(made, **options)

    def __call__(self, persona: Persona, mind: Mind, *, state: AgentState | None = None) -> Agent:
        """An agent.

        Raises:
            RunError: if it cannot be made.
        """
        who = f"{self._who}: agent of {persona.id}"
        with failures_as(RunError, who, secrets=self._secrets, ours=True):
            return ForeignAgent(self._make(persona, mind, state=state), who, secrets=self._secrets)

    def try_out(self, scenario: Scenario) -> None:
        """Nothing, if an agent of nobody in particular can be made, and has what a run asks of it.

        Raises:
            ConfigError: if it cannot, or lacks something.
        """
        with failures_as(ConfigError, self._who, secrets=self._secrets, ours=True):
            agent = self._make(Persona(id=UserId("nobody")), _some_mind(scenario))
        plugins.check_made(self._facts, agent, key=self._key)


def _some_mind(scenario: Scenario) -> Mind:
    """A mind that nobody will think with."""
    memory = scenario.memory
    return Mind(
        scene=Scene(topic=scenario.topic, question=scenario.question, minutes=scenario.tick.total_seconds() / 60.0),
        cognition=RulesCognition(RulesSection(), phrases={}),
        store=LocalStore(HashingEmbedder()),
        influence=Influence(memory.weights, memory.authenticity, memory.half_life),
        seed=scenario.seed,
        capacity=memory.capacity,
        recall=memory.recall,
    )
