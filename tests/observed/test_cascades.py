"""Reading what happened to real posts: layouts, derived exposures, and what cannot be used."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from s3agents.errors import SocietyError
from s3agents.observed.cascades import data_folder, is_observed, read_cascades

POSTS = [
    {
        "case_id": "c1",
        "post_id": "p1",
        "user_id": "a",
        "t_min": 0,
        "text": "News!",
        "kind": "source",
        "sdqc": "support",
    },
    {"case_id": "c1", "post_id": "p2", "user_id": "d", "t_min": 7, "parent_id": "p1", "text": "No.", "sdqc": "deny"},
    {"case_id": "c1", "post_id": "p3", "user_id": "b", "t_min": 9, "parent_id": "p1", "text": "Who?", "sdqc": "query"},
]
ADOPTIONS = ["case_id,user_id,t_min,kind", "c1,b,5,forward", "c1,c,3,engage", "c1,d,7,reply", "c1,e,9,forward"]


def _folder(path: Path, *, split: str = "dev") -> Path:
    """Five users: b and c follow a, d follows b and c; e follows nobody."""
    part = path / split
    part.mkdir(parents=True)
    (part / "posts.jsonl").write_text("".join(json.dumps(post) + "\n" for post in POSTS), encoding="utf-8")
    (part / "adoptions.csv").write_text("\n".join(ADOPTIONS) + "\n", encoding="utf-8")
    (path / "cases.csv").write_text("case_id,author,t0_utc,story,clean\nc1,a,1420628871,fire,0\n", encoding="utf-8")
    (path / "users.csv").write_text("user_id\n" + "\n".join("abcde") + "\n", encoding="utf-8")
    (path / "follows.csv").write_text("follower,followee\nb,a\nc,a\nd,b\nd,c\n", encoding="utf-8")
    return path


def test_the_data_and_the_folder_of_a_split_read_alike(tmp_path: Path) -> None:
    """What all splits share is found beside the folder of a split."""
    whole, part = read_cascades(_folder(tmp_path / "data")), read_cascades(tmp_path / "data" / "dev")
    assert whole.split == part.split == "dev"
    assert data_folder(tmp_path / "data") == data_folder(tmp_path / "data" / "dev") == tmp_path / "data"
    assert whole.society.digest == part.society.digest
    assert whole.cases.equals(part.cases)
    assert whole.exposures.equals(part.exposures)


def test_cases_say_what_the_table_says(tmp_path: Path) -> None:
    """Author, start, story and whether a case is clean come from cases.csv."""
    case = read_cascades(_folder(tmp_path)).cases.loc["c1"]
    assert (case["author"], case["start"], case["story"], bool(case["clean"])) == ("a", 1420628871.0, "fire", False)
    assert case["event"] is None


def test_support_and_denial_are_attitudes_and_a_query_is_none(tmp_path: Path) -> None:
    """Only sides count as attitudes; a retweet that cannot be told from a reply counts as a forward."""
    found = read_cascades(_folder(tmp_path))
    assert found.posts["attitude"].tolist() == ["positive", "negative", None]
    assert found.adoptions["kind"].tolist() == ["forward", "forward", "reply", "forward"]
    assert found.adoptions["minute"].tolist() == [3.0, 5.0, 7.0, 9.0]


def test_exposures_follow_from_the_graph(tmp_path: Path) -> None:
    """First exposures: by the earliest followee who spread; a reply exposes nobody, and e was reached by nobody."""
    rows = read_cascades(_folder(tmp_path)).exposures
    told = list(zip(rows["user_id"], rows["minute"], rows["via"], rows["forwarded"], strict=True))
    assert told == [("b", 0.0, "a", True), ("c", 0.0, "a", True), ("d", 3.0, "c", False)]


def test_given_exposures_count(tmp_path: Path) -> None:
    """Where the data state the exposures, these are taken."""
    folder = _folder(tmp_path)
    rows = "case_id,user_id,t_exposed_min,via,forwarded,t_forward_min\nc1,d,4,c,0,\nc1,b,0,a,1,5\n"
    (folder / "dev" / "exposures.csv").write_text(rows, encoding="utf-8")
    exposures = read_cascades(folder).exposures
    assert exposures["user_id"].tolist() == ["d", "b"]
    assert exposures["forward_minute"].isna().tolist() == [True, False]


def test_without_cases_and_users_the_posts_tell(tmp_path: Path) -> None:
    """The source is the case's post; its users are those who occur."""
    (tmp_path / "posts.jsonl").write_text("".join(json.dumps(post) + "\n" for post in POSTS), encoding="utf-8")
    found = read_cascades(tmp_path)
    assert found.split == "all"
    assert found.cases.loc["c1", "author"] == "a"
    assert set(found.society.ids) == {"a", "b", "d"}
    assert found.cases["clean"].all()


