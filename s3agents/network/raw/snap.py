"""SNAP: lists of edges, as the Stanford Large Network Dataset Collection and KONECT publish them.

A line ``A B`` says that A follows B: SNAP's directed graphs of followers run so, in ``ego-Twitter`` as in ``higgs``.
Columns are separated by commas, tabs or blanks; from the third on (weights, times) they are not read. Lines that begin
with ``#`` or ``%`` are comments; SNAP's "Undirected graph" makes each line two edges. The egos of ``*.edges`` do not
appear in their files: SNAP leaves out that they follow everybody in them, and so does this.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from s3agents.errors import SocietyError, explain
from s3agents.network.load_report import FileReport, LoadReport
from s3agents.network.raw.base import RawEdge, RawPost, RawUser
from s3agents.network.raw.lines import raw_lines
from s3agents.network.raw.synonyms import FOLLOWS, plain_name
from s3agents.network.raw.values import id_of, why_no_id
from s3agents.network.read_lines import Fault

__all__ = ["SnapSource", "edge_lists", "is_edge_list"]

_SUFFIXES = frozenset({".edges", ".edgelist"})
_COMMENTS = ("#", "%")
_UNDIRECTED = "undirected graph"
_HEADERS = (*((a, b) for a in FOLLOWS["follower"] for b in FOLLOWS["followee"]), ("id_1", "id_2"), ("node_1", "node_2"))
_PROBED_LINES = 100


class SnapSource:
    """Raw data in lists of edges: no records of users, no posts; nothing is held in memory.

    Args:
        path: a list of edges, plain or with ``.gz``, or a folder of some.

    Raises:
        SocietyError: if there is none.
    """

    layout = "snap"
    states_users = False

    def __init__(self, path: Path) -> None:
        self.files = edge_lists(path) if path.is_dir() else [path]
        if not self.files:
            wanted = "files such as *.edges, *.edgelist, or *.txt that begin with two numbers"
            raise SocietyError(explain(str(path), wanted=wanted, got="none"))

    def users(self, report: LoadReport) -> Iterator[RawUser]:
        """Nobody: users are those who follow or are followed."""
        return iter(())

    def posts(self, report: LoadReport) -> Iterator[RawPost]:
        """None."""
        return iter(())

    def follows(self, report: LoadReport) -> Iterator[RawEdge]:
        """The edges, in the order of the files."""
        for path in self.files:
            yield from _edges(path, report.open(path.name))


def edge_lists(folder: Path) -> list[Path]:
    """The files of ``folder`` that are lists of edges."""
    files = sorted(entry for entry in folder.iterdir() if entry.is_file() and not entry.name.startswith("."))
    return [file for file in files if is_edge_list(file)]


def is_edge_list(file: Path) -> bool:
    """Whether ``file`` is a list of edges by its suffix, or as ``.txt`` by how it begins."""
    return _suffix(file) in _SUFFIXES or (_suffix(file) == ".txt" and _begins(file))


def _suffix(path: Path) -> str:
    return (path.with_suffix("") if path.suffix == ".gz" else path).suffix.lower()


def _begins(path: Path) -> bool:
    """Whether the first row of ``path`` begins with two whole numbers."""
    for _, line in zip(range(_PROBED_LINES), raw_lines(path, Fault()), strict=False):
        if line.strip() and not line.startswith(_COMMENTS):
            ends = line.split(_separator(line))
            return len(ends) > 1 and all(end.strip().isdecimal() for end in ends[:2])
    return False


def _separator(line: str) -> str | None:
    return "," if "," in line else None


def _edges(path: Path, report: FileReport) -> Iterator[RawEdge]:
    both, width, separator = False, 0, None
    fault = Fault()
    for number, line in enumerate(raw_lines(path, fault), start=1):
        if fault.line == number:
            report.read += 1
            report.drop_row(fault.why, number, line.strip())
            continue
        if line.startswith(_COMMENTS):
            both = both or (not width and line.lstrip("#% ").lower().startswith(_UNDIRECTED))
            continue
        if not width:
            separator = _separator(line)
        ends = line.split(separator)
        if not ends or line.isspace():
            continue
        if not width:
            width = len(ends)
            if _is_header(ends):
                continue
        report.read += 1
        if len(ends) != width or width < 2:
            wanted = f"{width} columns" if width > 1 else "2 columns or more"
            report.drop_row(f"broken line: not {wanted}", number, line.strip())
            continue
        follower, followee = id_of(ends[0]), id_of(ends[1])
        if not follower or not followee:
            report.drop_row(why_no_id(ends[1] if follower else ends[0]), number, line.strip())
            continue
        yield RawEdge(follower, followee, number, report)
        if both:
            report.read += 1
            yield RawEdge(followee, follower, number, report)


def _is_header(ends: list[str]) -> bool:
    return tuple(plain_name(end) for end in ends[:2]) in _HEADERS
