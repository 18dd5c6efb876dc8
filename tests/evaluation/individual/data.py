"""Data that tests of individuals share: two small cascades, one after the other, with a graph around them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CASES = """case_id,split,author,t0_utc,event,story,clean
first,dev,ann,600000,fire,s1,1
second,dev,bob,606000,fire,s2,1
"""
FOLLOWS = """follower,followee
bob,ann
cat,ann
ann,cat
cat,bob
dan,bob
dan,cat
"""
EXPOSURES = """case_id,user_id,t_exposed_min,via,forwarded,t_forward_min
first,bob,0,ann,1,3.5
first,cat,0,ann,0,
second,cat,0,bob,1,7
second,dan,0,bob,0,
"""
MICRO = """case_id,user_id,t_exposed_min,via,forwarded
second,cat,0,bob,1
second,dan,9.5,cat,0
"""
ADOPTIONS = """case_id,user_id,t_min,kind
first,bob,3.5,forward
first,cat,90,reply
first,cat,110,reply
second,cat,7,forward
second,ann,8,reply
"""
POSTS: list[dict[str, Any]] = [
    {"post_id": "a0", "case_id": "first", "kind": "source", "user_id": "ann", "t_min": 0, "text": "The mill burns."},
    {"post_id": "a1", "case_id": "first", "kind": "reply", "user_id": "cat", "t_min": 90, "parent_id": "a0",
     "text": "It does, I see it.", "sdqc": "support"},
    {"post_id": "a2", "case_id": "first", "kind": "reply", "user_id": "eve", "t_min": 95, "parent_id": "a1",
     "text": "That is steam.", "sdqc": "deny"},
    {"post_id": "a3", "case_id": "first", "kind": "reply", "user_id": "cat", "t_min": 110, "parent_id": "a2",
     "text": "Right, only steam.", "sdqc": "deny"},
    {"post_id": "b0", "case_id": "second", "kind": "source", "user_id": "bob", "t_min": 0, "text": "The mill is safe."},
    {"post_id": "b1", "case_id": "second", "kind": "reply", "user_id": "ann", "t_min": 8, "parent_id": "b0",
     "text": "Are you sure?", "sdqc": "query"},
]  # fmt: skip
USERS: list[dict[str, Any]] = [
    {"user_id": name, "description": f"I am {name}.", "followers_count": 9, "followers_in_graph": 3, "influence": 0.1}
    for name in ("ann", "bob", "cat", "dan")
]


def cascades_folder(folder: Path, *, decisions: bool = True) -> Path:
    """The two cascades, as files."""
    (folder / "dev").mkdir(parents=True)
    (folder / "cases.csv").write_text(CASES)
    (folder / "follows.csv").write_text(FOLLOWS)
    (folder / "users.jsonl").write_text("\n".join(map(json.dumps, USERS)))
    (folder / "dev" / "posts.jsonl").write_text("\n".join(map(json.dumps, POSTS)))
    (folder / "dev" / "adoptions.csv").write_text(ADOPTIONS)
    (folder / "dev" / "exposures.csv").write_text(EXPOSURES)
    if decisions:
        (folder / "dev" / "micro.csv").write_text(MICRO)
    return folder
