"""Post: to write something of one's own (S3 section 3.3.3), which may answer what was read."""

from __future__ import annotations

from s3agents.actions.base import Aim, SocialAction
from s3agents.events import Action, PostKind

__all__ = ["Post"]


class Post(SocialAction):
    """A post with a text of its own, which begins a cascade; packs say what it is."""

    name: str = Action.POST
    aims = Aim.MAYBE
    writes = True
    kind = PostKind.ORIGINAL
