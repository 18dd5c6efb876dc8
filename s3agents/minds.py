"""Minds: the mind of each user, made from what a scenario says of their group, class, or everybody."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import yaml

from s3agents import plugins
from s3agents.actions.table import offer_of
from s3agents.agents.base import Agent, AgentMaker
from s3agents.agents.social_agent import SocialAgent
from s3agents.behaviour.model import BehaviourModel
from s3agents.cognition.answered import AgentCognition, HumanCognition
from s3agents.cognition.base import Cognition, Scene
from s3agents.cognition.fitted import FittedCognition
from s3agents.cognition.foreign import foreign_cognition
from s3agents.cognition.llm import LlmCognition
from s3agents.cognition.mind import Mind
from s3agents.cognition.rules import RulesCognition
from s3agents.config import Scenario
from s3agents.config.cognition import SOCIAL, MindSection, PartSection
from s3agents.config.model import AUTOGEN, HUMAN
from s3agents.coordinator.roster import Roster
from s3agents.errors import ConfigError, InputError, PromptError, explain
from s3agents.labels import Attitude
from s3agents.llm.asked import Asked, NobodyClient, model_of
from s3agents.llm.base import ChatCompletionClient
from s3agents.memory.base import TextStore
from s3agents.memory.influence import Influence
from s3agents.persona import Persona
from s3agents.plugged_agents import PluggedAgents
from s3agents.prompts import PromptPack
from s3agents.resources import prompts_dir
from s3agents.secrecy import secrets_here, secrets_in
from s3agents.state import AgentState

__all__ = ["Agents", "Minds", "check_minds", "load_packs", "phrases", "plugged_cognition", "scene_of"]

_ANSWERED: Mapping[str, type[LlmCognition]] = MappingProxyType({"autogen": AgentCognition, "human": HumanCognition})
"""What asks as if it asked a model, by its mode."""


class Minds:
    """The mind of each user: one for each group or tier, shared by its agents.

    Args:
        scenario: which cognition, memory and limits.
        roster: who belongs to which group or tier.
        store: texts and vectors.
        client: for groups of mode ``llm``: one whatever their model, or one for each.
        packs: their prompt packs.
        learnt: models of groups of mode ``fitted``, by folder.
    """

    def __init__(
        self,
        scenario: Scenario,
        roster: Roster,
        store: TextStore,
        *,
        client: Asked | None,
        packs: Mapping[str, PromptPack],
        learnt: Mapping[str, BehaviourModel] = MappingProxyType({}),
    ) -> None:
        self._scenario, self._roster, self._store, self._client, self._packs = scenario, roster, store, client, packs
        self._learnt = learnt
        self._made: dict[int, Mind] = {}

    def __call__(self, persona: Persona) -> Mind:
        """The mind of ``persona``."""
        section = self._roster.mind_of(persona)
        mind = self._made.get(id(section))
        if mind is None:
            mind = self._made[id(section)] = self._mind(section)
        return mind

    def _mind(self, section: MindSection) -> Mind:
        scenario, cognition = self._scenario, self._scenario.cognition
        memory = scenario.memory
        return Mind(
            scene=scene_of(scenario, section),
            cognition=self._cognition(section),
            store=self._store,
            influence=Influence(memory.weights, memory.authenticity, memory.half_life),
            seed=scenario.seed,
            attention=scenario.limits.attention,
            capacity=memory.capacity,
            recall=memory.recall,
            prior=cognition.prior,
            certainty=cognition.certainty,
        )

    def _cognition(self, section: MindSection) -> Cognition:
        scenario, model = self._scenario, self._scenario.model_of(section)
        if section.mode == "rules":
            return RulesCognition(section.rules, phrases=phrases(scenario))
        if section.mode == "fitted":
            return FittedCognition(
                self._learnt[str(section.learnt)],
                section.fitted,
                rules=section.rules,
                phrases=phrases(scenario),
                people=self._roster.person,
            )
        client = None if self._client is None else model_of(self._client)(model)
        if section.plugged:
            return plugged_cognition(scenario, section, client if model.named else None)
        if client is None:
            raise ConfigError(explain("cognition.mode llm", wanted="a model (model.url)", got="none"))
        return _ANSWERED.get(section.mode, LlmCognition)(
            client,
            self._packs[str(section.prompts)],
            temperature=model.temperature,
            max_tokens=model.max_tokens,
            logprobs=model.logprobs,
            repairs=model.repairs,
            bound_text=model.bound_text,
            bound_acts=model.bound_acts and section.mode not in _ANSWERED,
        )


class Agents:
    """Makes the agent of each user, of the class that the scenario names for their group.

    Args:
        scenario: which classes.
        roster: who belongs to which group or tier.

    Raises:
        InputError: if a class is not installed, or takes other options.
    """

    def __init__(self, scenario: Scenario, roster: Roster) -> None:
        self._roster = roster
        self._makers = {id(mind): _maker(scenario, key, mind) for key, mind in scenario.cognition.named_minds.items()}

    def __call__(self, persona: Persona, mind: Mind, *, state: AgentState | None = None) -> Agent:
        """An agent; see :class:`~s3agents.agents.base.AgentMaker`."""
        return self._makers[id(self._roster.mind_of(persona))](persona, mind, state=state)


def check_minds(scenario: Scenario) -> None:
    """Nothing, if all minds take their options, and agents are what they have to be.

    Raises:
        InputError: naming the key, the plugin and the cause.
    """
    for key, mind in scenario.cognition.named_minds.items():
        if mind.options and not mind.plugged and mind.mode != AUTOGEN:
            wanted, got = f"none, for mode {mind.mode} has keys of its own", ", ".join(mind.options)
            raise ConfigError(explain(f"{key}.options", wanted=wanted, got=got))
        if mind.plugged:
            plugged_cognition(scenario, mind, NobodyClient() if scenario.model_of(mind).named else None)
        maker = _maker(scenario, key, mind)
        if isinstance(maker, PluggedAgents):
            maker.try_out(scenario)


def plugged_cognition(scenario: Scenario, mind: MindSection, client: ChatCompletionClient | None) -> Cognition:
    """The cognition of a package, made with the options of ``mind`` and what it asks for of these by name.

    ``scene`` (:class:`~s3agents.cognition.base.Scene`), ``language``, ``phrases`` (what mode ``rules`` says, by
    attitude), and, if the scenario names an endpoint, ``client`` and ``model`` (its section). What it asks the client
    is recorded, and replayed; for that its requests have to be functions of the view.

    Raises:
        InputError: as :func:`s3agents.plugins.make`.
    """
    key = _key(scenario, mind)
    given: dict[str, object] = {
        "scene": scene_of(scenario, mind),
        "language": scenario.language,
        "phrases": phrases(scenario),
    }
    if client is not None:
        given |= {"client": client, "model": scenario.model_of(mind)}
    options = scenario.cognition.options_of(mind)
    made: Cognition = plugins.make("s3agents.cognition", mind.mode, options, key=f"{key}.mode", given=given)
    if not isinstance(made.mode, str) or not made.mode:
        wanted, got = "a mode, its name in records", repr(made.mode)
        raise InputError(explain(f"{key}.mode: plugin {mind.mode!r}", wanted=wanted, got=got))
    who = plugins.called("s3agents.cognition", mind.mode, key=f"{key}.mode")
    return foreign_cognition(made, who, secrets=[*secrets_in(options), *secrets_here()])


def load_packs(scenario: Scenario) -> dict[str, PromptPack]:
    """The prompt packs that a scenario uses, by the name it gives them.

    Raises:
        PromptError: if one is unknown or unusable, or its budget leaves users no room.
    """
    names = {section.prompts for section in scenario.cognition.minds if section.prompts is not None}
    tokens = dict.fromkeys(names, scenario.limits.prompt_tokens) | {HUMAN: None}
    packs = {name: PromptPack.load(name, scenario.language, prompt_tokens=tokens[name]) for name in sorted(names)}
    for section in scenario.cognition.minds:
        if section.prompts is not None:
            packs[section.prompts].check(scene_of(scenario, section))
    if len({pack.name for pack in packs.values()}) < len(packs):
        wanted, remedy = "a name of its own for each", "the name stands in pack.yaml"
        raise PromptError(explain("prompt packs", wanted=wanted, got=", ".join(packs), remedy=remedy))
    return packs


def scene_of(scenario: Scenario, mind: MindSection | None = None) -> Scene:
    """What is the same for every turn of a run, or of those who have ``mind``.

    Raises:
        InputError: if an action of a package cannot be used.
    """
    return Scene(
        topic=scenario.topic,
        question=scenario.question,
        decay=scenario.cognition.decay,
        post_chars=scenario.limits.post_chars,
        minutes=scenario.tick.total_seconds() / 60.0,
        description=mind.description if isinstance(mind, PartSection) else "",
        offer=offer_of(scenario.actions, language=scenario.language),
    )


def phrases(scenario: Scenario) -> dict[Attitude, str]:
    """What an agent of mode ``rules`` says in a post of its own, by attitude."""
    file = prompts_dir() / "rules" / f"{scenario.language}.yaml"
    wording: dict[str, str] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {side: wording[side.value].format(question=scenario.question) for side in Attitude}


def _maker(scenario: Scenario, key: str, mind: MindSection) -> AgentMaker:
    name, options = scenario.cognition.agent_of(mind)
    if name == SOCIAL:
        if options:
            remedy = f"name an installed class in {key}.agent"
            got = ", ".join(options)
            raise ConfigError(
                explain(f"{key}.agent_options", wanted="none, for agents of ours", got=got, remedy=remedy)
            )
        return SocialAgent
    return PluggedAgents(name, options, key=f"{key}.agent")


def _key(scenario: Scenario, mind: MindSection) -> str:
    """Where ``mind`` stands."""
    return next(key for key, other in scenario.cognition.named_minds.items() if other is mind)
