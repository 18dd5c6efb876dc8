"""The well-known names of columns: of Twitter's interfaces, v1 and v2, of Weibo's, of their crawlers, and our own.

A dotted name leads into nested JSON. Of several names that a file has, the first counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["FOLLOWS", "POSTS", "TRAITS", "USERS", "plain_name"]

_Names = Mapping[str, tuple[str, ...]]

TRAITS: _Names = {
    "gender": ("gender", "sex", "性别"),
    "age": ("age", "年龄"),
    "occupation": ("occupation", "job", "profession", "职业"),
    "bio": ("bio", "description", "intro", "introduction", "brief_introduction", "self_introduction", "简介"),
    "attitude": ("attitude",),
}
"""Columns of users that a persona has a place for."""

USERS: _Names = {
    "id": (
        "user_id", "id_str", "idstr", "id", "uid", "userid", "_id", "用户id", "screen_name", "username", "user_name",
    ),
    "handle": ("screen_name", "username", "handle", "user_name", "nick_name", "nickname", "用户昵称", "昵称"),
    "followers": (
        "followers_count", "follower_count", "followers", "follower_num", "num_followers", "n_followers", "fans_count",
        "fans_num", "fans", "public_metrics.followers_count", "粉丝数",
    ),
    "followees": (
        "friends_count", "following_count", "followees_count", "follow_count", "follows_count", "followees", "friends",
        "friend_num", "followee_num", "following", "n_followees", "public_metrics.following_count", "关注数",
    ),
    "posts": (
        "statuses_count", "tweet_count", "tweets_count", "posts_count", "weibos_count", "tweets_num", "weibo_num",
        "post_num", "posts", "n_posts", "public_metrics.tweet_count", "微博数",
    ),
    "created": (
        "created_at", "created", "registered_at", "registration_date", "account_created_at", "join_date", "注册时间",
    ),
    "verified": ("verified", "is_verified"),
    **TRAITS,
}  # fmt: skip
"""Columns of users."""

FOLLOWS: _Names = {
    "follower": (
        "follower", "follower_id", "followerid", "from", "from_id", "from_node_id", "source", "source_id", "src",
        "fan_id", "user_id", "uid", "user",
    ),
    "followee": (
        "followee", "followee_id", "followed", "followed_id", "following", "following_id", "friend", "friend_id", "to",
        "to_id", "to_node_id", "target", "target_id", "dst", "user_id", "uid", "user",
    ),
}  # fmt: skip
"""Columns of follow edges; a column of users stands for whichever end has no other."""

POSTS: _Names = {
    "id": ("post_id", "tweet_id", "status_id", "weibo_id", "id_str", "idstr", "mid", "id", "_id", "微博id"),
    "author": (
        "user_id", "author_id", "userid", "uid", "author", "user.id_str", "user.idstr", "user.id", "author.id",
        "from_user_id", "用户id", "user", "screen_name", "username", "user_name",
    ),
    "text": (
        "extended_tweet.full_text", "full_text", "text_raw", "raw_text", "text", "content", "tweet", "body",
        "微博正文", "微博内容", "正文", "内容",
    ),
    "original": (
        "retweeted_status.extended_tweet.full_text", "retweeted_status.full_text", "retweeted_status.text_raw",
        "retweeted_status.raw_text", "retweeted_status.text", "origin_weibo.content",
    ),
    "time": (
        "created_at", "time", "timestamp", "timestamp_ms", "date", "datetime", "published_at", "publish_time",
        "post_time", "发布时间",
    ),
    "kind": ("kind", "type", "post_type", "tweet_type", "referenced_tweets.0.type"),
    "forwarded": ("is_retweet", "is_repost", "is_forward"),
    "parent": ("parent_id", "parent", "referenced_tweets.0.id"),
    "forward_of": (
        "retweeted_status.id_str", "retweeted_status.idstr", "retweeted_status.mid", "retweeted_status.id",
        "retweeted_status_id", "retweet_of", "retweet_id", "forward_of", "origin_weibo._id", "origin_weibo.id",
    ),
    "reply_to": (
        "in_reply_to_status_id_str", "in_reply_to_status_id", "in_reply_to_tweet_id", "in_reply_to_id", "in_reply_to",
        "reply_to", "reply_to_status_id",
    ),
}  # fmt: skip
"""Columns of posts."""

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_GAP = re.compile(r"[\s\-]+")


def plain_name(name: str) -> str:
    """``name`` as these names are written: ``User ID`` and ``userId`` are ``user_id``."""
    return _GAP.sub("_", _HUMP.sub("_", name.strip())).lower()
