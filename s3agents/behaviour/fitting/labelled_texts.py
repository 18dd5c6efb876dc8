"""Labelled texts: texts with the emotion or the side that they express, from tables, lines and observed cascades.

Columns: ``text``; ``level`` (0 to 3, or calm, moderate, intense) or ``emotion`` with these words; ``stance``,
``attitude``, ``sdqc`` or ``support``; ``target``; ``post_id`` and ``parent_id`` for answers; ``thread_id`` or
``case_id``; ``user_id``; and ``t`` or ``t_min``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s3agents.errors import InputError, explain
from s3agents.labels import Attitude, Emotion
from s3agents.network.load_report import FileReport, LoadReport
from s3agents.network.read_csv import open_csv
from s3agents.network.read_jsonl import read_jsonl
from s3agents.network.read_lines import check_regular
from s3agents.tables import read_parquet_rows

if TYPE_CHECKING:
    from s3agents.observed.cascades import Cascades

__all__ = ["LabelledText", "read_labelled_texts", "texts_of_cascades", "without_repeats"]

_LEVELS: Mapping[str, Emotion] = {
    **{level.value: level for level in Emotion},
    "0": Emotion.CALM,
    "1": Emotion.MODERATE,
    "2": Emotion.MODERATE,
    "3": Emotion.INTENSE,
}
_SIDES: Mapping[str, Attitude] = {
    **dict.fromkeys(("positive", "favor", "favour", "support", "supporting", "for", "pro"), Attitude.POSITIVE),
    **dict.fromkeys(("negative", "against", "deny", "denying", "oppose", "con"), Attitude.NEGATIVE),
}
_SIDE_COLUMNS = ("attitude", "stance", "sdqc", "support")
_LEVEL_COLUMNS = ("level", "emotion")
_LABEL_COLUMNS = (*_SIDE_COLUMNS, *_LEVEL_COLUMNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledText:
    """A text with what it expresses.

    Attributes:
        text: what was said.
        thread: what it belongs to; rows of one thread are in one fold. Empty if the data do not say.
        user: who said it; empty if unknown.
        at: when, in any unit, to put a user's texts in order.
        parent: the text that it answers; ``None`` if it answers nothing, or nobody knows what.
        is_thread: whether the data tell what answers what.
        target: what its side is about; empty if that is what it answers.
        emotion: its level, if labelled.
        attitude: its side, if labelled with one.
    """

    text: str
    thread: str = ""
    user: str = ""
    at: float = 0.0
    parent: str | None = None
    is_thread: bool = False
    target: str = ""
    emotion: Emotion | None = None
    attitude: Attitude | None = None


def read_labelled_texts(path: Path, report: LoadReport) -> list[LabelledText]:
    """The texts of a CSV, JSON-lines or Parquet file that have a label which is understood.

    Args:
        path: the file.
        report: where its rows are accounted for.

    Raises:
        InputError: if it cannot be read, or no row has a text and a label.
    """
    account = report.open(path.name)
    rows = list(_rows(path, account))
    columns = {name for _, row in rows for name in row}
    if "text" not in columns or not columns & set(_LABEL_COLUMNS):
        wanted = f"a column text and one of {', '.join(_LABEL_COLUMNS)}"
        raise InputError(explain(str(path), wanted=wanted, got=", ".join(sorted(columns)) or "no rows"))
    texts = {str(row["post_id"]): str(row.get("text")) for _, row in rows if row.get("post_id")}
    found = [made for line, row in rows if (made := _labelled(row, texts, line, account)) is not None]
    account.kept += len(found)
    if not found:
        wanted = "a text with a label such as support, deny, calm, intense or a level from 0 to 3"
        raise InputError(explain(str(path), wanted=wanted, got=f"none in {len(rows):,} rows"))
    return found


def texts_of_cascades(cascades: Cascades) -> list[LabelledText]:
    """The posts of ``cascades`` whose side or emotion is known."""
    posts = cascades.posts
    texts = dict(zip(posts["post_id"], posts["text"], strict=True))
    found = []
    for row in posts.to_dict("records"):
        side, level = _SIDES.get(str(row["attitude"])), _LEVELS.get(str(row["emotion"]))
        if str(row["text"]).strip() and row["kind"] != "forward" and (side is not None or level is not None):
            made = LabelledText(
                text=row["text"],
                thread=str(row["case_id"]),
                user=str(row["user_id"] or ""),
                at=float(row["minute"]),
                parent=texts.get(row["parent"]),
                is_thread=True,
                emotion=level,
                attitude=side,
            )
            found.append(made)
    return found


def without_repeats(texts: Iterable[LabelledText]) -> list[LabelledText]:
    """``texts`` without those that say the same of the same text again, as where two sources hold one thread."""
    kept: dict[tuple[object, ...], LabelledText] = {}
    for one in texts:
        key = (one.text.strip(), one.target, one.emotion, one.attitude)
        kept.setdefault(key, one)
    return list(kept.values())


def _rows(path: Path, report: FileReport) -> Iterator[tuple[int, Mapping[str, Any]]]:
    name = path.name.lower().removesuffix(".gz")
    if name.endswith(".csv"):
        return _csv_rows(path, report)
    if name.endswith((".jsonl", ".ndjson")):
        return iter(read_jsonl(path, report))
    if name.endswith(".parquet"):
        return _parquet_rows(path, report)
    wanted = "a folder of cascades, or a file *.csv, *.jsonl (perhaps .gz) or *.parquet"
    raise InputError(explain(str(path), wanted=wanted, got="another kind of file"))


def _csv_rows(path: Path, report: FileReport) -> Iterator[tuple[int, Mapping[str, Any]]]:
    header, rows = open_csv(path, report)
    for line, values in rows:
        yield line, dict(zip(header, values, strict=False))


def _parquet_rows(path: Path, report: FileReport) -> Iterator[tuple[int, Mapping[str, Any]]]:
    check_regular(path)
    for batch in read_parquet_rows(path):
        for row in batch:
            report.read += 1
            yield report.read, row


def _labelled(row: Mapping[str, Any], texts: Mapping[str, str], line: int, report: FileReport) -> LabelledText | None:
    text = row.get("text")
    if not isinstance(text, str) or not text.strip():
        report.drop_row("no text", line, text)
        return None
    side = next((_SIDES[v] for name in _SIDE_COLUMNS if (v := _word(row.get(name))) in _SIDES), None)
    level = next((_LEVELS[v] for name in _LEVEL_COLUMNS if (v := _word(row.get(name))) in _LEVELS), None)
    if side is None and level is None:
        report.drop_row("a label of no side and no level", line, _shown_label(row))
        return None
    made = LabelledText(text=text, target=str(row.get("target") or "").strip(), emotion=level, attitude=side)
    return _placed(made, row, texts)


def _placed(made: LabelledText, row: Mapping[str, Any], texts: Mapping[str, str]) -> LabelledText:
    """``made`` with its place in a thread."""
    at = next((row[name] for name in ("t", "t_min", "minute") if isinstance(row.get(name), int | float)), 0.0)
    return replace(
        made,
        thread=str(row.get("thread_id") or row.get("case_id") or ""),
        user=str(row.get("user_id") or ""),
        at=float(at),
        parent=texts.get(str(row.get("parent_id"))),
        is_thread="parent_id" in row,
    )


def _word(value: object) -> str:
    return str(value).strip().casefold() if value is not None else ""


def _shown_label(row: Mapping[str, Any]) -> str:
    return next((str(row[name]) for name in _LABEL_COLUMNS if row.get(name) not in (None, "")), "")
