"""Table: the actions that are built in, by name, and those of a scenario, which may come from installed packages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from s3agents import plugins
from s3agents.actions.base import SocialAction
from s3agents.actions.follow import Follow
from s3agents.actions.foreign import ForeignAction
from s3agents.actions.like import Like
from s3agents.actions.offer import DEFAULT_OFFER, Offer
from s3agents.actions.quote import Quote
from s3agents.actions.reply import Reply
from s3agents.actions.unfollow import Unfollow
from s3agents.errors import ConfigError, explain

__all__ = ["ACTIONS", "GROUP", "offer_of"]

GROUP = "s3agents.action"
"""Entry points of packages that have actions of their own."""

_BUILT_IN: tuple[SocialAction, ...] = (*DEFAULT_OFFER.actions, Like(), Reply(), Quote(), Follow(), Unfollow())

ACTIONS: Mapping[str, SocialAction] = MappingProxyType({action.name: action for action in _BUILT_IN})
"""The actions that are built in, by name."""


def offer_of(names: Sequence[str], *, language: str) -> Offer:
    """The actions called ``names``, each the same object whenever it is asked for.

    Args:
        names: as a scenario has them.
        language: that prompts speak.

    Raises:
        InputError: if one is neither built in nor of an installed package, or its package cannot be used.
        ConfigError: if one has no sentence in ``language``.
    """
    offer = _offer(tuple(map(str, names)))
    for number, action in enumerate(offer.actions):
        if action in offer.further and not action.sentences.get(language):
            key = f"actions.{number} ({action.name})"
            wanted, got = f"a sentence in {language!r} for prompts", ", ".join(action.sentences) or "none"
            raise ConfigError(explain(key, wanted=wanted, got=got))
    return offer


def _offer(names: tuple[str, ...]) -> Offer:
    if names == DEFAULT_OFFER.names[:-1]:
        return DEFAULT_OFFER
    return Offer(tuple(_action(name, number) for number, name in enumerate(names)))


def _action(name: str, number: int) -> SocialAction:
    known = ACTIONS.get(name)
    if known is not None:
        return known
    key = f"actions.{number}"
    return _foreign(plugins.load(GROUP, name, key=key), name, key)


@lru_cache(maxsize=64)
def _foreign(kind: object, name: str, key: str) -> SocialAction:
    """The action of a package, made once for each ``kind`` that it offers."""
    del kind
    made = plugins.make(GROUP, name, {}, key=key)
    if not isinstance(made, SocialAction) or made.name != name:
        got = f"one called {made.name!r}" if isinstance(made, SocialAction) else type(made).__name__
        raise ConfigError(explain(f"{key} ({name})", wanted=f"an action called {name!r}", got=got))
    return ForeignAction(made, plugins.called(GROUP, name, key=key))
