"""Parts: what a source of societies (a folder, a networkx graph) hands over to become a Society."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from s3agents.ids import UserId
from s3agents.network.graph import FollowGraph
from s3agents.network.load_report import LoadReport
from s3agents.persona import Persona

__all__ = ["Parts"]


@dataclass(frozen=True, slots=True)
class Parts:
    """Users in their order, the graph over their positions, earlier posts, and the account of how they were read."""

    personas: list[Persona]
    graph: FollowGraph
    history: Mapping[UserId, tuple[str, ...]]
    report: LoadReport = field(default_factory=LoadReport)
