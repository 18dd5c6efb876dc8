"""Synthetic societies: how many users, ties and posts, and how they are spread."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from s3agents.config.classes import ClassThresholds
from s3agents.config.section import Section

__all__ = ["PRESETS", "THEMES", "ClassShares", "GenerateSection"]

THEMES = ("general", "gender", "nuclear")
"""Topics that come with templates of posts of their own."""

PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "s3-gender": {"users": 8_563, "relations": 25_656, "posts": 103_905, "topic": "gender"},
        "s3-nuclear": {"users": 17_945, "relations": 77_435, "posts": 229_450, "topic": "nuclear"},
    }
)
"""Sizes of the two networks of S3 (section 3.2, Table 1); all that Table 1 does not say is as for any society."""

_RELATIONS_EACH, _POSTS_EACH = 4, 8
_SHARES = 1e-6
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Exponent = Annotated[float, Field(gt=1.0, le=20.0)]


class ClassShares(Section):
    """Shares of the three classes of users (S3 section 4.1; see :mod:`s3agents.network.classes`); they add up to 1.

    Attributes:
        influential: many followers, few followees. By the thresholds of classes no more than 0.05 of all users can be.
        regular: in balance, with mutual ties; what the other two leave, if not given.
        low_impact: few followers or none, few posts.
    """

    influential: Share = 0.02
    regular: Share = 0.58
    low_impact: Share = 0.40

    @model_validator(mode="before")
    @classmethod
    def _rest(cls, data: Any) -> Any:
        if not isinstance(data, dict) or data.get("regular") is not None:
            return data
        others = [data.get(name, cls.model_fields[name].default) for name in ("influential", "low_impact")]
        known = all(isinstance(share, int | float) for share in others)
        return {**data, "regular": round(1.0 - sum(others), 9)} if known and sum(others) <= 1.0 else data

    @model_validator(mode="after")
    def _whole(self) -> ClassShares:
        if abs(self.influential + self.regular + self.low_impact - 1.0) > _SHARES:
            raise ValueError("influential, regular and low_impact that add up to 1")
        if self.influential > (most := ClassThresholds().influential_share):
            raise ValueError(f"influential of at most {most}, for no more are called so")
        return self


class GenerateSection(Section):
    """A synthetic society (:mod:`s3agents.network.generate`), all from one seed.

    What is not given is as in the preset ``like``, or the default. Where ``users`` is given without ``relations`` or
    ``posts``, these keep their number for each user.

    Attributes:
        like: ``s3-gender`` or ``s3-nuclear``, of the sizes of S3's Table 1.
        users: how many.
        relations: follow edges, exactly.
        posts: earlier posts, exactly.
        reciprocity: share of the edges that are mutual. On Twitter 0.36 of all (22.1 % of the pairs; Kwak et al. 2010,
            WWW), on Weibo a quarter of that (Han et al. 2014); among people with a common topic it is higher.
        follower_exponent: exponent of the power law of followers (indegree). Twitter: 2.276 (Kwak et al. 2010).
        followee_exponent: exponent of the power law of followees (outdegree).
        homophily: assortativity of attitudes over the edges (Newman 2003, Phys. Rev. E 67, 026126, eq. 2): 0 for none,
            1 if everybody follows their own side only.
        positive: share of users whose attitude is positive.
        classes: shares of the classes of users.
        language: of bios and posts; in a scenario by default that of the scenario.
        topic: what posts are about: ``general``, ``gender`` or ``nuclear``, which have templates of their own, or a
            topic in words that fit "I am for ..."; then general arguments are made about it.
        question: the question that posts answer; by default that of the topic.
        demographics: ``default``, or a YAML file like ``prompts/populations/default.yaml``.
        seed: of every draw.
    """

    like: Literal["s3-gender", "s3-nuclear"] | None = None
    users: int = Field(default=1_000, ge=1, le=20_000_000)
    relations: int = Field(default=4_000, ge=0, le=200_000_000)
    posts: int = Field(default=8_000, ge=0, le=200_000_000)
    reciprocity: Share = 0.3
    follower_exponent: Exponent = 2.3
    followee_exponent: Exponent = 2.7
    homophily: float = Field(default=0.2, ge=-1.0, le=1.0)
    positive: Share = 0.5
    classes: ClassShares = ClassShares()
    language: Literal["en", "zh"] = "en"
    topic: str = Field(default="general", min_length=1, max_length=200)
    question: str | None = Field(default=None, min_length=1, max_length=500)
    demographics: str = Field(default="default", min_length=1)
    seed: int = Field(default=0, ge=0, lt=2**63)

    @model_validator(mode="before")
    @classmethod
    def _filled(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        given = {key: value for key, value in data.items() if value is not None}
        preset = PRESETS.get(str(given.get("like")), {})
        return {**preset, **_sizes(given.get("users"), preset), **given}

    @model_validator(mode="after")
    def _possible(self) -> GenerateSection:
        pairs = self.users * (self.users - 1) // 2
        if self.relations > 2 * pairs:
            raise ValueError(f"at most {2 * pairs:,} relations among {self.users:,} users, not {self.relations:,}")
        if self.relations - self.mutual_pairs > pairs:
            least = 2 * (self.relations - pairs) / self.relations
            raise ValueError(
                f"reciprocity of at least {least:.3f}, for {self.relations:,} relations among {self.users:,} users, "
                f"not {self.reciprocity:g}"
            )
        return self

    @property
    def mutual_pairs(self) -> int:
        """Pairs of users who follow each other: two relations each."""
        return min(round(self.reciprocity * self.relations / 2), self.relations // 2)

    @property
    def name(self) -> str:
        """How tables call the society."""
        return self.like or "generated"


def _sizes(users: Any, preset: Mapping[str, Any]) -> dict[str, int]:
    """Relations and posts for ``users``, as many for each as in ``preset`` or by default."""
    number = int(users) if isinstance(users, int) or (isinstance(users, str) and users.isdecimal()) else 0
    if number < 1 or number == preset.get("users"):
        return {}
    relations, posts = (
        round(number * preset[key] / preset["users"]) if preset else number * each
        for key, each in (("relations", _RELATIONS_EACH), ("posts", _POSTS_EACH))
    )
    return {"relations": min(relations, number * (number - 1) // 2), "posts": posts}
