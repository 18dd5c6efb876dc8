"""Each channel chooses what it says it does, and readers are served as the scenario has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3agents import Run
from s3agents.channels.base import Ask, Channel, Offer
from s3agents.channels.build import build_channel
from s3agents.channels.mix import Mix
from s3agents.channels.random import Random
from s3agents.channels.ranked import Chronological, Popularity
from s3agents.channels.similarity import Similarity
from s3agents.config.channels import ChannelSection
from s3agents.embed.base import Vectors
from s3agents.errors import ConfigError
from s3agents.events import Post
from s3agents.ids import PostId, UserId, post_id
from s3agents.persona import Persona
from s3agents.rng import Draws
from s3agents.steering.recommending import places
from s3agents.testing.steered_runs import deliveries_of, effects_of, star_run

VECTORS = {"sport": (1.0, 0.0), "politics": (0.0, 1.0), "both": (0.6, 0.8), "": (0.0, 0.0)}


class FewTexts:
    """Vectors of four texts."""

    async def vectors(self, texts: Sequence[str]) -> Vectors:
        """Two numbers for each."""
        return np.array([VECTORS[text] for text in texts], dtype=np.float32).reshape(len(texts), 2)


def posted(tick: int, author: str, text: str = "sport") -> Post:
    """A post."""
    post = post_id(tick, UserId(author), 0)
    return Post(id=post, author=UserId(author), tick=tick, text=text, root=post)


POSTS = [
    posted(0, "ann", "politics"),
    posted(0, "bob", "both"),
    posted(1, "ann", "sport"),
    posted(2, "cat", "politics"),
]
IDS = [post.id for post in POSTS]
A0, B0, A1, C2 = IDS


def offer(posts: Sequence[Post] = POSTS, popularity: Mapping[str, int] | None = None) -> Offer:
    """What there is in tick 3."""
    counts = {PostId(post): n for post, n in (popularity or {}).items()}
    return Offer(tick=3, posts=posts, popularity=counts, texts=FewTexts())


def ask(bio: str = "", *, most: int = 2, barred: Sequence[str] = (), reader: str = "dan") -> Ask:
    """A reader who is to be shown something."""
    persona = Persona(id=UserId(reader), bio=bio)
    return Ask(reader=persona, most=most, barred=frozenset(map(PostId, barred)), draws=Draws(1, reader, 3))


async def shown(channel: Channel, *asks: Ask, **more: Any) -> list[list[str]]:
    """What a channel recommends."""
    return [list(found) for found in await channel.recommend(asks, offer(**more))]


async def test_chronological() -> None:
    """The newest first; within a tick the order of posts, turned round; without what is barred."""
    assert await shown(Chronological(), ask(most=3), ask(barred=[C2, B0])) == [[C2, A1, B0], [A1, A0]]


async def test_popularity() -> None:
    """What was passed on most first, of equals the newer."""
    counts = {A0: 5, B0: 1, A1: 1}
    assert await shown(Popularity(), ask(most=4), ask(barred=[A0]), popularity=counts) == [[A0, A1, B0, C2], [A1, B0]]


async def test_similarity() -> None:
    """What is closest to what readers say of themselves, each by themselves; of equals, the newer."""
    readers = [ask("sport", most=4), ask("politics", barred=[A0]), ask("", most=1)]
    assert await shown(Similarity(), *readers) == [[A1, B0, C2, A0], [C2, B0], [C2]]


async def test_random() -> None:
    """Every post is as likely as any other, over many readers; nothing that is barred is drawn."""
    readers = [ask(reader=f"u{n}", most=1, barred=[B0]) for n in range(300)]
    counts = Counter(post for (post,) in await shown(Random(), *readers))
    assert set(counts) == {A0, A1, C2}
    assert min(counts.values()) > 70


async def test_a_mix_draws_a_channel_for_each_place() -> None:
    """In proportion to their weights; nobody is shown anything twice."""
    mix = Mix([(Chronological(), 1.0), (Popularity(), 3.0)])
    readers = [ask(reader=f"u{n}", most=1) for n in range(300)]
    counts = Counter(post for (post,) in await shown(mix, *readers, popularity={A0: 9}))
    assert set(counts) == {C2, A0}
    assert 190 < counts[A0] < 260
    assert await shown(mix, ask(most=9)) == [[C2, A1, B0, A0]]


@given(barred=st.sets(st.sampled_from(IDS)), most=st.integers(1, 6), seed=st.integers(0, 99))
async def test_the_law_of_channels(barred: set[PostId], most: int, seed: int) -> None:
    """Nothing that is barred, nothing twice, and as many as are wanted and there are; the same whenever it is asked."""
    reader = Ask(reader=Persona(id=UserId("dan"), bio="both"), most=most, barred=barred, draws=Draws(seed, "dan", 3))
    mixed = Mix([(Random(), 1.0), (Similarity(), 1.0), (Popularity(), 2.0)])
    for channel in (Chronological(), Popularity(), Similarity(), Random(), mixed):
        (found,) = await channel.recommend([reader], offer())
        assert not set(found) & barred
        assert len(set(found)) == len(found) == min(most, len(IDS) - len(barred))
        assert [found] == [list(again) for again in await channel.recommend([reader], offer())]


@pytest.mark.parametrize(
    ("share", "own", "attention", "wanted"),
    [(0.25, 0, 8, 2), (0.25, 6, 8, 2), (0.25, 30, 8, 10), (0.5, 3, 8, 4), (0.5, 20, 8, 20), (0.01, 0, 8, 1)],
)
def test_how_many_places(share: float, own: int, attention: int, wanted: int) -> None:
    """So many that they are the share of the feed, which counts as one of as many posts as come to attention."""
    assert places(share, own, attention) == wanted


def star_fed(folder: Path, *, interventions: Sequence[Mapping[str, Any]] = (), **channel: Any) -> Run:
    """The star, of which u4 follows u3 alone and nobody follows u4, with one channel."""
    return star_run(folder, *interventions, channels=[{"kind": "chronological", **channel}], ticks=3)


def recommended(run: Run) -> list[tuple[int, str, str]]:
    """Tick, reader and post of what the platform showed."""
    return [row[:3] for row in deliveries_of(run) if row[3] == "platform"]


class TestReaders:
    """Whom a channel serves."""

    def test_all(self, tmp_path: Path) -> None:
        """u4 sees the post of tick 0 at once; all others follow its author, and u0 wrote it."""
        run = star_fed(tmp_path / "run", readers="all")
        assert recommended(run) == [(1, "u4", "0.0.u0")]
        assert effects_of(run, "channels") == [(1, 0, "chronological", 1, 1, 1, 0)]

    def test_the_awake(self, tmp_path: Path) -> None:
        """u4 has had no turn and no mail in tick 1; in tick 2 it reads the forward, which is the same to it."""
        assert recommended(star_fed(tmp_path / "run", readers="awake")) == []

    def test_those_with_mail(self, tmp_path: Path) -> None:
        """u0 has had a turn, and gets a post of u4 only if there is mail, which there never is."""
        seeds = [{"author": author, "text": f"I am {author}.", "tick": 0} for author in ("u0", "u4")]
        feeds = {
            readers: recommended(
                star_run(tmp_path / readers, seeds=seeds, channels=[{"kind": "random", "readers": readers}], ticks=2)
            )
            for readers in ("mail", "awake")
        }
        served = [(1, f"u{n}", "0.0.u4") for n in (1, 2, 3)]
        assert feeds["mail"] == served
        assert feeds["awake"] == [(1, "u0", "0.0.u4"), *served, (1, "u4", "0.0.u0")]

    def test_some_only(self, tmp_path: Path) -> None:
        """A list of users, or those who have something in common."""
        assert recommended(star_fed(tmp_path / "no", readers="all", who={"users": ["u1"]})) == []
        assert recommended(star_fed(tmp_path / "yes", readers="all", who={"where": {"age": 24}})) != []

    def test_by_chance(self, tmp_path: Path) -> None:
        """Over seeds, in half of the cases."""
        runs = [
            star_run(
                tmp_path / str(seed),
                channels=[{"kind": "popularity", "readers": "all", "chance": 0.5}],
                ticks=2,
                seed=seed,
            )
            for seed in range(40)
        ]
        assert 10 <= sum(len(recommended(run)) for run in runs) <= 30


class TestFeeds:
    """What a feed gets, and what it does not."""

    def test_only_recent_posts(self, tmp_path: Path) -> None:
        """Of the last so many ticks; from a tick on, up to a tick."""
        seeds = [{"author": "u0", "text": f"Post {tick}.", "tick": tick} for tick in (0, 1)]
        late = {"kind": "chronological", "readers": "all", "share": 0.5, "from": 2, "who": {"users": ["u4"]}}
        one = star_run(tmp_path / "one", seeds=seeds, channels=[{**late, "window": 1}])
        two = star_run(tmp_path / "two", seeds=seeds, channels=[{**late, "until": 2}])
        assert recommended(one) == [(2, "u4", "1.0.u0")]
        # the post of tick 0 comes to u4 in that tick anyway, as a forward of u3
        assert recommended(two) == [(2, "u4", "1.0.u0")]

    def test_on_a_condition_for_a_time(self, tmp_path: Path) -> None:
        """In tick 1 all three followers forward, so that it recommends in tick 2, and in that tick alone."""
        seeds = [{"author": "u0", "text": f"Post {tick}.", "tick": tick} for tick in (0, 1, 2)]
        when = {"when": {"measure": "forwards", "at_least": 3}, "for": 1}
        channel = {"kind": "chronological", "readers": "all", "share": 0.1, "who": {"users": ["u4"]}, **when}
        assert recommended(star_run(tmp_path / "run", seeds=seeds, channels=[channel])) == [(2, "u4", "1.0.u0")]
        never = {**channel, "when": {"measure": "forwards", "at_least": 99}}
        assert recommended(star_run(tmp_path / "never", seeds=seeds, channels=[never])) == []

    @pytest.mark.parametrize(
        "done",
        [
            {"kind": "remove", "at": 1, "posts": {"text": "seed"}},
            {"kind": "down_rank", "at": 1, "posts": {"text": "seed"}},
            {"kind": "suspend", "at": 1, "who": {"users": ["u0"]}},
        ],
    )
    def test_nothing_that_was_put_down(self, tmp_path: Path, done: dict[str, Any]) -> None:
        """What was removed or down-ranked, or is of the suspended, is recommended to nobody."""
        assert recommended(star_fed(tmp_path / "run", readers="all", interventions=[done])) == []

    def test_a_note_comes_along(self, tmp_path: Path) -> None:
        """What is labelled can be recommended, and is forwarded less for its note."""
        label = {"kind": "label", "at": 1, "posts": {"text": "seed"}, "text": "disputed"}
        rules = {"forward": 1.0, "arousal": 1.0, "post": 0.0, "labelled": 0.0}
        run = star_run(
            tmp_path / "run",
            label,
            channels=[{"kind": "random", "readers": "all"}],
            cognition={"rules": rules, "prior": 1.0, "certainty": 1.0},
        )
        assert recommended(run) == [(1, "u4", "0.0.u0")]
        assert len(run.posts()) == 1

    def test_two_channels_show_different_posts(self, tmp_path: Path) -> None:
        """Each adds its share, in their order; what the first has shown the second does not."""
        seeds = [{"author": "u0", "text": f"Post {n}.", "tick": 0} for n in range(3)]
        channels = [{"kind": "chronological", "readers": "all", "share": 0.1, "who": {"users": ["u4"]}}] * 2
        run = star_run(tmp_path / "run", seeds=seeds, channels=channels, ticks=2)
        assert recommended(run) == [(1, "u4", "0.1.u0"), (1, "u4", "0.2.u0")]
        assert [row[1] for row in effects_of(run, "channels")] == [0, 1]

    def test_what_is_passed_on_is_popular(self, tmp_path: Path) -> None:
        """The post of u0, which was, goes before a newer one that nobody cared for."""
        seeds = [{"author": "u0", "text": "Old.", "tick": 0}, {"author": "u1", "text": "New.", "tick": 1}]
        popular = {"readers": "all", "share": 0.1, "from": 2, "who": {"users": ["u4"]}}
        unfollow = {"kind": "unfollow", "at": 0, "who": {"users": ["u4"]}, "whom": {"users": ["u3"]}}
        for kind, first in (("popularity", "0.0.u0"), ("chronological", "1.0.u1")):
            run = star_run(tmp_path / kind, unfollow, seeds=seeds, channels=[{"kind": kind, **popular}], ticks=3)
            assert recommended(run) == [(2, "u4", first)]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({}, r"channels\.0: wanted exactly one of kind and mix"),
        ({"kind": "random", "mix": [{"kind": "random"}]}, r"channels\.0: wanted exactly one of kind and mix"),
        ({"kind": "populrity"}, r"channels\.0\.kind: .*populrity.*perhaps popularity"),
        ({"mix": [{"kind": "random", "weight": 0}]}, r"channels\.0\.mix\.0\.weight: wanted greater than 0, got 0"),
        ({"mix": [{"kind": "randm"}]}, r"channels\.0\.mix\.0\.kind: .*perhaps random"),
        ({"kind": "random", "share": 1}, r"channels\.0\.share: wanted less than 1, got 1"),
        ({"kind": "random", "options": {"a": 1}}, r"channels\.0\.options: wanted none with kind random, got a"),
        ({"kind": "random", "who": {"users": ["u9"]}}, r"channels\.0\.who\.users: .*'u9'"),
        ({"kind": "random", "from": 3, "until": 2}, r"channels\.0: wanted until not before from \(3\)"),
        ({"kind": "random", "for": 3}, r"channels\.0: wanted delay and for only with when"),
        ({"kind": "random", "at": 3}, r"channels\.0\.at: wanted a known key"),
        ({"kind": "random", "windw": 3}, r"channels\.0\.windw: wanted a known key \(perhaps window\)"),
    ],
)
def test_what_is_wrong_is_said_in_one_message(tmp_path: Path, wrong: dict[str, Any], says: str) -> None:
    """It names the key, what was wanted and what came, and nothing is written."""
    with pytest.raises(ConfigError, match=says):
        star_run(tmp_path / "run", channels=[wrong])
    assert not (tmp_path / "run").exists()


def test_a_channel_is_made_by_its_kind() -> None:
    """Of one part, or of several."""
    assert isinstance(build_channel(ChannelSection(kind="similarity"), key="channels.0"), Similarity)
    mixed = ChannelSection.model_validate({"mix": [{"kind": "random"}, {"kind": "popularity", "weight": 2}]})
    assert isinstance(build_channel(mixed, key="channels.0"), Mix)
