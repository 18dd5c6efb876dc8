"""Contenders: the minds that are held against individuals, made from a model's section, packs and fitted models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import yaml

from s3agents.behaviour.model import BehaviourModel
from s3agents.cognition.fitted import FittedCognition
from s3agents.cognition.llm import LlmCognition
from s3agents.cognition.rules import RulesCognition
from s3agents.config.cognition import FittedSection, RulesSection
from s3agents.config.model import ModelSection
from s3agents.errors import PromptError, explain
from s3agents.evaluation.individual.asking import Contender
from s3agents.evaluation.individual.probe import Probe
from s3agents.labels import Attitude
from s3agents.llm.base import ChatCompletionClient
from s3agents.persona import Persona
from s3agents.prompts import PromptPack
from s3agents.resources import prompts_dir

__all__ = ["fitted_contender", "llm_contenders", "load_prompt_packs", "rules_contender"]


def rules_contender(language: str = "en", section: RulesSection | None = None) -> Contender:
    """The textbook models, by default with their defaults; they read what posts state, not their words."""
    mind = RulesCognition(section or RulesSection(), phrases=_phrases(language))
    return Contender(name=mind.mode, cognition=mind, saw=_saw_nothing)


def fitted_contender(model: BehaviourModel, language: str = "en") -> Contender:
    """What was learnt from observed behaviour; it knows what it learnt from, and how often people forwarded there.

    Args:
        model: what was learnt.
        language: of its sentences.
    """
    phrases = _phrases(language)

    def mind(people: Callable[[str], Persona | None], section: FittedSection) -> FittedCognition:
        return FittedCognition(model, section, rules=RulesSection(), phrases=phrases, people=people)

    plain = mind(_nobody, FittedSection())
    return Contender(
        name=plain.mode,
        cognition=plain,
        at=lambda probe: mind(probe.people, FittedSection(elapsed=probe.elapsed, hour=probe.hour)),
        saw=partial(_saw, model),
        base_rate=_rate(model),
    )


def load_prompt_packs(names: Sequence[str], language: str) -> list[PromptPack]:
    """The packs of these names, each once.

    Raises:
        PromptError: if one is unknown or unusable, or two have the same name.
    """
    packs = [PromptPack.load(name, language) for name in dict.fromkeys(names)]
    if len({pack.name for pack in packs}) < len(packs):
        got, remedy = ", ".join(names), "the name stands in pack.yaml"
        raise PromptError(explain("prompt packs", wanted="a name of its own for each", got=got, remedy=remedy))
    return packs


def llm_contenders(client: ChatCompletionClient, section: ModelSection, packs: Sequence[PromptPack]) -> list[Contender]:
    """A mind for each pack; nobody knows what its language model has seen.

    Args:
        client: the model, with its wrappers.
        section: how it is asked.
        packs: the prompts.
    """
    minds = [
        LlmCognition(
            client,
            pack,
            temperature=section.temperature,
            max_tokens=section.max_tokens,
            logprobs=section.logprobs,
            repairs=section.repairs,
            bound_text=section.bound_text,
            bound_acts=section.bound_acts,
        )
        for pack in packs
    ]
    return [Contender(name=mind.mode, cognition=mind) for mind in minds]


def _phrases(language: str) -> dict[Attitude, str]:
    """What is said where no words are chosen, without the question that it answers."""
    file = prompts_dir() / "rules" / f"{language}.yaml"
    if not file.is_file():
        raise PromptError(explain("language of mode rules", wanted="en or zh", got=repr(language)))
    wording: dict[str, str] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {side: wording[side.value].format(question="").strip() for side in Attitude}


def _saw_nothing(probe: Probe) -> bool:
    del probe
    return False


def _saw(model: BehaviourModel, probe: Probe) -> bool:
    if probe.case is not None and model.saw_case(probe.case):
        return True
    return any(model.saw_text(text) for text in probe.texts)


def _rate(model: BehaviourModel) -> float | None:
    """Share of exposures that were forwarded where the probabilities of ``model`` were calibrated."""
    exposures = model.facts.parts["forward"].cross_validation.get("exposures", {})
    rate = exposures.get("rate")
    return float(rate) if isinstance(rate, int | float) else None


def _nobody(user: str) -> None:
    del user
