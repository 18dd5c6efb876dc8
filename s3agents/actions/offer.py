"""Offer: the actions of a scenario, and what of them is possible for one who has read these posts and no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from s3agents.actions.base import Aim, SocialAction
from s3agents.actions.forward import Forward
from s3agents.actions.post import Post
from s3agents.events import Action, Delivery
from s3agents.ids import UserId

__all__ = ["DEFAULT_OFFER", "Choice", "Choices", "Offer"]


class Choice(NamedTuple):
    """An action that is possible in a turn.

    Attributes:
        name: of the action.
        numbers: of the posts that it can be about, from 1; 0 where it can be about none.
        writes: whether it comes with a text.
    """

    name: str
    numbers: tuple[int, ...]
    writes: bool


Choices = tuple[Choice, ...]


@dataclass(frozen=True)
class Offer:
    """What agents of a scenario can do, beside nothing.

    Attributes:
        actions: in the order in which they are offered; each once.
    """

    actions: tuple[SocialAction, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All that an agent can do, to do nothing last."""
        return (*(action.name for action in self.actions), Action.INACTIVE)

    @cached_property
    def further(self) -> tuple[SocialAction, ...]:
        """The actions that prompt packs do not speak of by themselves."""
        return tuple(action for action in self.actions if not isinstance(action, Forward | Post))

    @cached_property
    def usual(self) -> bool:
        """Whether it is S3's: to forward, to post, or to do nothing."""
        return self.names == tuple(Action)

    @cached_property
    def steers(self) -> bool:
        """Whether any action has an effect beside its post."""
        return any(action.steers for action in self.actions)

    def find(self, name: str) -> SocialAction | None:
        """The action called ``name``; ``None`` if it is not offered, and for doing nothing."""
        return self._by_name.get(name)

    def choices(self, perceived: Sequence[Delivery], reader: UserId) -> Choices:
        """What ``reader`` can do who has read ``perceived``, to do nothing last."""
        if self.usual:
            return self.among(len(perceived))
        found = [_choice(action, _fitting(action, perceived, reader)) for action in self.actions]
        return (*(choice for choice in found if choice.numbers), _INACTIVE)

    def among(self, posts: int) -> Choices:
        """What can be done about so many posts, whichever they are, to do nothing last."""
        return _among(self, posts)

    @cached_property
    def _by_name(self) -> dict[str, SocialAction]:
        return {action.name: action for action in self.actions}


_INACTIVE = Choice(Action.INACTIVE, (0,), False)

DEFAULT_OFFER = Offer((Forward(), Post()))
"""What agents can do where a scenario says nothing else."""


@lru_cache(maxsize=1024)
def _among(offer: Offer, posts: int) -> Choices:
    numbers = tuple(range(1, posts + 1))
    found = [_choice(action, () if action.aims is Aim.NONE else numbers) for action in offer.actions]
    return (*(choice for choice in found if choice.numbers), _INACTIVE)


def _fitting(action: SocialAction, perceived: Sequence[Delivery], reader: UserId) -> tuple[int, ...]:
    if action.aims is Aim.NONE:
        return ()
    return tuple(n for n, read in enumerate(perceived, 1) if action.fits(read, reader))


def _choice(action: SocialAction, fitting: tuple[int, ...]) -> Choice:
    return Choice(action.name, fitting if action.aims is Aim.POST else (0, *fitting), action.writes)
