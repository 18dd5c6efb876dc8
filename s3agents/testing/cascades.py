"""Made-up cascades in the layout of observed ones, in which it is known who forwards: those with few followers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

__all__ = ["write_cascades"]

_EAGER, _IDLE = 0.6, 0.1


def write_cascades(
    folder: Path, *, cases: int = 16, users: int = 100, seed: int = 0, splits: tuple[str, ...] = ("dev",)
) -> Path:
    """Write cascades below ``folder``: every user follows every author, and may forward once, after some minutes.

    Users with an even number have few followers and mostly forward; the others have many and mostly do not. Cases come
    an hour apart, two of them tell one story, and each has an answer that supports or denies it.

    Args:
        folder: a new one.
        cases: how many, dealt out to the splits in turn.
        users: how many, beside the two authors.
        seed: of everything that is drawn.
        splits: names of the parts.
    """
    draw = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"u{i:03}" for i in range(users)]
    rows = ["user_id,followers_count,friends_count,statuses_count,listed_count,verified,account_year,bio"]
    for i, name in enumerate(names):
        followers = int(draw.integers(10, 60)) if i % 2 == 0 else int(draw.integers(5000, 90000))
        rows.append(f"{name},{followers},{int(draw.integers(50, 500))},1000,3,false,2012,bio of {i}")
    rows += [f"author{k},{10**6},10,9000,500,true,2009,news" for k in range(2)]
    _write(folder / "users.csv", rows)
    _write(folder / "follows.csv", ["follower,followee", *(f"{n},author{k}" for n in names for k in range(2))])
    table = ["case_id,split,event,author,t0_utc,story,clean"]
    parts: dict[str, tuple[list[str], list[str]]] = {split: ([], []) for split in splits}
    for case in range(cases):
        split = splits[case % len(splits)]
        table.append(f"c{case:02},{split},fire,author{case % 2},{1_400_000_000 + 3600 * case},story {case // 2},1")
        posts, adoptions = parts[split]
        _add_case(case, names, draw, posts, adoptions)
    _write(folder / "cases.csv", table)
    for split, (posts, adoptions) in parts.items():
        (folder / split).mkdir(exist_ok=True)
        _write(folder / split / "posts.jsonl", posts)
        _write(folder / split / "adoptions.csv", ["case_id,user_id,t_min,kind", *adoptions])
    return folder


def _add_case(case: int, names: list[str], draw: np.random.Generator, posts: list[str], adoptions: list[str]) -> None:
    ident = f"c{case:02}"
    source = {"case_id": ident, "post_id": f"{ident}p0", "user_id": f"author{case % 2}", "t_min": 0, "kind": "source"}
    posts.append(json.dumps({**source, "text": f"Fire in hall number {case}! #fire URL", "sdqc": "support"}))
    for i, name in enumerate(names):
        if draw.random() < (_EAGER if i % 2 == 0 else _IDLE):
            adoptions.append(f"{ident},{name},{float(draw.exponential(20.0)):.2f},forward")
    name = names[int(draw.integers(1, len(names)))]
    says = ("deny", f"No fire in {case}, that is fake") if case % 2 else ("support", f"Yes, saw the fire {case} myself")
    answer = {"case_id": ident, "post_id": f"{ident}p1", "user_id": name, "t_min": 300, "kind": "reply"}
    posts.append(json.dumps({**answer, "parent_id": f"{ident}p0", "text": says[1], "sdqc": says[0]}))
    adoptions.append(f"{ident},{name},300,reply")


def _write(path: Path, lines: list[str]) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
