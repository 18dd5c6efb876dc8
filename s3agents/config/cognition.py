"""How agents think: the mode of each group of users and its settings."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from s3agents.config.classes import ClassThresholds
from s3agents.config.model import OwnModelSection
from s3agents.config.section import Section, later
from s3agents.persona import Scalar

__all__ = [
    "MODES",
    "SOCIAL",
    "ActionName",
    "CognitionSection",
    "FittedSection",
    "GroupSection",
    "MindSection",
    "PartSection",
    "RulesSection",
    "TierSection",
    "TiersSection",
]

Share = Annotated[float, Field(ge=0.0, le=1.0)]
ActionName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=40)]
ClassName = Literal["influential", "regular", "low_impact"]
Mode = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$")]

MODES = ("autogen", "fitted", "human", "llm", "rules")
"""Modes that are built in; any other is the name of a cognition that a package brings along."""

SOCIAL = "social"
"""The agents that are ours."""

_PROMPTED = {"autogen", "human", "llm"}
_PACKS = {"human": "human"}
_UNSAID = {"options", "agent", "agent_options"}


class RulesSection(Section):
    """Parameters of the textbook models behind ``mode: rules`` (see :mod:`s3agents.dynamics`).

    Attributes:
        contagion: probability that one intense message raises the reader's emotion by a level.
        confidence: how far apart opinions may be and still move each other (bounded confidence).
        convergence: share of the distance that one accepted message closes.
        forward: probability that one post is forwarded by a calm reader (independent cascade).
        post: probability that a calm reader writes a post of their own.
        arousal: factor on both for each level of emotion above calm.
        labelled: factor on the probability that a post is forwarded which the platform has labelled: warning labels
            reduced sharing by 24.7 % on average (Martel and Rand 2024, Nature Human Behaviour).
        actions: of other actions of the scenario, the probability that one post which it can be about is answered with
            it, or, where it needs none, that it is done in a turn; in the order in which the scenario has them, each
            has its chance if nothing before it is done.
    """

    contagion: Share = 0.25
    confidence: Share = 0.6
    convergence: Share = 0.3
    forward: Share = 0.05
    post: Share = 0.02
    arousal: float = Field(default=2.0, ge=0.0)
    labelled: Share = later(0.75)
    actions: dict[ActionName, Share] = later({})

    @field_validator("actions")
    @classmethod
    def _others(cls, actions: dict[str, float]) -> dict[str, float]:
        if ours := [name for name in ("forward", "post", "inactive") if name in actions]:
            raise ValueError(f"actions beside forward, post and inactive, not {', '.join(ours)}")
        return actions


class FittedSection(Section):
    """Parameters of mode ``fitted``; ``s3agents calibrate`` sets the first two.

    Attributes:
        base_rate: factor on the odds of a forward.
        time_scale: factor on the delay until an act.
        elapsed: minutes from when the news broke to tick 0; ``None`` if unknown.
        hour: of the day in UTC at tick 0; ``None`` if unknown.
    """

    base_rate: float = Field(default=1.0, gt=0.0, allow_inf_nan=False)
    time_scale: float = Field(default=1.0, ge=0.0, allow_inf_nan=False)
    elapsed: float | None = Field(default=0.0, ge=0.0, allow_inf_nan=False)
    hour: float | None = Field(default=None, ge=0.0, lt=24.0)


class MindSection(Section):
    """How one group of users thinks.

    Attributes:
        mode: ``rules`` (no model calls), ``fitted`` (learnt from data, no model calls), ``llm``, ``human`` (answers are
            typed at the terminal), ``autogen`` (each turn is a message to an agent of AutoGen), or the name of a
            cognition of an installed package. Where none is stated and no endpoint is named, a scenario with ``learnt``
            is ``fitted``, any other ``rules``. For all users together also ``tiered``: by class of user, as
            :attr:`CognitionSection.tiers` says.
        pack: prompt pack of the modes ``llm`` and ``autogen``: a name under ``prompts/`` or the path of a folder.
        rules: parameters of mode ``rules``, and of what mode ``fitted`` has not learnt.
        learnt: folder of the model of mode ``fitted``, which ``s3agents fit`` makes.
        learnt_digest: of that model; a run notes it. Where it is given, the model has to be that one.
        fitted: parameters of mode ``fitted``.
        options: of the cognition of a package: keyword arguments; of mode ``autogen``: ``provider`` and ``config`` of
            an agent, as ``dump_component`` gives them. Unsaid, those of everybody in the same mode.
        agent: name of a class of agents of an installed package; ``social`` for ours. Unsaid, as everybody.
        agent_options: its keyword arguments.
    """

    mode: Mode = "rules"
    pack: str = "joint"
    rules: RulesSection = RulesSection()
    learnt: str | None = Field(default=None, min_length=1)
    learnt_digest: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    fitted: FittedSection = FittedSection()
    options: dict[str, Any] | None = later(None)
    agent: str | None = later(None, min_length=1)
    agent_options: dict[str, Any] | None = later(None)

    @property
    def prompts(self) -> str | None:
        """The prompt pack that it asks with; ``None`` where a turn is no question."""
        return _PACKS.get(self.mode, self.pack) if self.mode in _PROMPTED else None

    @property
    def plugged(self) -> bool:
        """Whether its cognition is one of an installed package."""
        return self.mode not in (*MODES, "tiered")


class PartSection(MindSection):
    """How a part of the users thinks, be it a group or a class.

    Attributes:
        model: what they are asked with in mode ``llm``, as far as it is another than the scenario's ``model``.
        description: who they are, told in their prompts before what is known of each: "You write for the local paper."
    """

    model: OwnModelSection | None = later(None)
    description: str = later("", max_length=2000)

    @field_validator("mode")
    @classmethod
    def _not_tiered(cls, mode: str) -> str:
        if mode == "tiered":
            raise ValueError(f"{', '.join(repr(name) for name in MODES)} or the name of an installed cognition")
        return mode

    @field_validator("description")
    @classmethod
    def _on_one_line(cls, text: str) -> str:
        return " ".join(text.split())


class GroupSection(PartSection):
    """A group of users with a mind of its own; the first group that fits a user counts.

    What a group does not say of its mind is as for everybody else.

    Attributes:
        name: for those who read the scenario, and for the draws of ``share``.
        users: ids of its members.
        where: attributes that its members have (all of them).
        class_: ``class`` in a scenario: its members are of this class (S3 section 4.1); together with ``where`` both
            are asked for.
        share: of those who are listed or fit ``where`` and ``class``, or of everybody where none of these is given, so
            large a part, drawn from the seed of the scenario.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    name: str = Field(min_length=1)
    users: tuple[str, ...] = ()
    where: dict[str, Scalar] = Field(default_factory=dict)
    class_: ClassName | None = later(None, alias="class")
    share: float | None = later(None, gt=0.0, le=1.0)


