"""Small cascades whose growth follows from their beginnings, for tests of forecasting."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

__all__ = ["write_data"]

_GRID = [*range(0, 121, 5), *range(150, 301, 30)]


def write_data(folder: Path, *, cases: int = 14, followers: int = 40, graph: bool = True, seed: int = 0) -> Path:
    """Cascades of authors with ``followers`` each, half of whom forward; every third case shares a story.

    Forwards come at an exponential pace of 20 to 50 minutes; one of five comes from somebody who follows nobody.
    """
    draw = np.random.default_rng(seed)
    part = folder / "dev"
    part.mkdir(parents=True)
    rows: dict[str, list[str]] = {name: [] for name in ("cases", "posts", "adoptions", "truth", "follows", "users")}
    for number in range(cases):
        case, author = f"c{number:02d}", f"a{number:02d}"
        readers = [f"r{number:02d}x{i:02d}" for i in range(followers)]
        rows["users"] += [author, *readers]
        rows["follows"] += [f"{reader},{author}" for reader in readers[: followers * 4 // 5]]
        acting = draw.permutation(readers)[: followers // 2].tolist()
        times = np.sort(draw.exponential(20.0 + 30.0 * draw.random(), len(acting))).round(2)
        start, clean = 1_400_000_000 + number * 3600, int(number % 7 != 6)
        rows["cases"].append(f"{case},{author},{start},story {number // 3},{clean}")
        post = {"case_id": case, "user_id": author, "t_min": 0, "text": f"News {number}!", "kind": "source"}
        rows["posts"].append(json.dumps(post))
        rows["adoptions"] += [f"{case},{user},{at},forward" for user, at in zip(acting, times.tolist(), strict=True)]
        rows["truth"] += [f"{case},{at},{int((times <= at).sum())}" for at in _GRID]
    (part / "posts.jsonl").write_text("\n".join(rows["posts"]) + "\n", encoding="utf-8")
    heads = {"adoptions": "case_id,user_id,t_min,kind", "truth": "case_id,t_min,n_forward"}
    for name, head in heads.items():
        (part / f"{name}.csv").write_text("\n".join([head, *rows[name]]) + "\n", encoding="utf-8")
    (folder / "cases.csv").write_text(
        "\n".join(["case_id,author,t0_utc,story,clean", *rows["cases"]]) + "\n", encoding="utf-8"
    )
    if graph:
        (folder / "users.csv").write_text("\n".join(["user_id", *rows["users"]]) + "\n", encoding="utf-8")
        (folder / "follows.csv").write_text("\n".join(["follower,followee", *rows["follows"]]) + "\n", encoding="utf-8")
    return folder
