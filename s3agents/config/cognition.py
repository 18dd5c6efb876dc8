"""How agents think: the mode of each group of users and its settings."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from s3agents.config.section import Section
from s3agents.persona import Scalar

__all__ = ["CognitionSection", "GroupSection", "MindSection", "RulesSection"]

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class RulesSection(Section):
    """Parameters of the textbook models behind ``mode: rules`` (see :mod:`s3agents.dynamics`).

    Attributes:
        contagion: probability that one intense message raises the reader's emotion by a level.
        confidence: how far apart opinions may be and still move each other (bounded confidence).
        convergence: share of the distance that one accepted message closes.
        forward: probability that one post is forwarded by a calm reader (independent cascade).
        post: probability that a calm reader writes a post of their own.
        arousal: factor on both for each level of emotion above calm.
    """

    contagion: Share = 0.25
    confidence: Share = 0.6
    convergence: Share = 0.3
    forward: Share = 0.05
    post: Share = 0.02
    arousal: float = Field(default=2.0, ge=0.0)


class MindSection(Section):
    """How one group of users thinks.

    Attributes:
        mode: ``rules`` (no model calls) or ``llm``.
        pack: prompt pack of mode ``llm``: a name under ``prompts/`` or the path of a folder.
        rules: parameters of mode ``rules``.
    """

    mode: Literal["rules", "llm"] = "rules"
    pack: str = "joint"
    rules: RulesSection = RulesSection()


class GroupSection(MindSection):
    """A group of users with a mind of its own; the first group that fits a user counts.

    What a group does not say of its mind is as for everybody else.

    Attributes:
        name: for those who read the scenario.
        users: ids of its members.
        where: attributes that its members have (all of them).
    """

    name: str = Field(min_length=1)
    users: tuple[str, ...] = ()
    where: dict[str, Scalar] = Field(default_factory=dict)


class CognitionSection(MindSection):
    """How agents think, by default and by group.

    Attributes:
        decay: probability that an emotion falls by a level from one tick to the next, before anything is read (S3
            section 4.3).
        prior: probability that a user of unknown attitude starts out positive.
        certainty: probability given to an attitude that the data state.
        spontaneous: probability that an agent who knows of the topic takes a turn in a tick without mail.
        groups: groups that differ from the default.
    """

    decay: Share = 0.3
    prior: Share = 0.5
    certainty: Share = 0.9
    spontaneous: Share = 0.0
    groups: tuple[GroupSection, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _inherited(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("groups"), list | tuple):
            return data
        common = {key: data[key] for key in MindSection.model_fields if key in data}
        return {**data, "groups": [_with_common(common, group) for group in data["groups"]]}


def _with_common(common: dict[str, Any], group: Any) -> Any:
    """``group`` with what it leaves unsaid taken from ``common``, parameter by parameter."""
    if not isinstance(group, dict):
        return group
    merged = {**common, **group}
    if isinstance(common.get("rules"), dict) and isinstance(group.get("rules"), dict):
        merged["rules"] = {**common["rules"], **group["rules"]}
    return merged