class TierSection(PartSection):
    """How the users of one class think. What it does not say, but for the mode, is as in ``cognition`` itself."""

    mode: Mode


class TiersSection(Section):
    """Minds by class of user, for mode ``tiered``: as S3 has it, the few who are heard cost more thought.

    A tier is a section, or the word for its mode: ``influential: llm``.

    Attributes:
        influential: users with far more followers than followees, and not silent (S3 section 4.1).
        regular: all who are neither.
        low_impact: users with few followers and few posts.
        others: the classes that are not named; needed unless all three are.
    """

    influential: TierSection | None = None
    regular: TierSection | None = None
    low_impact: TierSection | None = None
    others: TierSection | None = None

    @model_validator(mode="after")
    def _everybody(self) -> TiersSection:
        unnamed = [name for name in ("influential", "regular", "low_impact") if getattr(self, name) is None]
        if unnamed and self.others is None:
            raise ValueError(f"a mind for every class: nobody says how {', '.join(unnamed)} think (or others)")
        return self

    def of(self, name: str) -> TierSection:
        """How the class ``name`` thinks; see :data:`s3agents.network.classes.CLASSES`."""
        tier: TierSection | None = getattr(self, name) or self.others
        if tier is None:
            raise ValueError(f"no tier for {name!r}")
        return tier


