"""ForeignAction: an action of others: what fails in it ends the run, with its name and its package."""

from __future__ import annotations

from s3agents.actions.base import Effect, SocialAction
from s3agents.errors import RunError
from s3agents.events import Delivery, Post
from s3agents.ids import PostId, UserId
from s3agents.labels import Attitude
from s3agents.secrecy import failures_as

__all__ = ["ForeignAction"]


class ForeignAction(SocialAction):
    """An action that is not ours.

    Args:
        inner: the action.
        who: as messages call it.
    """

    def __init__(self, inner: SocialAction, who: str) -> None:
        self._inner, self._who = inner, who
        self.name, self.aims, self.writes, self.kind = inner.name, inner.aims, inner.writes, inner.kind
        self.spreads, self.steers = inner.spreads, inner.steers
        self.sentences, self.writing = inner.sentences, inner.writing

    def fits(self, read: Delivery, reader: UserId) -> bool:
        """Whether what was read can be its target.

        Raises:
            RunError: if the action fails; so do all the methods below.
        """
        with failures_as(RunError, self._who):
            return bool(self._inner.fits(read, reader))

    def target(self, read: Post) -> PostId:
        """What the record calls its target."""
        with failures_as(RunError, self._who):
            return self._inner.target(read)

    def says(self, text: str, read: Post | None, stance: Attitude) -> tuple[str, Attitude | None]:
        """What its post says, and the attitude that this expresses."""
        with failures_as(RunError, self._who):
            said, attitude = self._inner.says(text, read, stance)
            return str(said), attitude

    def effect(self, target: PostId | None) -> Effect:
        """What it changes."""
        with failures_as(RunError, self._who):
            return self._inner.effect(target)
