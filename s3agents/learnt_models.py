"""Learnt models of a scenario: read and checked before a run begins, and noted in it by their digests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from s3agents.behaviour.model import BehaviourModel
from s3agents.behaviour.model_file import behaviour_digest, read_behaviour
from s3agents.config import Scenario
from s3agents.config.cognition import CognitionSection, MindSection, TiersSection
from s3agents.errors import ConfigError, explain

__all__ = ["load_learnt", "with_learnt_digests"]

S = TypeVar("S", bound=MindSection)


def load_learnt(scenario: Scenario) -> dict[str, BehaviourModel]:
    """The models of mode ``fitted``, by the folder that the scenario names.

    Raises:
        InputError: if none is named, or one is missing, broken, or has not learnt who forwards.
    """
    minds = scenario.cognition.minds
    return {folder: _model(folder) for folder in sorted({_folder(mind) for mind in minds if mind.mode == "fitted"})}


def with_learnt_digests(scenario: Scenario, models: Mapping[str, BehaviourModel]) -> Scenario:
    """``scenario`` with the digest of each model beside its folder.

    Raises:
        ConfigError: if a digest is there already, and is another model's.
    """
    cognition = scenario.cognition
    groups = tuple(_noted(group, f"cognition.groups.{i}", models) for i, group in enumerate(cognition.groups))
    noted = _noted(cognition, "cognition", models)
    noted = noted.model_copy(update={"groups": groups, "tiers": _noted_tiers(cognition, models)})
    return scenario.model_copy(update={"cognition": noted}) if models else scenario


def _folder(mind: MindSection) -> str:
    if mind.learnt is None:
        remedy = "name it with --learnt MODEL; s3agents fit DATA -o MODEL makes one"
        wanted = "the folder of a model for mode fitted"
        raise ConfigError(explain("cognition.learnt", wanted=wanted, got="none", remedy=remedy))
    return mind.learnt


def _model(folder: str) -> BehaviourModel:
    model = read_behaviour(Path(folder))
    if not model.acts:
        wanted, got = "a model that has learnt who forwards", model.facts.parts["forward"].not_learnt
        remedy = "fit it on cascades with exposures"
        raise ConfigError(explain(folder, wanted=wanted, got=f"one from {got}", remedy=remedy))
    return model


def _noted_tiers(cognition: CognitionSection, models: Mapping[str, BehaviourModel]) -> TiersSection | None:
    tiers = cognition.tiers
    if tiers is None or cognition.mode != "tiered":
        return tiers
    named = {name: tier for name in TiersSection.model_fields if (tier := getattr(tiers, name)) is not None}
    noted = {name: _noted(tier, f"cognition.tiers.{name}", models) for name, tier in named.items()}
    return tiers.model_copy(update=noted)


def _noted(mind: S, key: str, models: Mapping[str, BehaviourModel]) -> S:
    if mind.mode != "fitted" or mind.learnt is None:
        return mind
    digest = behaviour_digest(models[mind.learnt].facts)
    if mind.learnt_digest not in (None, digest):
        wanted = f"the model with the digest {str(mind.learnt_digest)[:12]}"
        remedy = f"put that model there, or take {key}.learnt_digest out"
        raise ConfigError(explain(f"{key}.learnt", wanted=wanted, got=f"{mind.learnt}, {digest[:12]}", remedy=remedy))
    return mind.model_copy(update={"learnt_digest": digest})
