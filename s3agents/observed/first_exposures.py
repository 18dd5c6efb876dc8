"""First exposures: when a cascade first reached whom along the follow edges, derived from who passed it on and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from s3agents.network.society import Society

__all__ = ["first_exposures"]

_COLUMNS = ["case_id", "user_id", "minute", "via", "forwarded", "forward_minute"]


def first_exposures(cases: pd.DataFrame, adoptions: pd.DataFrame, society: Society) -> pd.DataFrame:
    """For each case the users whom a post of it reached, once each, at the first time.

    A user whom it reached only after they had passed it on themselves was not exposed by the graph, and is left out; so
    is the author.

    Args:
        cases: with ``author``, by case.
        adoptions: ``case_id, user_id, minute, kind``.
        society: who follows whom.

    Returns:
        ``case_id, user_id, minute, via, forwarded, forward_minute``, in the order of cases, minutes and users.
    """
    import pandas as pd

    forwards = adoptions[adoptions["kind"] == "forward"].sort_values("minute", kind="stable")
    spread = {str(case): passed for case, passed in forwards.groupby("case_id")}
    rows: list[tuple[object, ...]] = []
    for case, author in cases["author"].items():
        passed = spread.get(str(case))
        first = {} if passed is None else dict(zip(passed["user_id"][::-1], passed["minute"][::-1], strict=True))
        rows += _of_case(str(case), author, {str(user): float(at) for user, at in first.items()}, society)
    made = pd.DataFrame(rows, columns=_COLUMNS)
    return made.astype({"minute": "float64", "forwarded": "bool", "forward_minute": "float64"})


def _of_case(case: str, author: object, first: dict[str, float], society: Society) -> list[tuple[object, ...]]:
    """The exposures of one case, from the first forward of each user."""
    spreaders = [(0.0, str(author)), *sorted((at, user) for user, at in first.items())]
    seen: dict[int, tuple[float, str]] = {}
    for at, user in spreaders:
        position = society.index.get(user)  # type: ignore[call-overload]  # a text is looked up to see whether it is an id
        if position is not None:
            for follower in society.graph.followers(position).tolist():
                seen.setdefault(follower, (at, user))
    rows: list[tuple[object, ...]] = []
    for follower, (at, via) in sorted(seen.items(), key=lambda item: (item[1][0], item[0])):
        name = society.ids[follower]
        acted = first.get(name, np.inf)
        if name != author and acted >= at:
            forwarded = bool(np.isfinite(acted))
            rows.append((case, name, at, via, forwarded, acted if forwarded else np.nan))
    return rows
