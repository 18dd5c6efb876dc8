"""Real trees: who passed on from whom, from the posts themselves or from who follows whom."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from s3agents.errors import InputError
from s3agents.observed.cascades import Cascades, read_cascades
from s3agents.observed.real_trees import real_tree


def _folder(path: Path, posts: list[dict[str, Any]], adoptions: str = "", exposures: str = "") -> Cascades:
    path.joinpath("posts.jsonl").write_text(
        "".join(json.dumps({"case_id": "c", "text": "x", **post}) + "\n" for post in posts)
    )
    for name, text in (("adoptions.csv", adoptions), ("exposures.csv", exposures)):
        if text:
            path.joinpath(name).write_text("\n".join(text.split()) + "\n")
    return read_cascades(path)


def test_forwards_hang_on_those_who_exposed_their_authors(tmp_path: Path) -> None:
    """Bob forwards ann, cat forwards bob; eve follows nobody, dan a later spreader only; bob answers ann."""
    posts = [
        {"post_id": "p", "user_id": "ann", "t_min": 0, "kind": "source"},
        {"post_id": "q", "user_id": "bob", "t_min": 3, "kind": "reply", "parent_id": "p"},
        {"post_id": "r", "user_id": None, "t_min": 4, "kind": "reply", "parent_id": "q"},
    ]
    adoptions = """
    case_id,user_id,t_min,kind
    c,bob,1,forward c,cat,2,forward c,dan,3,forward c,eve,4,forward c,fay,5,forward c,bob,3,reply
    """
    exposures = """
    case_id,user_id,t_exposed_min,via,forwarded,t_forward_min
    c,bob,0,ann,1,1 c,cat,1,bob,1,2 c,dan,5,fay,1,3 c,fay,3,dan,1,5
    """
    tree = real_tree(_folder(tmp_path, posts, adoptions, exposures), "c")
    assert tree is not None
    assert (tree.shape.size, tree.shape.depth, tree.shape.breadth) == (7, 2, 4)
    assert tree.guessed == 2


def test_posts_hang_on_what_they_forward(tmp_path: Path) -> None:
    """Where forwards are posts, their parents tell; one whose parent is not there hangs on the first."""
    posts = [
        {"n": 0, "user_id": "a", "t_min": 0, "parent": None},
        {"n": 1, "user_id": "b", "t_min": 1, "parent": 0},
        {"n": 2, "user_id": "c", "t_min": 2, "parent": 1},
        {"n": 3, "user_id": "d", "t_min": 2, "parent": 9},
    ]
    tree = real_tree(_folder(tmp_path, posts), "c")
    assert tree is not None
    assert (tree.shape.size, tree.shape.depth, tree.shape.breadth, tree.guessed) == (4, 2, 2, 1)


def test_circles_are_told_and_an_unknown_case_has_no_tree(tmp_path: Path) -> None:
    """Posts that answer one another lead nowhere."""
    posts = [
        {"post_id": "p", "user_id": "a", "t_min": 0, "kind": "source"},
        {"post_id": "q", "user_id": "b", "t_min": 1, "kind": "forward", "parent_id": "r"},
        {"post_id": "r", "user_id": "c", "t_min": 2, "kind": "forward", "parent_id": "q"},
    ]
    cascades = _folder(tmp_path, posts)
    with pytest.raises(InputError, match="posts of case c: wanted posts that lead back to the first"):
        real_tree(cascades, "c")
    assert real_tree(cascades, "d") is None


def test_real_reposts() -> None:
    """A real tree of reposts is as large and as deep as its table of cases says, where the table counts the same."""
    data = os.environ.get("S3AGENTS_DATA")
    if not data or not Path(data, "ced").is_dir():
        pytest.skip("S3AGENTS_DATA names no folder with ced")
    tree = real_tree(read_cascades(Path(data, "ced")), "ced-3691-lbk2EW")
    assert tree is not None
    assert (tree.shape.size, tree.shape.depth) == (305, 4)
    assert tree.guessed == 0
