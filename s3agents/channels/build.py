"""Build: from what a scenario says of a channel to one that recommends, ours or an installed package's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from s3agents import plugins
from s3agents.channels.base import Channel
from s3agents.channels.foreign import ForeignChannel
from s3agents.channels.mix import Mix
from s3agents.channels.random import Random
from s3agents.channels.ranked import Chronological, Popularity
from s3agents.channels.similarity import Similarity
from s3agents.config.channels import ChannelSection, MixPart
from s3agents.errors import ConfigError, explain
from s3agents.secrecy import secrets_here, secrets_in

__all__ = ["KINDS", "build_channel"]

KINDS: Mapping[str, Callable[[], Channel]] = MappingProxyType(
    {"chronological": Chronological, "popularity": Popularity, "random": Random, "similarity": Similarity}
)
"""The built-in kinds."""


def build_channel(section: ChannelSection, *, key: str, given: Mapping[str, Any] = MappingProxyType({})) -> Channel:
    """The channel of ``section``.

    Args:
        section: of the scenario.
        key: of the section, for messages, such as ``channels.0``.
        given: what a plugin gets besides its options, if it asks for it.

    Raises:
        InputError: if a kind is neither built in nor that of a usable plugin, or a built-in one is given options.
    """
    if not section.mix:
        return _part(section.parts[0], key, given)
    parts = [(_part(part, f"{key}.mix.{n}", given), part.weight) for n, part in enumerate(section.mix)]
    return Mix(parts)


def _part(part: MixPart, key: str, given: Mapping[str, Any]) -> Channel:
    if part.kind not in KINDS:
        made: Channel = plugins.make("s3agents.channel", part.kind, part.options, key=f"{key}.kind", given=given)
        who = plugins.called("s3agents.channel", part.kind, key=f"{key}.kind")
        return ForeignChannel(made, who, secrets=[*secrets_in(part.options), *secrets_here()])
    if part.options:
        got = ", ".join(part.options)
        raise ConfigError(explain(f"{key}.options", wanted=f"none with kind {part.kind}", got=got))
    return KINDS[part.kind]()
