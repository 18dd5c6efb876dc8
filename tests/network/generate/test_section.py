"""Sections of synthetic societies: what is filled in, and each impossible wish by name."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from s3agents.config.generate import PRESETS, GenerateSection


def section(**given: Any) -> GenerateSection:
    """A section of these keys."""
    return GenerateSection.model_validate(given)


@pytest.mark.parametrize(
    ("like", "sizes"), [("s3-gender", (8_563, 25_656, 103_905)), ("s3-nuclear", (17_945, 77_435, 229_450))]
)
def test_presets_have_the_sizes_of_table_1(like: str, sizes: tuple[int, int, int]) -> None:
    """S3 section 3.2, Table 1."""
    made = section(like=like)
    assert (made.users, made.relations, made.posts) == sizes
    assert made.topic == PRESETS[like]["topic"]


def test_what_is_given_goes_before_the_preset() -> None:
    """Every key of a preset can be overridden; ``None`` is as if not given."""
    made = section(like="s3-gender", posts=7, topic="general", relations=None)
    assert (made.users, made.relations, made.posts, made.topic) == (8_563, 25_656, 7, "general")


@pytest.mark.parametrize("users", [1_000, "1000"])
def test_relations_and_posts_go_with_the_users(users: int | str) -> None:
    """A smaller society of a preset has as many relations and posts for each user."""
    made = section(like="s3-gender", users=users)
    assert (made.users, made.relations, made.posts) == (1_000, 2_996, 12_134)
    assert (section(users=users).relations, section(users=users).posts) == (4_000, 8_000)


@pytest.mark.parametrize("users", [1, 2, 3, 4, 5])
def test_the_smallest_societies_need_nothing_more(users: int) -> None:
    """Where four relations a user are too many, there are fewer."""
    assert section(users=users).relations <= users * (users - 1) // 2


@given(
    influential=st.floats(0, 0.05),
    low_impact=st.floats(0, 0.95),
    homophily=st.floats(-1, 1),
    like=st.sampled_from([*PRESETS, None]),
)
def test_a_dump_is_the_section(influential: float, low_impact: float, homophily: float, like: str | None) -> None:
    """What a manifest keeps of a section makes the same section."""
    made = section(like=like, homophily=homophily, classes={"influential": influential, "low_impact": low_impact})
    assert section(**made.model_dump(mode="json", exclude_none=True)) == made


def test_the_regular_users_are_the_rest() -> None:
    """Shares of two classes make that of the third."""
    assert section(classes={"influential": 0.01}).classes.regular == pytest.approx(0.59)


IMPOSSIBLE = {
    "more relations than there can be": ({"users": 5, "relations": 21}, "at most 20 relations among 5 users, not 21"),
    "too few mutual ties for so many": ({"users": 5, "relations": 20}, "reciprocity of at least 1.000, for 20"),
    "a single user who follows": ({"users": 1, "relations": 1}, "at most 0 relations among 1 users"),
    "an exponent without a law": ({"follower_exponent": 1.0}, "follower_exponent\n.*greater than 1"),
    "an exponent below": ({"followee_exponent": 0.5}, "followee_exponent\n.*greater than 1"),
    "a share of more than all": ({"reciprocity": 1.1}, "reciprocity\n.*less than or equal to 1"),
    "a share below nothing": ({"positive": -0.1}, "positive\n.*greater than or equal to 0"),
    "homophily above 1": ({"homophily": 1.5}, "homophily\n.*less than or equal to 1"),
    "classes that leave users over": (
        {"classes": {"influential": 0.01, "regular": 0.5, "low_impact": 0.3}},
        "influential, regular and low_impact that add up to 1",
    ),
    "classes of more than all": ({"classes": {"low_impact": 0.99}}, "add up to 1"),
    "more influential users than are called so": ({"classes": {"influential": 0.2}}, "influential of at most 0.05"),
    "no users": ({"users": 0}, "users\n.*greater than or equal to 1"),
    "another language": ({"language": "fr"}, "language\n.*'en' or 'zh'"),
    "another preset": ({"like": "s3"}, "like\n.*'s3-gender' or 's3-nuclear'"),
    "an unknown key": ({"edges": 3}, "edges\n.*not permitted"),
    "no mapping": (3, "valid dictionary"),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_what_cannot_be_is_named(case: str) -> None:
    """Each impossible wish is an error that says what was wanted."""
    given, message = IMPOSSIBLE[case]
    with pytest.raises(ValidationError, match=message):
        GenerateSection.model_validate(given)
