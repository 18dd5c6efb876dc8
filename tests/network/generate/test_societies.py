"""Synthetic societies as a whole: exact numbers, one seed for everything, and files that say what memory holds."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3agents import Society
from s3agents.config.generate import GenerateSection
from s3agents.errors import SocietyError
from s3agents.network.classes import CLASSES, class_of
from s3agents.network.generate.draft import draft
from s3agents.network.generate.generate import generate_society, write_generated
from s3agents.network.ties import count_ties

SMALL = {"users": 300, "relations": 1_200, "posts": 900}
ENGLISH = "f95a5c499871cd32f55184cc108cdbe2075be1e9fb96600e9095a09acb161029"
CHINESE = "719ea9721fac94485b578f215dcaf865aba408f5ac2f628be313ffcae5ce71b4"
POSTS = "e9e9f5da6854da5d227e2a6192d6fc5e0f887ebacce7b5b4fac8fa19e922064f"


def small(**changes: Any) -> GenerateSection:
    """A section of 300 users."""
    return GenerateSection.model_validate({**SMALL, **changes})


@st.composite
def sections(draw: st.DrawFn) -> GenerateSection:
    """Any small society: from nobody follows anybody to everybody follows everybody."""
    users = draw(st.integers(1, 40))
    pairs = users * (users - 1) // 2
    relations = draw(st.integers(0, 2 * pairs))
    mutual = draw(st.integers(max(relations - pairs, 0), relations // 2))
    influential, low_impact = draw(st.tuples(st.floats(0, 0.05), st.floats(0, 0.95)))
    return GenerateSection.model_validate(
        {
            "users": users,
            "relations": relations,
            "posts": draw(st.integers(0, 300)),
            "reciprocity": 2 * mutual / relations if relations else draw(st.floats(0, 1)),
            "follower_exponent": draw(st.floats(1.05, 6)),
            "followee_exponent": draw(st.floats(1.05, 6)),
            "homophily": draw(st.floats(-1, 1)),
            "positive": draw(st.floats(0, 1)),
            "classes": {"influential": influential, "low_impact": low_impact},
            "language": draw(st.sampled_from(["en", "zh"])),
            "topic": draw(st.sampled_from(["general", "gender", "nuclear", "free {meals}"])),
            "seed": draw(st.integers(0, 2**63 - 1)),
        }
    )


@settings(max_examples=80, deadline=None)
@given(section=sections())
def test_any_valid_section_is_kept_to_the_number(section: GenerateSection) -> None:
    """Users, relations, mutual ties, posts and positive attitudes are exactly as many as asked; no tie is a loop."""
    society = generate_society(section)
    ties = count_ties(society.graph)
    a, b = society.graph.pairs()
    assert (len(society), society.graph.edges) == (section.users, section.relations)
    assert int(ties.mutual.sum()) == 2 * section.mutual_pairs
    assert not bool((a == b).any())
    assert sum(map(len, society.history.values())) == section.posts
    assert sum(p.attitude == "positive" for p in society) == round(section.positive * section.users)


@settings(max_examples=40, deadline=None)
@given(section=sections())
def test_what_is_written_is_what_is_made_in_memory(section: GenerateSection) -> None:
    """The files load without anything dropped, as the society of the same section: same users, ties and posts."""
    with tempfile.TemporaryDirectory() as folder:
        obtained = write_generated(section, Path(folder) / "society")
        loaded = Society.load(Path(folder) / "society", strict=True)
    made = generate_society(section)
    assert loaded.digest == made.digest
    assert (obtained.users, obtained.relations, obtained.posts) == (section.users, section.relations, section.posts)


@settings(max_examples=30, deadline=None)
@given(section=sections())
def test_classes_are_those_that_a_description_finds(section: GenerateSection) -> None:
    """The column ``user_class`` is what ``classify`` says of the finished society."""
    society = generate_society(section)
    found = [CLASSES[code] for code in class_of(society).codes.tolist()]
    assert [persona.extra["user_class"] for persona in society] == found


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**63 - 2))
def test_a_seed_decides_everything(seed: int) -> None:
    """The same seed makes the same society, another one another."""
    one = generate_society(small(seed=seed)).digest
    assert generate_society(small(seed=seed)).digest == one
    assert generate_society(small(seed=seed + 1)).digest != one


def test_a_society_is_pinned() -> None:
    """What a section makes is the same on every machine; who changes templates, draws or thresholds changes it here."""
    english, chinese = small(seed=7), small(seed=7, language="zh", topic="nuclear", homophily=-0.3)
    assert generate_society(english).digest == ENGLISH
    assert generate_society(chinese).digest == CHINESE


def test_files_are_pinned_to_the_byte(tmp_path: Path) -> None:
    """So are the times of posts, which a society in memory does not keep."""
    write_generated(small(seed=7), tmp_path / "society")
    assert hashlib.sha256((tmp_path / "society" / "posts.jsonl").read_bytes()).hexdigest() == POSTS


@pytest.mark.parametrize("topic", ["gender", "nuclear"])
def test_users_stand_in_the_order_of_their_followers(topic: str) -> None:
    """The first user has the most followers, so that a scenario may name who speaks first."""
    society = generate_society(small(topic=topic))
    followers = count_ties(society.graph).followers
    assert society.ids[:2] == ("u00000", "u00001")
    assert bool((np.diff(followers) <= 0).all())


def test_users_stand_in_order_even_where_degrees_cannot_be_kept() -> None:
    """In a dense graph, too."""
    followers = draft(small(users=30, relations=500, reciprocity=0.5)).ties.followers
    assert bool((np.diff(followers) <= 0).all())


def test_posts_come_in_the_order_of_their_times(tmp_path: Path) -> None:
    """Each user's posts stand oldest first, within the three months before the run."""
    write_generated(small(posts=3000), tmp_path / "society")
    rows = [orjson.loads(line) for line in (tmp_path / "society" / "posts.jsonl").read_bytes().splitlines()]
    moments = [(row["user_id"], row["time"]) for row in rows]
    assert moments == sorted(moments)
    assert {row["time"][:7] for row in rows} == {"2023-03", "2023-04", "2023-05"}
    assert len({row["time"][:10] for row in rows}) == 92


def test_the_file_that_tells_how_it_came_about(tmp_path: Path) -> None:
    """``society.json`` holds the section, from which the same society can be made, and what came of it."""
    section = small(like="s3-gender", users=300, demographics="default")
    obtained = write_generated(section, tmp_path / "society")
    about = orjson.loads((tmp_path / "society" / "society.json").read_bytes())
    assert about["made_by"] == "s3agents generate"
    assert GenerateSection.model_validate(about["section"]) == section
    assert about["obtained"] == obtained.dump()
    assert "Weibo" in about["demographics"]


def test_a_taken_folder_is_refused_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is drawn for a folder that may not be written."""
    write_generated(small(), tmp_path / "society")
    monkeypatch.setattr("s3agents.network.generate.generate.draft", lambda _: pytest.fail("drawn for nothing"))
    with pytest.raises(SocietyError, match="--overwrite"):
        write_generated(small(), tmp_path / "society")


def test_no_posts_no_file(tmp_path: Path) -> None:
    """A society without posts has no file of posts."""
    write_generated(small(posts=0), tmp_path / "society")
    assert not (tmp_path / "society" / "posts.jsonl").exists()
    assert Society.load(tmp_path / "society", strict=True).history == {}
