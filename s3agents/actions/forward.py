"""Forward: to pass on what was read, in its own words (S3 section 3.3.4)."""

from __future__ import annotations

from s3agents.actions.base import Aim, SocialAction
from s3agents.events import Action, Post, PostKind
from s3agents.labels import Attitude

__all__ = ["Forward"]


class Forward(SocialAction):
    """A post with the text of another, in the cascade of that one; packs say what it is."""

    name: str = Action.FORWARD
    aims = Aim.POST
    kind = PostKind.FORWARD
    spreads = True

    def says(self, text: str, read: Post | None, stance: Attitude) -> tuple[str, Attitude | None]:
        """What is forwarded, and the attitude which that expresses, whatever its own."""
        return (text, stance) if read is None else (read.text, read.attitude)