def test_a_named_split_is_read_alone(tmp_path: Path) -> None:
    """Both are read by default."""
    _folder(tmp_path)
    other = tmp_path / "heldout"
    other.mkdir()
    (other / "posts.jsonl").write_text(json.dumps({**POSTS[0], "case_id": "c2"}) + "\n", encoding="utf-8")
    assert read_cascades(tmp_path).split == "dev+heldout"
    assert read_cascades(tmp_path).cases["split"].tolist() == ["dev", "heldout"]
    assert read_cascades(tmp_path, split="heldout").cases.index.tolist() == ["c2"]
    with pytest.raises(SocietyError, match="dev or heldout"):
        read_cascades(tmp_path, split="test")


def test_unusable_rows_are_counted(tmp_path: Path) -> None:
    """A row without a time or a user is left out and told with its line."""
    folder = _folder(tmp_path)
    with (folder / "dev" / "adoptions.csv").open("a", encoding="utf-8") as file:
        file.write("c1,,4,forward\nc1,b,soon,forward\n")
    found = read_cascades(folder)
    assert len(found.adoptions) == 4
    told = "\n".join(found.report.problems())
    assert "1 x no user_id, such as dev/adoptions.csv:6" in told
    assert "1 x no number in minute, such as dev/adoptions.csv:7" in told


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("adoptions.csv", "case_id,user\nc1,a\n", "user_id and kind and minute"),
        ("adoptions.csv", 'case_id,user_id\n"c1,a', "a table"),
        ("truth.csv", "t_min\n0\n", "case_id"),
    ],
)
def test_a_table_that_cannot_be_used_is_named(tmp_path: Path, name: str, content: str, message: str) -> None:
    """The message has the file, what was wanted and what came."""
    folder = _folder(tmp_path)
    (folder / "dev" / name).write_text(content, encoding="utf-8")
    with pytest.raises(SocietyError, match=f"{name}.*{message}"):
        read_cascades(folder)


def test_no_cascades_there(tmp_path: Path) -> None:
    """A folder without posts, or none at all, is told."""
    assert not is_observed(tmp_path)
    with pytest.raises(SocietyError, match=r"posts\.jsonl"):
        read_cascades(tmp_path)
    with pytest.raises(SocietyError, match="check the path"):
        read_cascades(tmp_path / "nowhere")


@pytest.mark.skipif("S3AGENTS_DATA" not in os.environ, reason="S3AGENTS_DATA does not say where real data are")
def test_derived_exposures_equal_those_of_real_data(tmp_path: Path) -> None:
    """What follows from adoptions and follow edges is what the publisher of real cascades derived."""
    real = read_cascades(Path(os.environ["S3AGENTS_DATA"]) / "pheme")
    from s3agents.observed.first_exposures import first_exposures

    mine = first_exposures(real.cases, real.adoptions, real.society)
    both = real.exposures.merge(mine, on=["case_id", "user_id"], how="outer", suffixes=("", "_mine"))
    assert len(both) == len(mine) == len(real.exposures) > 50_000
    assert (both["minute"] == both["minute_mine"]).all()
    assert (both["forwarded"] == both["forwarded_mine"]).all()
