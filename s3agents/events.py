"""What happens in a society: posts, their delivery, and what an agent does about them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, Field, TypeAdapter

from s3agents.ids import PostId, TextId, UserId, text_id
from s3agents.labels import Attitude, Emotion

__all__ = ["Act", "Action", "Delivery", "Post", "PostKind", "Source", "act_of", "decode_post", "encode_post"]

Number = Annotated[int, Field(ge=0)]


class PostKind(StrEnum):
    """How a post came to be: in words of its own, which may answer or quote another's, or as a forward of those."""

    ORIGINAL = "original"
    FORWARD = "forward"
    REPLY = "reply"
    QUOTE = "quote"


class Source(StrEnum):
    """Where a message reached its reader from: the four origins of S3 section 4.1, "Message Authenticity"."""

    SELF = "self"
    MUTUAL = "mutual"
    FOLLOWEE = "followee"
    PLATFORM = "platform"


class Action(StrEnum):
    """What an agent of S3 does with its turn (section 3.3.4); a scenario may offer more (:mod:`s3agents.actions`)."""

    FORWARD = "forward"
    POST = "post"
    INACTIVE = "inactive"


_S3 = {action.value: action for action in Action}


def act_of(name: str) -> str:
    """The action called ``name``: a member of :class:`Action` if it is one of these, else the name itself."""
    return _S3.get(name, name)


Act = Annotated[str, AfterValidator(act_of)]
"""The name of an action, whichever a scenario offers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post. Plain, for a run makes millions; what comes from outside is validated by :func:`decode_post`.

    Attributes:
        id: unique in the run; see :func:`s3agents.ids.post_id`.
        author: who published it.
        tick: when it was published; followers can read it from ``tick + 1``.
        n: its number among the author's posts of that tick, from 0.
        text: what readers see; a forward carries the text of what it forwards.
        kind: of its own words, a forward, a reply or a quote.
        parent: the post that it forwards, quotes or answers.
        root: the first post of the cascade; its own id for one that starts a cascade. Forwards and quotes belong to the
            cascade of their parent, what answers it does not.
        emotion: the author's emotion when publishing, where known.
        attitude: the attitude that the text expresses, where known.
    """

    id: PostId
    author: UserId
    tick: Number
    n: Number = 0
    text: str
    kind: PostKind = PostKind.ORIGINAL
    parent: PostId | None = None
    root: PostId
    emotion: Emotion | None = None
    attitude: Attitude | None = None

    @property
    def order(self) -> tuple[int, str, int]:
        """The total order of posts: by tick, author, number."""
        return (self.tick, self.author, self.n)

    @property
    def text_id(self) -> TextId:
        """Content address of the text."""
        return text_id(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A post in somebody's inbox.

    Attributes:
        post: which.
        source: where it reached them from.
        label: a note of the platform that it is shown with.
        weight: the chance that a reader does not pass over it; less than 1 for one that is down-ranked.
    """

    post: Post
    source: Source
    label: str | None = None
    weight: float = 1.0


_POST: TypeAdapter[Post] = TypeAdapter(Post)


def encode_post(post: Post) -> bytes:
    """``post`` as JSON, for the bus and for saved states."""
    return _POST.dump_json(post, exclude_none=True)


def decode_post(data: bytes | str | dict[str, Any]) -> Post:
    """Inverse of :func:`encode_post`; also takes the decoded mapping.

    Raises:
        pydantic.ValidationError: if ``data`` is not a post.
    """
    return _POST.validate_python(data) if isinstance(data, dict) else _POST.validate_json(data)
