"""Summaries: the story in numbers, and how it compares with what really happened."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from s3agents.record.base import TickRecord
from s3agents.report.comparison import compare
from s3agents.report.run import Run
from s3agents.report.summary import CascadeRank, PostRank, summarise

WriteRun = Callable[..., Run]
Story = tuple[TickRecord, ...]

BRIDGE = "The bridge is closed."


def test_the_story_in_numbers(run: Run) -> None:
    """Every figure of the summary, as worked out with pencil and paper."""
    summary = summarise(run)
    assert (summary.name, summary.status, summary.failure) == ("bridge", "done", None)
    assert (summary.users, summary.edges, summary.ticks, summary.ticks_planned) == (5, 7, 4, 5)
    assert (summary.aware, summary.posts, summary.forwards, summary.exposures) == (4, 1, 2, 4)
    assert summary.turns == {"forward": 2, "post": 1, "inactive": 1, "faulted": 1}
    assert sum(summary.turns.values()) + summary.not_exposed == summary.users * summary.ticks
    assert summary.attitudes == {"positive": 1, "negative": 2}
    assert (summary.share_positive_first, summary.share_positive_last) == (0.5, pytest.approx(1 / 3))
    assert (summary.share_positive_lowest, summary.share_positive_lowest_tick) == (pytest.approx(1 / 3), 2)
    assert (summary.emotion_peak_tick, summary.emotion_peak) == (1, 2.0)
    assert (summary.calls, summary.prompt_tokens, summary.reply_tokens) == (6, 300, 30)
    assert summary.faults == {"timeout": 1}
    assert summary.comparison is None


def test_each_mode_has_its_costs(run: Run) -> None:
    """Turns, acts, faults and tokens by mode, the dearest first; what the scenario said is no thinking."""
    rules, seed = summarise(run).modes
    assert (rules.mode, rules.users, rules.turns, rules.forwards, rules.posts, rules.faults) == ("rules", 4, 4, 2, 0, 1)
    assert (rules.calls, rules.prompt_tokens, rules.reply_tokens, rules.tokens_per_turn) == (6, 300, 30, 82.5)
    assert (rules.shortened, seed.shortened) == (3, 0)
    assert (seed.mode, seed.turns, seed.posts, seed.tokens_per_turn) == ("seed", 1, 1, 0.0)
    assert (rules.thinks, seed.thinks) == (True, False)


def test_the_most_forwarded_posts_are_ranked(run: Run) -> None:
    """By direct forwards; the earlier one first where they are equal."""
    assert summarise(run).top_posts == (
        PostRank(post="0.0.ann", author="ann", tick=0, forwards=1, text=BRIDGE),
        PostRank(post="1.0.bob", author="bob", tick=1, forwards=1, text=BRIDGE),
    )


def test_more_forwards_rank_higher(tmp_path: Path, write_run: WriteRun, story: Story, sequel: TickRecord) -> None:
    """The post that three people passed on comes before the earlier one that one did; an answer is no forward."""
    top = summarise(write_run(tmp_path / "run", (*story, sequel))).top_posts
    assert [(post.post, post.forwards) for post in top] == [("1.0.bob", 3), ("0.0.ann", 1)]


def test_cascades_of_one_post_are_no_news(tmp_path: Path, write_run: WriteRun, run: Run, story: Story) -> None:
    """Only what was passed on is listed."""
    big = CascadeRank(root="0.0.ann", author="ann", tick=0, size=3, depth=2, breadth=1, text=BRIDGE)
    assert summarise(run).cascades == (big,)
    assert summarise(write_run(tmp_path / "run", story[:1])).cascades == ()


def test_faults_that_ended_the_run_are_counted(
    tmp_path: Path, write_run: WriteRun, story: Story, unfinished: TickRecord
) -> None:
    """The most frequent cause comes first, and the message of the manifest is handed on."""
    summary = summarise(
        write_run(tmp_path / "run", story, failed=unfinished, status="failed", failure="too many faults")
    )
    assert list(summary.faults.items()) == [("timeout", 2), ("status_500", 1)]
    assert (summary.status, summary.failure, summary.ticks) == ("failed", "too many faults", 4)
    assert summary.turns["faulted"] == 1


def test_attitudes_are_held_against_the_outcome(tmp_path: Path, write_run: WriteRun, story: Story) -> None:
    """Those who had a turn are compared; Eve is known, and never had one."""
    outcome = {"ann": "positive", "bob": "negative", "dan": "negative", "eve": "negative"}
    comparison = summarise(write_run(tmp_path / "run", story, outcome=outcome)).comparison
    assert comparison is not None
    assert (comparison.known, comparison.compared) == (4, 3)
    assert comparison.confusion == {
        "positive": {"positive": 0, "negative": 1},
        "negative": {"positive": 1, "negative": 1},
    }
    assert (comparison.accuracy, comparison.majority) == (pytest.approx(1 / 3), pytest.approx(2 / 3))


def test_nobody_to_compare_is_no_accuracy() -> None:
    """Without anybody in both, there is no share to tell."""
    comparison = compare({"ann": "positive"}, {"bob": "negative"})
    assert (comparison.known, comparison.compared) == (1, 0)
    assert (comparison.accuracy, comparison.majority) == (None, None)


def test_a_run_without_a_tick_has_a_summary(tmp_path: Path, write_run: WriteRun) -> None:
    """What cannot be told is ``None``, and counts are zero."""
    summary = summarise(write_run(tmp_path / "run", (), status="running"))
    assert (summary.ticks, summary.aware, summary.posts, summary.turns["post"]) == (0, 0, 0, 0)
    assert (summary.share_positive_first, summary.emotion_peak_tick, summary.emotion_peak) == (None, None, None)


def test_a_summary_is_json(tmp_path: Path, write_run: WriteRun, story: Story) -> None:
    """Strict JSON: no NaN, no type of another library."""
    summary = summarise(write_run(tmp_path / "run", story, outcome={"ann": "positive"}))
    back = json.loads(json.dumps(summary.to_dict(), allow_nan=False))
    assert back["comparison"]["confusion"]["positive"] == {"positive": 0, "negative": 1}
    assert back["cascades"][0]["size"] == 3
