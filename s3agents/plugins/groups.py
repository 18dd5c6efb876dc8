"""Groups: the extension points, each with what a plugin of it has to be, and the names that are ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

__all__ = ["GROUPS", "Group"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """An extension point.

    Attributes:
        name: of the group of entry points.
        thing: what a plugin of it makes, or is, with its article.
        key: where a scenario names one.
        port: where the Protocol stands, as ``module:Class``, for messages.
        methods: of what it makes, with the number of arguments that each is called with.
        attributes: of what it makes.
        ours: names of built-in kinds, which no plugin can take.
    """

    name: str
    thing: str
    key: str
    port: str
    methods: Mapping[str, int] = field(default_factory=dict)
    attributes: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()


_ALL = (
    Group(
        name="s3agents.cognition",
        thing="a cognition",
        key="cognition.mode",
        port="s3agents.cognition.base:Cognition",
        methods={"appraise": 1, "act": 2},
        attributes=("mode",),
        ours=("autogen", "fitted", "human", "llm", "rules", "tiered"),
    ),
    Group(
        name="s3agents.agent",
        thing="a class of agents",
        key="cognition.groups.agent",
        port="s3agents.agents.base:Agent",
        methods={"turn": 3, "settle": 1, "unsaid": 1, "remember_history": 2},
        attributes=("mind", "persona", "profile", "state"),
        ours=("social",),
    ),
    Group(
        name="s3agents.channel",
        thing="a channel",
        key="channels.kind",
        port="s3agents.channels.base:Channel",
        methods={"recommend": 2},
        ours=("chronological", "popularity", "random", "similarity"),
    ),
    Group(
        name="s3agents.intervention",
        thing="an intervention",
        key="interventions.kind",
        port="s3agents.interventions.base:Intervention",
        methods={"act": 2},
        ours=("down_rank", "follow", "inject", "label", "remove", "suspend", "throttle", "unfollow"),
    ),
    Group(
        name="s3agents.embedder",
        thing="an embedder",
        key="memory.embedder.kind",
        port="s3agents.embed.base:Embedder",
        methods={"embed": 1, "close": 0},
        attributes=("name",),
        ours=("hashing", "langchain", "minilm", "openai"),
    ),
    Group(
        name="s3agents.recorder",
        thing="a recorder",
        key="recorders",
        port="s3agents.record.second:SecondRecorder",
        methods={"begin": 2, "commit": 1, "close": 0},
        ours=("sqlite",),
    ),
    Group(name="s3agents.metric", thing="a metric", key="metrics", port="s3agents.report.metrics:Metric"),
    Group(
        name="s3agents.society",
        thing="a reader of societies",
        key="society.reader",
        port="s3agents.network.society:Society",
    ),
    Group(
        name="s3agents.action",
        thing="an action",
        key="actions",
        port="s3agents.actions.base:SocialAction",
        methods={"fits": 2, "target": 1, "says": 3, "effect": 1},
        attributes=("name", "aims", "writes", "kind", "spreads", "steers", "sentences", "writing"),
        ours=("follow", "forward", "inactive", "like", "post", "quote", "reply", "unfollow"),
    ),
)

GROUPS: Mapping[str, Group] = MappingProxyType({group.name: group for group in _ALL})
"""The extension points by the name of their group of entry points."""
