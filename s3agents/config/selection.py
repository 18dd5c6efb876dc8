"""Selections: which users and which posts a scenario speaks of, by what they have in common."""

from __future__ import annotations

from pydantic import ConfigDict, Field, model_validator

from s3agents.config.cognition import ClassName
from s3agents.config.section import Section
from s3agents.events import PostKind
from s3agents.labels import Attitude, Emotion
from s3agents.persona import Scalar

__all__ = ["PostsSection", "UsersSection"]


class UsersSection(Section):
    """Users: those who are listed, those of the group, and those who have the attributes and the class; one is given.

    Attributes:
        users: ids.
        group: name of one of ``cognition.groups``: those who think as it says.
        where: attributes that they have (all of them).
        class_: ``class`` in a scenario: influential, regular or low_impact (S3 section 4.1); together with ``where``
            both are asked for.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    users: tuple[str, ...] = ()
    group: str | None = None
    where: dict[str, Scalar] = Field(default_factory=dict)
    class_: ClassName | None = Field(default=None, alias="class")

    @model_validator(mode="after")
    def _somebody(self) -> UsersSection:
        if not (self.users or self.where or self.class_ is not None or self.group is not None):
            raise ValueError("users, group, where or class")
        return self


class PostsSection(Section):
    """Posts: those that are as all the keys say; at least one is given.

    Attributes:
        by: their authors.
        text: a query for keywords that what they say matches: ``(leak OR spill) NOT drill``; see
            :mod:`s3agents.network.keywords`.
        attitude: that they express.
        emotion: of their author when publishing.
        kind: ``original``, ``forward``, or another kind of post that the actions of the scenario make.
        cascade: they are of this cascade: the id of its first post (``TICK.N.AUTHOR``), or the author of the first seed
            post that starts one.
        younger_than: ticks: they were published fewer ticks ago.
        older_than: ticks: they were published more ticks ago.
    """

    by: UsersSection | None = None
    text: str | None = Field(default=None, min_length=1)
    attitude: Attitude | None = None
    emotion: Emotion | None = None
    kind: PostKind | None = None
    cascade: str | None = Field(default=None, min_length=1)
    younger_than: int | None = Field(default=None, ge=2)
    older_than: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _something(self) -> PostsSection:
        if all(getattr(self, name) is None for name in type(self).model_fields):
            raise ValueError(f"one of {', '.join(type(self).model_fields)}")
        return self
