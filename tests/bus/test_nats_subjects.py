"""Names on the server are plain, and as different as what they name."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from s3agents.bus.nats_subjects import RunSubjects

_names = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
_TOKEN = r"[A-Za-z0-9_=-]+"


@given(run=_names, author=_names)
def test_every_name_is_plain(run: str, author: str) -> None:
    """Law: whatever a run or author is called, subjects have their tokens, and the stream is a file name."""
    names = RunSubjects(run)
    assert re.fullmatch(rf"S3_{_TOKEN}", names.stream)
    assert re.fullmatch(rf"s3\.{_TOKEN}\.post\.{_TOKEN}", names.posts_of(author))
    assert names.posts_of(author).startswith(names.all_posts.removesuffix(">"))


@given(one=_names, two=_names)
def test_different_things_have_different_names(one: str, two: str) -> None:
    """Law: runs, authors and posts fall together on the server only if they are the same."""
    same = one == two
    assert (RunSubjects(one).stream == RunSubjects(two).stream) == same
    assert (RunSubjects(one).posts_of("a") == RunSubjects(two).posts_of("a")) == same
    assert (RunSubjects("r").posts_of(one) == RunSubjects("r").posts_of(two)) == same
    assert (RunSubjects.message_id(one) == RunSubjects.message_id(two)) == same


_long = st.text(st.sampled_from("ab/名é\ud800"), min_size=20, max_size=400)


@given(one=_long, two=_long)
def test_a_long_name_is_cut_and_stays_its_own(one: str, two: str) -> None:
    """Law: a stream is a folder, whose name has at most 255 bytes; two long names never fall together."""
    first, second = RunSubjects(one), RunSubjects(two)
    assert len(first.stream.encode()) <= 160
    assert len(first.posts_of(two)) <= 320
    assert re.fullmatch(rf"S3_{_TOKEN}", first.stream)
    assert (first.stream == second.stream) == (first.all_posts == second.all_posts) == (one == two)
    assert (first.posts_of(one) == first.posts_of(two)) == (one == two)


def test_a_name_that_looks_cut_is_not_taken_for_a_cut_one() -> None:
    """What marks a cut name is in no other."""
    cut = RunSubjects("a" * 151).stream.removeprefix("S3_")
    assert RunSubjects(cut).stream != f"S3_{cut}"