class CognitionSection(MindSection):
    """How agents think, by default, by class and by group.

    Attributes:
        decay: probability that an emotion falls by a level from one tick to the next, before anything is read (S3
            section 4.3).
        prior: probability that a user of unknown attitude starts out positive.
        certainty: probability given to an attitude that the data state.
        spontaneous: probability that an agent who knows of the topic takes a turn in a tick without mail.
        tiers: minds by class of user, in mode ``tiered``, which is the mode where there are tiers and none is stated.
        classes: where the classes begin.
        groups: groups that differ from the default, and from the tier of their members.
    """

    decay: Share = 0.3
    prior: Share = 0.5
    certainty: Share = 0.9
    spontaneous: Share = 0.0
    tiers: TiersSection | None = None
    classes: ClassThresholds = ClassThresholds()
    groups: tuple[GroupSection, ...] = ()

    @property
    def minds(self) -> tuple[MindSection, ...]:
        """All minds that users may have: of the default or the tiers, and of the groups."""
        return tuple(self.named_minds.values())

    @property
    def named_minds(self) -> dict[str, MindSection]:
        """All minds that users may have, by the key of a scenario under which each stands."""
        groups = {f"cognition.groups.{number}": group for number, group in enumerate(self.groups)}
        if self.mode != "tiered" or self.tiers is None:
            return {"cognition": self, **groups}
        tiers: dict[str, MindSection] = {}
        for name in ("influential", "regular", "low_impact"):
            tier = self.tiers.of(name)
            if not any(tier is other for other in tiers.values()):
                tiers[f"cognition.tiers.{name if tier is getattr(self.tiers, name) else 'others'}"] = tier
        return {**tiers, **groups}

    def options_of(self, mind: MindSection) -> dict[str, Any]:
        """The options of the cognition of ``mind``, one of these minds."""
        said = self.options if mind.options is None and mind.mode == self.mode else mind.options
        return dict(said or {})

    def agent_of(self, mind: MindSection) -> tuple[str, dict[str, Any]]:
        """The name of the agents of ``mind``, one of these minds, and their options."""
        said = self if mind.agent is None and mind.agent_options is None else mind
        return mind.agent or self.agent or SOCIAL, dict(said.agent_options or {})

    @model_validator(mode="before")
    @classmethod
    def _inherited(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        tiers, groups = data.get("tiers"), data.get("groups")
        if tiers is not None and "mode" not in data:
            data = {**data, "mode": "tiered"}
        common = {key: data[key] for key in MindSection.model_fields if key in data and key not in _UNSAID}
        if isinstance(tiers, dict):
            settings = {key: value for key, value in common.items() if key != "mode"}
            data = {**data, "tiers": {name: _with_common(settings, _mind(tier)) for name, tier in tiers.items()}}
        if isinstance(groups, list | tuple):
            shared = {key: value for key, value in common.items() if (key, value) != ("mode", "tiered")}
            data = {**data, "groups": [_with_common(shared, group) for group in groups]}
        return data

    @model_validator(mode="after")
    def _complete(self) -> CognitionSection:
        if self.mode != "tiered":
            return self
        if self.tiers is None:
            raise ValueError("tiers for mode tiered, such as tiers: {influential: llm, others: rules}")
        for group in self.groups:
            if "mode" not in group.model_fields_set:
                raise ValueError(f"a mode for group {group.name!r}, for everybody else is tiered")
        return self


def _mind(tier: Any) -> Any:
    """The section that the name of a mode stands for."""
    return {"mode": tier} if isinstance(tier, str) else tier


def _with_common(common: dict[str, Any], group: Any) -> Any:
    """``group`` with what it leaves unsaid taken from ``common``, parameter by parameter."""
    if not isinstance(group, dict):
        return group
    merged = {**common, **group}
    for key in ("rules", "fitted"):
        if isinstance(common.get(key), dict) and isinstance(group.get(key), dict):
            merged[key] = {**common[key], **group[key]}
    return merged
