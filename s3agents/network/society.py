"""Society: the users of a run and who follows whom. Owns the positions of users, by which graphs and feeds go."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from s3agents.errors import SocietyError, explain
from s3agents.ids import UserId
from s3agents.network.digest import society_digest
from s3agents.network.from_networkx import named_graph, read_networkx
from s3agents.network.graph import FollowGraph
from s3agents.network.load import read_folder
from s3agents.network.load_report import LoadReport
from s3agents.network.parts import Parts
from s3agents.network.sample import nearest
from s3agents.persona import Persona

__all__ = ["Society"]


class Society:
    """Users, follow edges and earlier posts (S3 section 4.1, "Environment Construction"). It never changes.

    Attributes:
        ids: ids of the users, in the order of ``personas``.
        index: id of a user to position.

    Args:
        personas: the users, in the order that positions and ties go by.
        graph: who follows whom, over positions in ``personas``.
        history: earlier posts of users, newest last; users without any may be absent.
        name: how tables call the society.
        report: what became of the rows it was read from.

    Raises:
        SocietyError: if two users share an id, the graph is of another size, or a history is of nobody.
    """

    def __init__(
        self,
        personas: Sequence[Persona],
        graph: FollowGraph,
        *,
        history: Mapping[UserId, Sequence[str]] | None = None,
        name: str = "society",
        report: LoadReport | None = None,
    ) -> None:
        self.personas = tuple(personas)
        self.ids = tuple(persona.id for persona in self.personas)
        self.index: Mapping[UserId, int] = MappingProxyType({user: i for i, user in enumerate(self.ids)})
        self.graph = graph
        self.history = MappingProxyType({user: tuple(texts) for user, texts in (history or {}).items()})
        self.name = name
        self.report = report or LoadReport()
        self._check()

    def _check(self) -> None:
        users = len(self.personas)
        if len(self.index) != users:
            raise SocietyError(explain(self.name, wanted="distinct ids", got=f"{len(self.index)} among {users} users"))
        if self.graph.n != users:
            raise SocietyError(explain(f"{self.name}: graph", wanted=f"{users} users", got=str(self.graph.n)))
        for user in self.history:
            self.position(user)

    @classmethod
    def load(cls, path: Path | str, strict: bool = False) -> Society:
        """The society in the folder ``path``; see :func:`s3agents.network.load.read_folder` for its files.

        What cannot be used is dropped and accounted for in :attr:`report`, or with ``strict`` an error.

        Raises:
            SocietyError: if the folder or one of its files cannot be used at all.
        """
        folder = Path(path)
        return cls._of(read_folder(folder, strict=strict), folder.resolve().name)

    @classmethod
    def from_networkx(cls, graph: Any, name: str = "networkx") -> Society:
        """The society of a networkx graph; see :func:`s3agents.network.from_networkx.read_networkx`.

        Raises:
            SocietyError: if a node cannot be an id, or two nodes have the same one.
        """
        return cls._of(read_networkx(graph), name)

    @classmethod
    def named(cls, name: str) -> Society:
        """A social graph that ships with networkx, such as ``karate_club``; see :data:`.from_networkx.NAMED`.

        Raises:
            SocietyError: for any other name.
        """
        return cls.from_networkx(named_graph(name), name=name)

    @classmethod
    def empty(cls) -> Society:
        """The society of nobody."""
        return cls((), FollowGraph.from_edges(0, np.zeros(0, np.int32), np.zeros(0, np.int32)), name="nobody")

    @classmethod
    def _of(cls, parts: Parts, name: str) -> Society:
        return cls(parts.personas, parts.graph, history=parts.history, name=name, report=parts.report)

    def __len__(self) -> int:
        return len(self.personas)

    def __iter__(self) -> Iterator[Persona]:
        return iter(self.personas)

    def __contains__(self, user: object) -> bool:
        return user in self.index

    def __getitem__(self, user: str) -> Persona:
        return self.personas[self.position(user)]

    def __repr__(self) -> str:
        return f"<Society {self.name}: {len(self)} users, {self.graph.edges} follow edges>"

    def position(self, user: str) -> int:
        """Position of the user with id ``user``.

        Raises:
            SocietyError: if there is none.
        """
        try:
            return self.index[UserId(user)]
        except KeyError:
            got = f"{user!r}, which is none of {len(self)} users"
            raise SocietyError(explain(f"{self.name}: user", wanted="an id of the society", got=got)) from None

    def followees(self, user: str) -> tuple[UserId, ...]:
        """Ids of those whom ``user`` follows, in the order of users."""
        return self._ids(self.graph.followees(self.position(user)).tolist())

    def followers(self, user: str) -> tuple[UserId, ...]:
        """Ids of those who follow ``user``, in the order of users."""
        return self._ids(self.graph.followers(self.position(user)).tolist())

    def _ids(self, positions: list[int]) -> tuple[UserId, ...]:
        return tuple(self.ids[i] for i in positions)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of users, edges and history, 64 hex digits; neither file format nor order of rows changes it."""
        return society_digest(self.personas, self.graph, self.history)

    def sample(self, n: int, around: Collection[str] = ()) -> Society:
        """The ``n`` users nearest to those of ``around``, with the edges among them; see :func:`.sample.nearest`.

        The order of users, and with it every tie, is that of this society. With ``n`` at or above its size, all stay.

        Raises:
            ValueError: if ``n`` is negative.
            SocietyError: if one of ``around`` is no user.
        """
        if n < 0:
            raise ValueError(f"a sample has 0 users or more, got {n}")
        chosen = nearest(self.graph, n, [self.position(user) for user in around])
        personas = [self.personas[i] for i in chosen.tolist()]
        history = {p.id: self.history[p.id] for p in personas if p.id in self.history}
        graph = self.graph.subgraph(chosen)
        return Society(personas, graph, history=history, name=self.name, report=self.report)
