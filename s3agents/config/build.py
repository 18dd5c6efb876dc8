"""What a society is made of when it is built from raw data (S3 section 4.2.1): topic, core, neighbourhood, clean-up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from s3agents.config.classes import ClassThresholds
from s3agents.config.section import Section

__all__ = ["BuildOptions", "Cleaning", "Via"]

Via = Literal["both", "followees", "followers"]
_Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]


def _moment(value: Any) -> Any:
    """A date or time in ISO 8601, UTC unless it says otherwise."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("a date or time such as 2015-01-07 or 2015-01-07T12:00:00+01:00") from None
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value


_Moment = Annotated[datetime, BeforeValidator(_moment)]


class Cleaning(Section):
    """Which users are taken for bots and zombies. A criterion that is ``null`` is not asked for.

    No such rule finds bots well by itself: Cresci et al. (2015, Decision Support Systems 80, "Fame for sale") show it
    for the rules of thumb of their time. So the thresholds are high, every one of them can be moved, and the account of
    a build says how many users each has cost.

    Attributes:
        posts_per_day: at least so many posts a day, by the platform's count over the age of the account, or by the
            posts of the data over their span; both at least a day. 50 is "heavy automation" after Kollanyi, Howard and
            Woolley (2016, COMPROP Data Memo 2016.1), who count posts on the hashtags of an event.
        duplicate_share: at least this share of a user's own posts (no forwards) repeats an earlier one of theirs, word
            for word; a convention of ours.
        duplicate_posts: asked for from so many own posts on; a convention of ours.
        follow_ratio: at least so many followees for each follower, by the platform's counts; 50 to 1 is a rule of
            Socialbakers, as reviewed by Cresci et al. (2015).
        follow_ratio_followees: asked for from so many followees on; a convention of ours, to spare newcomers.
        zombie_posts: at most so many posts ever, while following somebody, with no bio and hardly any followers.
            Silence and an empty profile are among the marks of fake followers that Cresci et al. (2015) review; the
            numbers are conventions of ours.
        zombie_followers: at most so many followers.
        exempt_verified: whether accounts that the platform vouches for are kept whatever they do.
    """

    posts_per_day: _Positive | None = 50.0
    duplicate_share: Annotated[float, Field(gt=0.0, le=1.0)] | None = 0.5
    duplicate_posts: int = Field(default=10, ge=2)
    follow_ratio: _Positive | None = 50.0
    follow_ratio_followees: int = Field(default=1000, ge=1)
    zombie_posts: Annotated[int, Field(ge=0)] | None = 1
    zombie_followers: int = Field(default=0, ge=0)
    exempt_verified: bool = True


class BuildOptions(Section):
    """How a society is cut out of raw data (S3 section 4.2.1).

    Attributes:
        keywords: queries of :func:`s3agents.network.keywords.keyword_query`, of which a post on the topic matches one;
            without any, every post is on the topic.
        since: posts on the topic are not older.
        until: posts on the topic are older.
        via: whom a user brings in: those they follow, those who follow them, or both.
        depth: how many steps from the core, the authors of posts on the topic; 0 is the core alone.
        cleaning: who is left out as a bot or a zombie; ``None`` leaves out nobody.
        largest_component: keep only the largest part that hangs together along edges of any direction.
        max_users: keep so many users: the core first, then those with most edges to and from it, ties by id.
        posts: of the users kept, ``all`` posts or those on the ``topic``.
        posts_per_user: of those, the newest so many of each user.
        classes: where the classes of users begin.
    """

    keywords: tuple[str, ...] = ()
    since: _Moment | None = None
    until: _Moment | None = None
    via: Via = "both"
    depth: int = Field(default=1, ge=0, le=100)
    cleaning: Cleaning | None = Cleaning()
    largest_component: bool = False
    max_users: int | None = Field(default=None, ge=1)
    posts: Literal["all", "topic"] = "all"
    posts_per_user: int | None = Field(default=None, ge=1)
    classes: ClassThresholds = ClassThresholds()

    @model_validator(mode="after")
    def _some_time(self) -> BuildOptions:
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise ValueError("a since that is before until")
        return self
