"""Where the three classes of users begin and end (S3 section 4.1)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from s3agents.config.section import Section

__all__ = ["ClassThresholds"]

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class ClassThresholds(Section):
    """Thresholds of :func:`s3agents.network.classes.classify`.

    S3 names the three classes and gives no numbers: all defaults are conventions of ours, after S3's words. That a
    ratio is asked for beside a rank follows Saito and Masuda (2014, PLoS ONE 9(1):e84265), who find among users with
    many followers a kind that follows as many in return and has little influence. Others draw the upper line
    elsewhere: 2 % (Cha et al. 2012, IEEE Trans. SMC-A 42(4), all but their "grassroots"), 1 % (Nielsen 2006, the
    "90-9-1 rule", of contributions). Followers alone say little of influence (Cha et al. 2010, ICWSM).

    Attributes:
        influential_share: influential users are among this share of users with the most followers.
        influential_followers: and have at least so many followers.
        influential_ratio: and at least so many followers for each followee.
        influential_posts: and post no less than a user at this quantile of posts.
        low_impact_share: low-impact users have no more followers than a user at this quantile of followers.
        low_impact_ratio: and at most this part of the followers of the median user.
        low_impact_followers: or at most so many, where users have more on average.
        low_impact_posts: and post no more than a user at this quantile of posts.
        undirected_share: the ratio is not asked for where at least this share of the ties is mutual.
        platform_share: counts by the platform are used where at least this share of the users has them.
    """

    influential_share: Share = 0.05
    influential_followers: int = Field(default=5, ge=0)
    influential_ratio: float = Field(default=2.0, ge=0.0, allow_inf_nan=False)
    influential_posts: Share = 0.5
    low_impact_share: Share = 0.3
    low_impact_ratio: Share = 0.67
    low_impact_followers: int = Field(default=1, ge=0)
    low_impact_posts: Share = 0.5
    undirected_share: Share = 0.95
    platform_share: Share = 0.95
