"""Quote: to pass on what was read with a remark of one's own.

It belongs to the cascade of what it quotes, as a forward does, and says on which side its author is. Cascades and their
trees count it; what counts forwards does not.
"""

from __future__ import annotations

from types import MappingProxyType

from s3agents.actions.base import Aim, SocialAction
from s3agents.events import Post, PostKind
from s3agents.labels import Attitude

__all__ = ["Quote"]

_QUOTED_CHARS = 280
_ELLIPSIS = "…"


class Quote(SocialAction):
    """A post with a text of its own that carries that of another, in the cascade of that one."""

    name = "quote"
    aims = Aim.POST
    writes = True
    kind = PostKind.QUOTE
    spreads = True
    sentences = MappingProxyType(
        {
            "en": "pass a post on with a remark of your own, which may agree or object; the post is shown under it",
            "zh": "转发一条帖子并加上自己的评论，可以赞同也可以反对；原帖会附在评论后面",
        }
    )
    writing = MappingProxyType(
        {"en": "a remark of your own on post {n}, which is shown under it", "zh": "对第 {n} 条帖子的评论，原帖附在后面"}
    )

    def says(self, text: str, read: Post | None, stance: Attitude) -> tuple[str, Attitude | None]:
        """The remark before what is quoted, of which at most 280 characters are carried: quotes may be quoted again."""
        if read is None:
            return text, stance
        quoted = read.text if len(read.text) <= _QUOTED_CHARS else read.text[: _QUOTED_CHARS - 1] + _ELLIPSIS
        return f"{text} RT @{read.author}: {quoted}", stance
