"""Build: from what a scenario says of an intervention to one that can act, ours or an installed package's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from s3agents import plugins
from s3agents.config import interventions as sections
from s3agents.config.timing import TimedSection
from s3agents.interventions.accounts import Follow, Suspend, Unfollow
from s3agents.interventions.base import Intervention
from s3agents.interventions.foreign import ForeignIntervention
from s3agents.interventions.posts import DownRank, Inject, Label, Remove
from s3agents.interventions.selecting import Selecting
from s3agents.interventions.throttle import Throttle
from s3agents.secrecy import secrets_here, secrets_in

__all__ = ["HOLDING", "KINDS", "ONCE", "build_intervention"]

HOLDING = frozenset({"suspend", "throttle"})
"""Kinds that hold only as long as they are in force: done at a tick, they are in force from it on."""


ONCE = frozenset({"follow", "inject", "unfollow"})
"""Kinds that are done once, in the first tick in which they would be in force."""


def build_intervention(
    section: TimedSection, selecting: Selecting, *, key: str, given: Mapping[str, Any] = MappingProxyType({})
) -> Intervention:
    """The intervention of ``section``.

    Args:
        section: of the scenario.
        selecting: the users and posts that it speaks of.
        key: of the section, for messages, such as ``interventions.0``.
        given: what a plugin gets besides its options, if it asks for it.

    Raises:
        InputError: if it speaks of what does not exist, or its kind is neither built in nor that of a usable plugin.
    """
    if isinstance(section, sections.PluginInterventionSection):
        made: Intervention = plugins.make(
            "s3agents.intervention", section.kind, section.options, key=f"{key}.kind", given=given
        )
        who = plugins.called("s3agents.intervention", section.kind, key=f"{key}.kind")
        return ForeignIntervention(made, who, secrets=[*secrets_in(section.options), *secrets_here()])
    kind: str = getattr(section, "kind", "")
    return KINDS[kind](section, selecting, key)


def _inject(section: Any, selecting: Selecting, key: str) -> Intervention:
    author = selecting.user(section.author, f"{key}.author")
    return Inject(author, section.text, attitude=section.attitude, emotion=section.emotion)


def _remove(section: Any, selecting: Selecting, key: str) -> Intervention:
    return Remove(selecting.posts(section.posts, f"{key}.posts"))


def _label(section: Any, selecting: Selecting, key: str) -> Intervention:
    return Label(selecting.posts(section.posts, f"{key}.posts"), section.text)


def _down_rank(section: Any, selecting: Selecting, key: str) -> Intervention:
    return DownRank(selecting.posts(section.posts, f"{key}.posts"), section.weight)


def _suspend(section: Any, selecting: Selecting, key: str) -> Intervention:
    return Suspend(selecting.users(section.who, f"{key}.who"))


def _follow(section: Any, selecting: Selecting, key: str) -> Intervention:
    return Follow(selecting.users(section.who, f"{key}.who"), selecting.users(section.whom, f"{key}.whom"))


def _unfollow(section: Any, selecting: Selecting, key: str) -> Intervention:
    return Unfollow(selecting.users(section.who, f"{key}.who"), selecting.users(section.whom, f"{key}.whom"))


def _throttle(section: Any, selecting: Selecting, key: str) -> Intervention:
    posts = None if section.posts is None else selecting.posts(section.posts, f"{key}.posts")
    return Throttle(share=section.share, most=section.most, posts=posts)


KINDS: Mapping[str, Callable[[Any, Selecting, str], Intervention]] = MappingProxyType(
    {
        "down_rank": _down_rank,
        "follow": _follow,
        "inject": _inject,
        "label": _label,
        "remove": _remove,
        "suspend": _suspend,
        "throttle": _throttle,
        "unfollow": _unfollow,
    }
)
"""The built-in kinds."""
