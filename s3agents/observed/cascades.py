"""Cascades: posts that spread among real users, with who was exposed, who passed them on, and when.

The layout is that of :mod:`s3agents.network.raw.cascades`, read here for what happened rather than for who there is. A
folder has ``cases.csv``, perhaps ``users.*`` and ``follows.csv``, and below it a folder for each split, such as ``dev``
and ``heldout``, with ``posts.jsonl`` and perhaps ``adoptions.csv``, ``exposures.csv``, ``micro.csv`` (a sample of
decisions) and ``truth.csv``. The folder of a split may be given itself; what all splits share is then beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from s3agents.errors import SocietyError, explain
from s3agents.network.graph import FollowGraph
from s3agents.network.load import has_people, read_people
from s3agents.network.load_report import LoadReport
from s3agents.network.society import Society
from s3agents.observed.first_exposures import first_exposures
from s3agents.observed.tables import read_posts_table, read_table
from s3agents.persona import Persona

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Cascades", "data_folder", "is_observed", "read_cascades"]

_CASES, _POSTS = "cases.csv", "posts.jsonl"
_MINUTES = {"t_min": "minute", "t_exposed_min": "minute", "t_forward_min": "forward_minute"}
_TRUTH = {
    "t_min": "minute",
    "n_forward": "forwards",
    "n_repost": "forwards",
    "n_forward_explained": "forwards_explained",
    "n_reply": "replies",
    "n_aware": "aware",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cascades:
    """What happened to some posts, as pandas frames; minutes count from the first post of a case.

    Attributes:
        folder: where it was read.
        splits: names of the parts that were read; ``all`` where the data are not split.
        society: the users, with their profiles and follow edges; where these are not known, the users that occur.
        cases: by ``case_id``: ``author``, ``start`` (seconds since 1970, or NaN), ``event``, ``story``, ``split``, and
            ``clean``, whether it is fit for scoring (true where the data do not say).
        posts: ``case_id, post_id, user_id, minute, parent, text, kind`` (source, reply, forward), ``attitude``
            (positive, negative, or none; support and denial count as these), ``emotion`` (a level, or none).
        adoptions: ``case_id, user_id, minute, kind`` (forward, reply), in the order of cases and minutes.
        exposures: ``case_id, user_id, minute, via, forwarded, forward_minute``: the first time that a post of the case
            reached the user along a follow edge, from whom, and whether (and when) the user forwarded afterwards.
        decisions: a sample of exposures to score single decisions on, with the same columns; ``None`` if there is none.
        truth: ``case_id, minute, forwards, forwards_explained, replies, aware``: cumulative numbers over time, NaN
            where the data do not have them; ``None`` if there is no such file.
        report: what became of the rows.
    """

    folder: Path
    splits: tuple[str, ...]
    society: Society
    cases: pd.DataFrame
    posts: pd.DataFrame
    adoptions: pd.DataFrame
    exposures: pd.DataFrame
    decisions: pd.DataFrame | None
    truth: pd.DataFrame | None
    report: LoadReport

    @property
    def name(self) -> str:
        """How tables call the data."""
        return self.folder.resolve().name

    @property
    def split(self) -> str:
        """The splits in one word."""
        return "+".join(self.splits)


def is_observed(folder: Path) -> bool:
    """Whether ``folder`` holds posts of cascades, or a split that does."""
    return bool(folder.is_dir() and _splits(folder))


def data_folder(folder: Path) -> Path:
    """The folder that holds all splits: ``folder`` itself, or the one above where ``folder`` is a split."""
    above = folder.resolve().parent
    return folder if (folder / _CASES).is_file() or not (above / _CASES).is_file() else above


def read_cascades(folder: Path | str, *, split: str | None = None) -> Cascades:
    """What happened, as the files in ``folder`` tell.

    Args:
        folder: of the data, or of one split.
        split: read this part only; all of them by default.

    Raises:
        SocietyError: if there is nothing of the kind, or a file cannot be used.
    """
    root = Path(folder)
    parts = _chosen(root, split)
    base = data_folder(root)
    report = LoadReport()
    frames = [_Part(path, report) for path in parts]
    posts, adoptions = _joined([f.posts for f in frames]), _joined([f.adoptions() for f in frames])
    society = _society(base, report, posts, adoptions)
    cases = _cases(base, report, {f.path.resolve().name: f.posts for f in frames})
    return Cascades(
        folder=root,
        splits=tuple("all" if path == root and base == root else path.resolve().name for path in parts),
        society=society,
        cases=cases,
        posts=posts,
        adoptions=adoptions.sort_values(["case_id", "minute"], kind="stable", ignore_index=True),
        exposures=_joined([f.exposures("exposures.csv") for f in frames])
        if all(f.has("exposures.csv") for f in frames)
        else first_exposures(cases, adoptions, society),
        decisions=_joined([f.exposures("micro.csv") for f in frames if f.has("micro.csv")], empty=None),
        truth=_joined([f.truth() for f in frames if f.has("truth.csv")], empty=None),
        report=report,
    )


def _splits(folder: Path) -> list[Path]:
    if (folder / _POSTS).is_file():
        return [folder]
    return sorted(entry for entry in folder.iterdir() if (entry / _POSTS).is_file())


def _chosen(root: Path, split: str | None) -> list[Path]:
    if not root.is_dir():
        raise SocietyError(explain(str(root), wanted="a folder of cascades", got="none", remedy="check the path"))
    found = _splits(root)
    if not found:
        wanted = f"{_POSTS}, or folders such as dev with one"
        raise SocietyError(explain(str(root), wanted=wanted, got="neither"))
    if split is None:
        return found
    chosen = [path for path in found if path.resolve().name == split]
    if not chosen:
        raise SocietyError(explain(f"split of {root}", wanted=" or ".join(p.resolve().name for p in found), got=split))
    return chosen


class _Part:
    """The files of one split."""

    def __init__(self, path: Path, report: LoadReport) -> None:
        self.path, self._report = path, report
        self.posts = read_posts_table(path / _POSTS, report.open(f"{path.name}/{_POSTS}"))

    def has(self, name: str) -> bool:
        return (self.path / name).is_file()

    def _table(self, name: str, ids: tuple[str, ...], rename: dict[str, str]) -> pd.DataFrame:
        report = self._report.open(f"{self.path.name}/{name}")
        return read_table(self.path / name, report, ids=ids, numbers=("minute",), rename=rename)

    def adoptions(self) -> pd.DataFrame:
        """As the file has them; without one, all posts but the sources."""
        if not self.has("adoptions.csv"):
            kept = self.posts[(self.posts["kind"] != "source") & (self.posts["user_id"] != "")]
            return kept[["case_id", "user_id", "minute", "kind"]].reset_index(drop=True)
        table = self._table("adoptions.csv", ("case_id", "user_id", "kind"), _MINUTES)
        kind = table["kind"].where(table["kind"] == "reply", "forward")
        return table.assign(kind=kind)[["case_id", "user_id", "minute", "kind"]]

    def exposures(self, name: str) -> pd.DataFrame:
        import pandas as pd

        table = self._table(name, ("case_id", "user_id", "via", "forwarded"), _MINUTES)
        at = table["forward_minute"] if "forward_minute" in table.columns else pd.Series("", index=table.index)
        told = {
            "forwarded": table["forwarded"].isin(["1", "true", "True"]),
            "forward_minute": pd.to_numeric(at, errors="coerce"),
        }
        return table.assign(**told)[["case_id", "user_id", "minute", "via", "forwarded", "forward_minute"]]

    def truth(self) -> pd.DataFrame:
        import pandas as pd

        table = self._table("truth.csv", ("case_id",), _TRUTH)
        wanted = ["case_id", *dict.fromkeys(_TRUTH.values())]
        table = table.reindex(columns=wanted)
        return table.assign(**{name: pd.to_numeric(table[name], errors="coerce") for name in wanted[1:]})


def _joined(frames: list[pd.DataFrame], *, empty: pd.DataFrame | None = None) -> pd.DataFrame:
    import pandas as pd

    if not frames:
        return empty  # type: ignore[return-value]  # only asked for where there may be none
    return pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]


def _society(base: Path, report: LoadReport, posts: pd.DataFrame, adoptions: pd.DataFrame) -> Society:
    if has_people(base):
        users, graph = read_people(base, report)
        return Society(list(users.values()), graph, name=base.resolve().name, report=report)
    import numpy as np

    names = sorted({*posts["user_id"], *adoptions["user_id"]} - {""})
    nobody = np.zeros(0, np.int32)
    people = [Persona(id=name) for name in names]
    return Society(people, FollowGraph.from_edges(len(people), nobody, nobody), name=base.resolve().name, report=report)


def _cases(base: Path, report: LoadReport, posts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The cases whose posts were read, with what ``cases.csv`` tells of them if there is one."""
    import pandas as pd

    found = pd.concat([frame[["case_id"]].assign(split=name) for name, frame in posts.items()])
    found = found.drop_duplicates("case_id").set_index("case_id")
    sources = _joined(list(posts.values())).query("kind == 'source'").drop_duplicates("case_id").set_index("case_id")
    found["author"] = sources["user_id"].reindex(found.index)
    told = pd.DataFrame(index=found.index)
    if (base / _CASES).is_file():
        table = read_table(base / _CASES, report.open(_CASES), ids=("case_id",), numbers=(), rename={"t0_utc": "start"})
        told = table.drop_duplicates("case_id").set_index("case_id").reindex(found.index)
    for name in ("event", "story"):
        found[name] = told[name].where(told[name] != "", None) if name in told.columns else None
    start = told["start"] if "start" in told.columns else pd.Series(None, index=found.index, dtype="object")
    found["start"] = pd.to_numeric(start, errors="coerce").astype("float64")
    found["clean"] = told["clean"].ne("0") if "clean" in told.columns else True
    return found
