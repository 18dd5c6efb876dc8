"""Tables of observed behaviour: reads one file of cases, posts, adoptions, exposures or truth into a pandas frame.

A row without a case, a user or a time is of no use; such rows are counted in the report with file, line and reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from s3agents.errors import SocietyError, explain
from s3agents.network.load_report import FileReport
from s3agents.network.read_jsonl import read_jsonl

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_posts_table", "read_table"]

_SIDES = {"support": "positive", "supporting": "positive", "deny": "negative", "denying": "negative"}
_SIDES |= {side: side for side in ("positive", "negative")}
_LEVELS = {level: level for level in ("calm", "moderate", "intense")}
_KINDS = {"source": "source", "reply": "reply", "forward": "forward", "engage": "forward", "retweet": "forward"}
_POST_COLUMNS = ("case_id", "post_id", "user_id", "minute", "parent", "text", "kind", "attitude", "emotion")


def read_table(
    path: Path, report: FileReport, *, ids: Sequence[str], numbers: Sequence[str], rename: Mapping[str, str]
) -> pd.DataFrame:
    """The rows of a CSV file that have all of ``ids`` and of ``numbers``.

    Args:
        path: with a header.
        report: where rows are accounted for.
        ids: columns of text that every row must have.
        numbers: columns of finite numbers that every row must have.
        rename: other names that columns may have, to the names that are used here.

    Raises:
        SocietyError: if the file cannot be read, or lacks a column.
    """
    import pandas as pd

    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as exc:  # pandas' own errors and undecodable bytes are ValueErrors
        raise SocietyError(explain(str(path), wanted="a table (CSV)", got=str(exc))) from exc
    table = table.rename(columns={old: new for old, new in rename.items() if new not in table.columns})
    if missing := [name for name in (*ids, *numbers) if name not in table.columns]:
        raise SocietyError(
            explain(f"{path}: columns", wanted=" and ".join(missing), got=", ".join(table.columns) or "none")
        )
    report.read += len(table)
    for name in numbers:
        table[name] = pd.to_numeric(table[name], errors="coerce").astype("float64")
        table = _without(table, ~np.isfinite(table[name].to_numpy()), f"no number in {name}", report)
    for name in ids:
        table = _without(table, (table[name].str.strip() == "").to_numpy(), f"no {name}", report)
    report.kept += len(table)
    return table.reset_index(drop=True)


def _without(table: pd.DataFrame, wrong: NDArray[np.bool_], reason: str, report: FileReport) -> pd.DataFrame:
    if not wrong.any():
        return table
    first = int(table.index[wrong][0])
    report.drop_row(reason, first + 2, ",".join(map(str, table.loc[first])), count=int(wrong.sum()))
    return table[~wrong].copy()


def read_posts_table(path: Path, report: FileReport) -> pd.DataFrame:
    """The posts of a ``posts.jsonl`` of cascades; columns as in :class:`s3agents.observed.cascades.Cascades`.

    Raises:
        SocietyError: if the file cannot be read.
    """
    import pandas as pd

    rows = [made for line, row in read_jsonl(path, report) if (made := _post(row, line, report)) is not None]
    report.kept += len(rows)
    texts = dict.fromkeys(_POST_COLUMNS, "object") | {"minute": "float64"}
    return pd.DataFrame(rows, columns=list(_POST_COLUMNS), dtype="object").astype(texts)


def _post(row: Mapping[str, Any], line: int, report: FileReport) -> tuple[Any, ...] | None:
    case, user, text = row.get("case_id"), row.get("user_id"), row.get("text")
    minute = row.get("t_min", row.get("minute"))
    if not case or not isinstance(text, str):
        report.drop_row("no case_id or text", line, case)
        return None
    if not isinstance(minute, int | float) or minute != minute:  # noqa: PLR0124  # only NaN differs from itself
        report.drop_row("no time (t_min)", line, minute)
        return None
    numbered = "n" in row
    kind = ("source" if row["n"] == 0 else "forward") if numbered else _KINDS.get(str(row.get("kind")), "reply")
    ident = f"{case}/{row['n']}" if numbered else str(row.get("post_id") or f"{case}/line{line}")
    parent = row.get("parent") if numbered else row.get("parent_id") or None
    parent = f"{case}/{parent}" if numbered and parent is not None else parent
    attitude = next((_SIDES[v] for key in ("attitude", "sdqc", "support") if (v := row.get(key)) in _SIDES), None)
    emotion = _LEVELS.get(str(row.get("emotion")))
    return (str(case), ident, str(user or ""), float(minute), parent, text, kind, attitude, emotion)
