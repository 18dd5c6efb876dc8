"""What it costs to look for keywords in posts and to pseudonymise them: printed; no time is asserted."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from s3agents.network.keywords import keyword_query
from s3agents.network.pseudonyms import Pseudonyms

pytestmark = pytest.mark.benchmark

POSTS = 100_000
ENGLISH = (
    "the a of in people shooting at office today paris police say dead hostage news world we they all not know".split()
)
CHINESE = "公开 招募 有志 于 微博 手机 社会化 媒体 营销 传播 的 年轻 达人 男女 不限 学历 不 地震 北京 转发 支持".split()
RARE = ["nuclear", "wastewater", "fukushima", "tepco", "radiation"]
FREQUENT = ["hostage", "police", "#news", '"in paris"', "dead NOT office"]


def posts(words: list[str], gap: str, *, extra: str = "") -> list[str]:
    """Posts of 12 random words each, about 65 characters of English."""
    drawn = np.random.default_rng(7).integers(0, len(words), (POSTS, 12))
    return [gap.join(words[n] for n in row) + extra for row in drawn]


def measured(name: str, function: Callable[[str], object], texts: list[str], capsys: pytest.CaptureFixture[str]) -> int:
    """How often ``function`` says something else than ``False`` or the text itself; its rate is printed."""
    begun = time.process_time()
    results = [function(text) for text in texts]
    seconds = time.process_time() - begun
    with capsys.disabled():
        print(f"\n  {name}: {len(texts) / seconds:,.0f} posts/s of CPU", end="")
    return sum(result is not False and result != text for result, text in zip(results, texts, strict=True))


def test_cost_of_keywords(capsys: pytest.CaptureFixture[str]) -> None:
    """Five keywords that are rare, or in most posts; fifty; Chinese."""
    english, chinese = posts(ENGLISH, " "), posts(CHINESE, "")
    assert measured("keywords: 5, none occurs", keyword_query(RARE).matches, english, capsys) == 0
    assert measured("keywords: 5, frequent", keyword_query(FREQUENT).matches, english, capsys) > POSTS / 2
    many = [f"{word}{n}" for word in RARE for n in range(10)]
    assert measured("keywords: 50, none occurs", keyword_query(many).matches, english, capsys) == 0
    assert (
        measured(
            "keywords: 5 in Chinese", keyword_query(["地震", "北京", "核污水", "福岛", "东电"]).matches, chinese, capsys
        )
        > 0
    )


def test_cost_of_pseudonyms(capsys: pytest.CaptureFixture[str]) -> None:
    """Posts with nothing to replace, and with a name and a link each."""
    names = Pseudonyms(b"sixteen bytes it")
    assert measured("pseudonyms: nothing to replace", names.text, posts(ENGLISH, " "), capsys) == 0
    assert measured("pseudonyms: nothing, Chinese", names.text, posts(CHINESE, ""), capsys) == 0
    replaced = posts(ENGLISH, " ", extra=" @bob http://t.co/AbCdEf")
    assert measured("pseudonyms: a name and a link", names.text, replaced, capsys) == POSTS
