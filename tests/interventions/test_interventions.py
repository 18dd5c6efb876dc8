"""Each intervention does what it says, on a graph that is small enough to check by hand.

u1, u2 and u3 follow u0, and u4 follows u3; u0 posts in tick 0, and everybody forwards what they read.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from s3agents import Run
from s3agents.errors import ConfigError
from s3agents.testing.steered_runs import deliveries_of, effects_of, posts_of, star_run

ALONE = [
    (1, "u1", "0.0.u0", "followee"),
    (1, "u2", "0.0.u0", "followee"),
    (1, "u3", "0.0.u0", "followee"),
    (2, "u4", "1.0.u3", "followee"),
]


def test_nothing_is_done_where_nothing_is_asked_for(tmp_path: Path) -> None:
    """A run without interventions, and one whose intervention never comes, have the same posts and deliveries."""
    alone = star_run(tmp_path / "alone")
    assert deliveries_of(alone) == ALONE
    assert posts_of(alone) == ["0.0.u0", "1.0.u1", "1.0.u2", "1.0.u3", "2.0.u4"]
    never = star_run(tmp_path / "never", {"kind": "remove", "at": 99, "posts": {"text": "seed"}})
    assert never.fingerprint() == alone.fingerprint()
    assert effects_of(never) == []


class TestRemove:
    """Posts that are taken down reach nobody."""

    def test_a_post_that_is_removed_before_it_was_read(self, tmp_path: Path) -> None:
        """Nobody reads it, and three deliveries do not come about."""
        run = star_run(tmp_path / "run", {"kind": "remove", "at": 1, "posts": {"text": "seed post"}})
        assert deliveries_of(run) == []
        assert posts_of(run) == ["0.0.u0"]
        assert effects_of(run) == [(1, 0, "remove", 1, 3, 0, 0)]

    def test_forwards_of_a_removed_post_go_with_it(self, tmp_path: Path) -> None:
        """Those who have read it still forward it, and nobody reads that, though only the post itself was meant."""
        run = star_run(tmp_path / "run", {"kind": "remove", "at": 2, "posts": {"by": {"users": ["u0"]}}})
        assert deliveries_of(run) == ALONE[:3]
        assert effects_of(run) == [(2, 0, "remove", 1, 1, 0, 0)]

    def test_a_forward_is_removed_by_itself(self, tmp_path: Path) -> None:
        """By its author: the post that it forwards stays."""
        run = star_run(tmp_path / "run", {"kind": "remove", "from": 0, "posts": {"by": {"users": ["u3"]}}})
        assert deliveries_of(run) == ALONE[:3]

    @pytest.mark.parametrize(
        ("posts", "hit"),
        [
            ({"attitude": "positive"}, True),
            ({"attitude": "negative"}, False),
            ({"emotion": "intense"}, True),
            ({"emotion": "calm"}, False),
            ({"kind": "original"}, True),
            ({"kind": "forward"}, False),
            ({"cascade": "u0"}, True),
            ({"cascade": "0.0.u0"}, True),
            ({"cascade": "1.0.u0"}, False),
            ({"younger_than": 2}, True),
            ({"older_than": 1}, False),
            ({"text": "seed NOT u0"}, False),
            ({"text": "seed", "by": {"where": {"age": 20}}}, True),
            ({"text": "seed", "by": {"where": {"age": 21}}}, False),
            ({"by": {"class": "low_impact"}}, False),
        ],
    )
    def test_by_what_posts_are_chosen(self, tmp_path: Path, posts: Mapping[str, Any], hit: bool) -> None:
        """All that a rule asks for has to hold: of the post in tick 1, which nobody has read then."""
        run = star_run(tmp_path / "run", {"kind": "remove", "at": 1, "posts": posts}, ticks=2)
        assert (deliveries_of(run) == []) is hit

    def test_a_post_comes_of_age(self, tmp_path: Path) -> None:
        """One that is older than a tick is removed in tick 2, once: what was read is read."""
        run = star_run(tmp_path / "run", {"kind": "remove", "from": 0, "posts": {"older_than": 1, "kind": "original"}})
        assert effects_of(run) == [(2, 0, "remove", 1, 1, 0, 0)]


TRUSTING = {"forward": 1.0, "arousal": 1.0, "post": 0.0, "labelled": 1.0}
"""Whoever forwards what is labelled as if it were not."""


def labels_read(folder: Path, *interventions: Mapping[str, Any]) -> list[tuple[int, str, str | None]]:
    """Tick, reader and label of every delivery that a mind perceives."""
    from s3agents.cognition.base import Appraisal, TurnView
    from s3agents.cognition.rules import RulesCognition

    seen: list[tuple[int, str, str | None]] = []

    async def appraise(self: RulesCognition, view: TurnView) -> Appraisal:
        seen.extend((view.tick, view.persona.id, read.label) for read in view.perceived)
        return await before(self, view)

    before = RulesCognition.appraise
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RulesCognition, "appraise", appraise)
        star_run(folder, *interventions)
    return sorted(seen, key=lambda one: one[:2])


class TestLabel:
    """Posts are shown with a note."""

    def test_readers_see_it(self, tmp_path: Path) -> None:
        """On the post, and on the forward of it."""
        label = {"kind": "label", "at": 1, "posts": {"cascade": "u0"}, "text": "disputed"}
        seen = [(1, "u1", "disputed"), (1, "u2", "disputed"), (1, "u3", "disputed"), (2, "u4", "disputed")]
        assert labels_read(tmp_path / "run", label) == seen

    def test_it_is_shown_from_then_on(self, tmp_path: Path) -> None:
        """Who has read the post before has read it without; a later note takes the place of an earlier one."""
        notes = [
            {"kind": "label", "at": tick, "posts": {"kind": "original"}, "text": f"note {tick}"} for tick in (1, 2)
        ]
        assert labels_read(tmp_path / "late", notes[1])[2:] == [(1, "u3", None), (2, "u4", "note 2")]
        assert labels_read(tmp_path / "both", *notes)[2:] == [(1, "u3", "note 1"), (2, "u4", "note 2")]

    def test_it_is_counted(self, tmp_path: Path) -> None:
        """One post is labelled, and four deliveries show it."""
        run = star_run(
            tmp_path / "run",
            {"kind": "label", "from": 0, "posts": {"text": "seed"}, "text": "disputed"},
            cognition={"rules": TRUSTING, "prior": 1.0, "certainty": 1.0},
        )
        assert effects_of(run) == [(1, 0, "label", 1, 3, 0, 0), (2, 0, "label", 0, 1, 0, 0)]

    def test_it_is_forwarded_less(self, tmp_path: Path) -> None:
        """By textbook agents: not at all at a factor of 0, over seeds as often as the factor says."""
        label = {"kind": "label", "from": 0, "posts": {"text": "seed"}, "text": "disputed"}
        never = {"rules": {**TRUSTING, "labelled": 0.0}, "prior": 1.0, "certainty": 1.0}
        assert posts_of(star_run(tmp_path / "never", label, cognition=never)) == ["0.0.u0"]
        half = {**never, "rules": {**TRUSTING, "labelled": 0.5}}
        runs = [star_run(tmp_path / str(seed), label, seed=seed, ticks=2, cognition=half) for seed in range(30)]
        assert 30 <= sum(len(posts_of(run)) - 1 for run in runs) <= 60


class TestDownRank:
    """Posts come less to attention."""

    def test_at_weight_nothing_it_is_delivered_and_passed_over(self, tmp_path: Path) -> None:
        """It reaches its readers, and none of them forwards it."""
        run = star_run(tmp_path / "run", {"kind": "down_rank", "at": 1, "weight": 0, "posts": {"cascade": "u0"}})
        assert deliveries_of(run) == ALONE[:3]
        assert not run.exposures().attended.any()
        assert posts_of(run) == ["0.0.u0"]
        assert effects_of(run) == [(1, 0, "down_rank", 1, 3, 0, 0)]

    def test_the_weight_is_the_chance(self, tmp_path: Path) -> None:
        """Over seeds, half of the readers see it at weight 0.5."""
        rule = {"kind": "down_rank", "at": 1, "weight": 0.5, "posts": {"cascade": "u0"}}
        runs = [star_run(tmp_path / str(seed), rule, seed=seed, ticks=2) for seed in range(40)]
        attended = [bool(seen) for run in runs for seen in run.exposures().attended]
        assert len(attended) == 120
        assert 40 <= sum(attended) <= 80


class TestSuspend:
    """Accounts that are suspended neither act nor are read."""

    def test_for_a_time(self, tmp_path: Path) -> None:
        """u3 misses the post of tick 0, for good; u4 has nothing to read."""
        run = star_run(tmp_path / "run", {"kind": "suspend", "from": 1, "until": 1, "who": {"users": ["u3"]}})
        assert deliveries_of(run) == ALONE[:2]
        assert effects_of(run) == [(1, 0, "suspend", 0, 1, 1, 0)]

    def test_what_the_suspended_posted_reaches_nobody(self, tmp_path: Path) -> None:
        """Nor do forwards of it; from the tick on, for good."""
        run = star_run(tmp_path / "run", {"kind": "suspend", "at": 2, "who": {"users": ["u0"]}})
        assert deliveries_of(run) == ALONE[:3]
        assert effects_of(run) == [(2, 0, "suspend", 0, 1, 1, 0), (3, 0, "suspend", 0, 0, 1, 0)]

    def test_a_seed_post_of_the_suspended_is_not_published(self, tmp_path: Path) -> None:
        """Whatever the scenario wants them to say."""
        run = star_run(tmp_path / "run", {"kind": "suspend", "at": 0, "who": {"where": {"age": 20}}})
        assert posts_of(run) == []

    def test_who_is_back_acts_again(self, tmp_path: Path) -> None:
        """A second post, after the time, is read and forwarded as ever."""
        seeds = [{"author": "u0", "text": "One.", "tick": 0}, {"author": "u0", "text": "Two.", "tick": 2}]
        suspend = {"kind": "suspend", "from": 0, "until": 1, "who": {"users": ["u0"]}}
        run = star_run(tmp_path / "run", suspend, seeds=seeds)
        assert [row[:3] for row in deliveries_of(run)] == [(3, f"u{n}", "2.0.u0") for n in (1, 2, 3)]

    def test_a_group_of_the_scenario(self, tmp_path: Path) -> None:
        """Its members, by its name: u1 and u2 do nothing."""
        groups = [{"name": "trolls", "users": ["u1", "u2"]}, {"name": "late", "users": ["u2", "u3"]}]
        cognition = {"rules": {"forward": 1.0, "arousal": 1.0, "post": 0.0}, "prior": 1.0, "certainty": 1.0}
        for group, idle in (("trolls", {"u1", "u2"}), ("late", {"u3"})):
            suspend = {"kind": "suspend", "at": 1, "who": {"group": group}}
            run = star_run(tmp_path / group, suspend, cognition={**cognition, "groups": groups})
            assert {row[1] for row in deliveries_of(run) if row[0] == 1} == {"u1", "u2", "u3"} - idle


class TestEdges:
    """Who follows whom changes."""

    def test_who_is_made_to_follow_reads_the_post_of_the_tick_before(self, tmp_path: Path) -> None:
        """u4 follows u0 from tick 1 on, and has then no use for the forward of u3."""
        follow = {"kind": "follow", "at": 1, "who": {"users": ["u4", "u0"]}, "whom": {"users": ["u0"]}}
        run = star_run(tmp_path / "run", follow)
        assert deliveries_of(run) == [
            *ALONE[:3],
            (1, "u4", "0.0.u0", "followee"),
            (2, "u4", "1.0.u3", "followee"),
        ]
        assert effects_of(run) == [(1, 0, "follow", 0, 0, 0, 1)]

    def test_who_is_followed_back_is_mutual(self, tmp_path: Path) -> None:
        """u0 is made to follow u1: each reads the other as a mutual follower."""
        follow = {"kind": "follow", "at": 0, "who": {"users": ["u0"]}, "whom": {"users": ["u1"]}}
        run = star_run(tmp_path / "run", follow)
        assert deliveries_of(run) == [
            (1, "u1", "0.0.u0", "mutual"),
            *ALONE[1:3],
            (2, "u0", "1.0.u1", "mutual"),
            ALONE[3],
        ]

    def test_who_unfollows_reads_no_more(self, tmp_path: Path) -> None:
        """u1 and u2 do not get the post; u3 does."""
        unfollow = {"kind": "unfollow", "at": 1, "who": {"users": ["u1", "u2"]}, "whom": {"users": ["u0"]}}
        run = star_run(tmp_path / "run", unfollow)
        assert deliveries_of(run) == ALONE[2:]
        assert effects_of(run) == [(1, 0, "unfollow", 0, 0, 0, 2)]


class TestThrottle:
    """Not all forwards get through."""

    def test_none_at_share_nothing(self, tmp_path: Path) -> None:
        """The post itself is read, no forward is."""
        run = star_run(tmp_path / "run", {"kind": "throttle", "at": 0, "share": 0})
        assert deliveries_of(run) == ALONE[:3]
        assert effects_of(run) == [(2, 0, "throttle", 3, 1, 0, 0)]

    def test_all_at_share_one(self, tmp_path: Path) -> None:
        """Nothing is withheld."""
        assert deliveries_of(star_run(tmp_path / "run", {"kind": "throttle", "at": 0, "share": 1})) == ALONE

    def test_so_many_of_a_cascade(self, tmp_path: Path) -> None:
        """Of the three forwards of tick 1 two are withheld, over seeds each about as often."""
        throttle = {"kind": "throttle", "from": 0, "most": 1}
        passed = 0
        for seed in range(30):
            run = star_run(tmp_path / str(seed), throttle, seed=seed, ticks=3)
            assert [row[:4] for row in effects_of(run)] == [(2, 0, "throttle", 2)]
            passed += deliveries_of(run)[3:] == ALONE[3:]
        assert 3 <= passed <= 18

    def test_only_those_that_are_meant(self, tmp_path: Path) -> None:
        """Forwards of u1 are throttled: that of u3 is read."""
        throttle = {"kind": "throttle", "from": 0, "share": 0, "posts": {"by": {"users": ["u1"]}}}
        run = star_run(tmp_path / "run", throttle)
        assert deliveries_of(run) == ALONE
        assert effects_of(run) == [(2, 0, "throttle", 1, 0, 0, 0)]


class TestInject:
    """A post enters from outside."""

    def test_at_a_tick(self, tmp_path: Path) -> None:
        """It is as a seed post of that tick."""
        says = {"author": "u3", "text": "It is not so.", "attitude": "negative", "emotion": "calm"}
        injected = star_run(tmp_path / "injected", {"kind": "inject", "at": 2, **says})
        seeds = [
            {"author": "u0", "text": "Seed post of u0.", "attitude": "positive", "emotion": "intense"},
            {**says, "tick": 2},
        ]
        seeded = star_run(tmp_path / "seeded", seeds=seeds)
        assert deliveries_of(injected) == [*ALONE, (3, "u4", "2.0.u3", "followee")]
        for table in ("posts", "turns", "exposures"):
            assert getattr(injected, table)().equals(getattr(seeded, table)())

    def test_after_what_the_scenario_has_its_author_say(self, tmp_path: Path) -> None:
        """It is the second post of the tick."""
        run = star_run(tmp_path / "run", {"kind": "inject", "at": 0, "author": "u0", "text": "And again."}, ticks=1)
        assert run.posts().text.tolist() == ["Seed post of u0.", "And again."]
        assert posts_of(run) == ["0.0.u0", "0.1.u0"]


DEBUNK = {"kind": "inject", "author": "u3", "text": "It is not so."}


class TestWhen:
    """Something is done once a condition is met."""

    @pytest.mark.parametrize(
        ("condition", "tick"),
        [
            ({"measure": "forwards", "at_least": 1}, 2),
            ({"measure": "forwards", "at_least": 4}, None),
            ({"measure": "forwards", "at_most": 0}, 1),
            ({"measure": "posts", "at_most": 0}, 2),
            ({"measure": "cascade", "at_least": 4}, 2),
            ({"measure": "cascade", "at_least": 5, "of": "u0"}, 3),
            ({"measure": "cascade", "at_least": 1, "of": "3.0.u1"}, None),
            ({"measure": "aware", "at_least": 4}, 2),
            ({"measure": "share_aware", "at_least": 1.0}, 3),
            ({"measure": "share_positive", "at_least": 1.0}, 1),
            ({"measure": "emotion_level", "at_least": 2}, 1),
            ({"measure": "share_intense", "at_most": 0.99}, 2),
            ([{"measure": "forwards", "at_least": 1}, {"measure": "aware", "at_least": 5}], 3),
        ],
    )
    def test_measures(self, tmp_path: Path, condition: Any, tick: int | None) -> None:
        """It comes in the tick after the first that meets the condition, or, if none does, not at all."""
        run = star_run(tmp_path / "run", {**DEBUNK, "when": condition})
        said = run.posts()
        told = said[(said.text == "It is not so.") & (said.author == "u3")]
        assert told.tick.tolist() == ([] if tick is None else [tick])

    def test_later(self, tmp_path: Path) -> None:
        """With a delay, so many ticks after that."""
        run = star_run(tmp_path / "run", {**DEBUNK, "when": {"measure": "forwards", "at_least": 1}, "delay": 1})
        assert "3.0.u3" in posts_of(run)

    def test_not_before(self, tmp_path: Path) -> None:
        """A condition is not asked about before the first tick in which it could come into force."""
        once = {"measure": "forwards", "at_least": 3}
        assert "2.0.u3" in posts_of(star_run(tmp_path / "early", {**DEBUNK, "when": once}))
        late = star_run(tmp_path / "late", {**DEBUNK, "when": once, "from": 3})
        assert posts_of(late) == posts_of(star_run(tmp_path / "alone"))

    def test_for_so_many_ticks(self, tmp_path: Path) -> None:
        """Then it is over: u0 is suspended in tick 1 alone, and its second post is read."""
        seeds = [{"author": "u0", "text": text, "tick": tick} for tick, text in enumerate(("One.", "Two.", "Three."))]
        when = {"measure": "posts", "at_least": 1}
        suspend = {"kind": "suspend", "when": when, "for": 1, "who": {"users": ["u0"]}}
        run: Run = star_run(tmp_path / "run", suspend, seeds=seeds)
        assert posts_of(run)[:2] == ["0.0.u0", "2.0.u0"]
        assert {row[2] for row in deliveries_of(run)} == {"2.0.u0"}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"kind": "inject", "at": 1, "author": "nobody", "text": "x"}, r"interventions\.0\.author: .*'nobody'"),
        ({"kind": "remove", "at": 1, "posts": {"text": "(a"}}, r"interventions\.0\.posts\.text: "),
        ({"kind": "remove", "at": 1, "posts": {"cascade": "u9"}}, r"interventions\.0\.posts\.cascade: .*'u9'"),
        ({"kind": "remove", "at": 1, "posts": {"txt": "a"}}, r"interventions\.0\.posts\.txt: .*perhaps text"),
        ({"kind": "remove", "at": 1, "posts": {}}, r"interventions\.0\.posts: wanted one of by, text"),
        ({"kind": "remove", "posts": {"text": "a"}}, r"interventions\.0: wanted at: TICK"),
        ({"kind": "remove", "at": 1, "from": 2, "posts": {"text": "a"}}, r"interventions\.0: wanted at alone"),
        ({"kind": "remove", "at": 1, "for": 2, "posts": {"text": "a"}}, r"interventions\.0: .*only with when"),
        (
            {"kind": "suspend", "at": 1, "who": {"where": {"colour": "red"}}},
            r"interventions\.0\.who\.where: .*'colour'",
        ),
        ({"kind": "suspend", "at": 1, "who": {"where": {"age": 99}}}, r"interventions\.0\.who: .*nobody"),
        ({"kind": "suspend", "at": 1, "who": {"group": "x"}}, r"interventions\.0\.who\.group: .*cognition.groups.*'x'"),
        ({"kind": "suspend", "at": 1, "who": {}}, r"interventions\.0\.who: wanted users, group, where or class"),
        ({"kind": "throttle", "at": 1}, r"interventions\.0: wanted share, most or both"),
        ({**DEBUNK, "when": {"measure": "forwards"}}, r"interventions\.0\.when\.0: wanted at_least, at_most"),
        ({**DEBUNK, "when": {"measure": "x", "at_least": 1}}, r"interventions\.0\.when\.0\.measure: .*got 'x'"),
        ({**DEBUNK, "when": {"measure": "posts", "of": "u0", "at_least": 1}}, r"when\.0: wanted of only with"),
        ({**DEBUNK, "when": {"measure": "cascade", "of": "x", "at_least": 1}}, r"interventions\.0\.when\.of: .*'x'"),
        ({**DEBUNK, "from": 3, "until": 2}, r"interventions\.0: wanted until not before from \(3\)"),
        ({"kind": "remov", "at": 1}, r"interventions\.0\.kind: 'remov': .*perhaps remove"),
        ({"at": 1}, r"interventions\.0\.kind: wanted a value"),
    ],
)
def test_what_is_wrong_is_said_in_one_message(tmp_path: Path, wrong: dict[str, Any], says: str) -> None:
    """It names the key, what was wanted and what came, and nothing is written."""
    with pytest.raises(ConfigError, match=says):
        star_run(tmp_path / "run", wrong)
    assert not (tmp_path / "run").exists()
