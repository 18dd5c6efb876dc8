"""Which model predicts traits, and how it is asked: from the options of ``s3agents infer``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from s3agents.cli.endpoint import settle_model
from s3agents.config.model import ModelSection
from s3agents.errors import InputError, explain
from s3agents.llm.base import ChatCompletionClient
from s3agents.prompts.trait_pack import TextLimits, TraitPack
from s3agents.scenarios import parse_scenario
from s3agents.traits.base import Trait, TraitPredictor
from s3agents.traits.llm.asking import Asker
from s3agents.traits.llm.predictors import llm_method, llm_predictor
from s3agents.traits.llm.shots import Shots
from s3agents.yaml_files import yaml_value

__all__ = ["Questioning", "read_model"]

_SECTION = "model."
_CARRIER = {
    "name": "infer",
    "topic": "traits",
    "question": "traits",
    "ticks": 0,
    "society": {"networkx": "karate_club"},
}


def read_model(
    url: str | None,
    name: str | None,
    overrides: Sequence[str],
    *,
    origin: str = "s3agents infer",
    base: Mapping[str, Any] = MappingProxyType({}),
) -> ModelSection | None:
    """The model that the options name; ``None`` if they name no endpoint.

    The section is checked and settled as that of a scenario, inside of one that has nothing else to say.

    Args:
        url: address of the endpoint.
        name: of the model there.
        overrides: ``model.KEY=VALUE``, each.
        origin: the command, as messages call it.
        base: keys of a model from which the options may differ.

    Raises:
        InputError: if an option is no key of a model, or has a wrong value.
    """
    keys = {**base, **dict(_override(text) for text in overrides)}
    keys |= {key: value for key, value in (("url", url), ("name", name)) if value is not None}
    data = {**_CARRIER, "cognition": {"mode": "llm"}, "model": keys}
    scenario = parse_scenario(data, origin=origin)
    if scenario.model.url is None and "backend" not in keys:
        return None
    return settle_model(scenario).model


@dataclass(frozen=True, slots=True, kw_only=True)
class Questioning:
    """How a language model is asked for traits, whichever model it is.

    Attributes:
        pack: the prompts.
        limits: how much of a user's texts they show.
        seed: of the sampling.
        question: whose answer the attitude is.
        shots: examples of known age, if there are any.
        categories: of occupations.
    """

    pack: TraitPack
    limits: TextLimits
    seed: int
    question: str
    shots: Shots | None
    categories: tuple[str, ...]

    def predictors(
        self,
        traits: Sequence[Trait],
        client: ChatCompletionClient,
        section: ModelSection,
        *,
        groups: Mapping[str, str],
    ) -> dict[Trait, TraitPredictor]:
        """A predictor for each of ``traits``, which asks ``client``.

        Args:
            traits: what is predicted.
            client: the model.
            section: its name, and how it is asked.
            groups: occupations with the category that they are in already.
        """
        asker = Asker(
            client,
            seed=self.seed,
            concurrency=section.concurrency,
            max_tokens=section.max_tokens,
            logprobs=section.logprobs,
            repairs=section.repairs,
        )
        make = partial(
            llm_predictor,
            asker=asker,
            pack=self.pack,
            model=section.name,
            limits=self.limits,
            question=self.question,
            shots=self.shots,
            categories=self.categories,
            groups=groups,
            bounded=section.bound_text,
        )
        return {trait: make(trait) for trait in traits}

    def method(self, section: ModelSection) -> str:
        """How predictions of the model are called."""
        return llm_method(self.pack, section.name)

    def facts(self, trait: Trait, section: ModelSection) -> Mapping[str, Any]:
        """What a society's ``society.json`` tells of how ``trait`` came about."""
        pack = self.pack
        known: dict[str, Any] = {
            "model": section.name,
            "pack": {"name": pack.name, "language": pack.language, "version": pack.version, "sha256": pack.sha256},
            "seed": self.seed,
        }
        if trait == "age":
            known["shots"] = 0 if self.shots is None else self.shots.k
        if trait == "occupation":
            known["categories"] = list(self.categories)
        return known


def _override(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals or not key.startswith(_SECTION):
        raise InputError(explain(f"--set {text!r}", wanted="model.KEY=VALUE", got="something else"))
    return key.removeprefix(_SECTION), yaml_value(value, f"--set {text!r}")
