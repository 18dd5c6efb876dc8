"""Audience: the local society of a cascade: who is recorded and may still be reached, and readers that nobody recorded.

The recorded readers are those whom the follow graph puts within reach of a spreader. A part of the forwards comes from
users who follow nobody who has forwarded, and some data have no graph at all; for these stand synthetic readers, each
of whom follows one of the spreaders. How many forwards come from the one and the other, and how many in all, is
learnt: the pace of other cascades and of the case's own beginning gives the number, and the base rate of the recorded
readers is the one whose expected forwards on this graph make up their part of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from s3agents.evaluation.baselines.base import Floats
from s3agents.evaluation.baselines.on_graph import followers_of
from s3agents.forecasting.cases import Case
from s3agents.ids import UserId
from s3agents.network.graph import FollowGraph, Ints, distinct
from s3agents.network.society import Society
from s3agents.persona import Persona

__all__ = ["AUDIENCE_RATE", "Audience", "build_audience"]

AUDIENCE_RATE = 0.25
"""Probability that a synthetic reader forwards. Only its product with their number shows in the data."""

_MOST = 0.9
_GENERATIONS = 4
_HALVINGS = 40
_FARTHEST = 20.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Audience:
    """The local society of one cascade.

    Attributes:
        society: author, spreaders, recorded readers, synthetic readers.
        author: of the first post.
        spreaders: of each forward that is known, in their order; who forwarded twice stands for two users.
        base_rate: factor on the odds of a recorded reader.
        rates: probability that each reader forwards once the cascade has reached them; others have forwarded.
        synthetic: ids of the synthetic readers.
    """

    society: Society
    author: UserId
    spreaders: tuple[UserId, ...]
    base_rate: float
    rates: Mapping[UserId, float]
    synthetic: frozenset[UserId]


def build_audience(
    case: Case,
    society: Society,
    *,
    forwards: float,
    outside: float,
    seed: int,
    log_odds: Mapping[str, float] | None = None,
) -> Audience:
    """The local society that is expected to forward so often after the beginning.

    Args:
        case: what is known.
        society: everybody who is recorded.
        forwards: expected later forwards.
        outside: share of them by users whom no follow edge reaches.
        seed: of whom the synthetic readers follow.
        log_odds: of a forward by each reader, where they are known; of any other the mean of these, or 0.
    """
    spreaders = case.beginning.spreaders
    reach = _reach(society, spreaders, log_odds or {})
    factor = _base_rate(reach, (1.0 - outside) * forwards)
    missing = max(0.0, forwards - _expected(reach, factor)[0])
    readers = int(np.ceil(missing / AUDIENCE_RATE))
    recorded = [society.personas[i] for i in distinct(np.concatenate([spreaders, reach.users])).tolist()]
    people = _People(case, recorded)
    edges = _recorded_edges(society, people) + people.follow(readers, np.random.default_rng(seed))
    known = zip(reach.users.tolist(), _expected(reach, factor)[1].tolist(), strict=True)
    rates = {society.ids[i]: rate for i, rate in known}
    return Audience(
        society=people.society(edges),
        author=UserId(case.author),
        spreaders=people.spreaders,
        base_rate=factor,
        rates=rates | dict.fromkeys(people.synthetic, missing / readers if readers else 0.0),
        synthetic=frozenset(people.synthetic),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Reach:
    """Readers within reach: those whom a spreader reaches now, then those whom these would reach.

    Attributes:
        users: their positions in the society.
        now: how many of them a spreader reaches now.
        readers: of each follow edge among them, the reader, as a position in ``users``.
        followees: of each such edge, the followee.
        log_odds: of a forward by each of them, shape of ``users``.
    """

    users: Ints
    now: int
    readers: Ints
    followees: Ints
    log_odds: Floats


def _reach(society: Society, spreaders: Ints, log_odds: Mapping[str, float]) -> _Reach:
    """Followers of the spreaders, and followers of these."""
    graph = society.graph
    first = np.setdiff1d(followers_of(graph, spreaders), spreaders).astype(np.int32)
    second = np.setdiff1d(followers_of(graph, first), np.concatenate([spreaders, first])).astype(np.int32)
    users = np.concatenate([first, second])
    place = np.full(graph.n, -1, dtype=np.int32)
    place[users] = np.arange(len(users), dtype=np.int32)
    rows = [place[graph.followers(user)] for user in users.tolist()]
    inside = [row[row >= 0] for row in rows]
    usual = float(np.mean(list(log_odds.values()))) if log_odds else 0.0
    return _Reach(
        users=users,
        now=len(first),
        readers=np.concatenate([np.zeros(0, np.int32), *inside]),
        followees=np.repeat(np.arange(len(users), dtype=np.int32), [len(row) for row in inside]),
        log_odds=np.array([log_odds.get(society.ids[i], usual) for i in users.tolist()], dtype=np.float64),
    )


def _base_rate(reach: _Reach, wanted: float) -> float:
    """The factor on the odds at which so many forwards are expected of the recorded, or the highest one."""
    if not reach.now:
        return 1.0
    low, high = -_FARTHEST, _FARTHEST
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _expected(reach, float(np.exp(middle)))[0] < wanted else (low, middle)
    return float(np.exp(low))


def _expected(reach: _Reach, factor: float) -> tuple[float, Floats]:
    """Expected forwards of the recorded, and the rate of each; readers are taken to be independent."""
    rates = np.minimum(_MOST, 1.0 / (1.0 + np.exp(-reach.log_odds - np.log(factor))))
    reached: Floats = np.zeros(len(reach.users))
    reached[: reach.now] = 1.0
    for _ in range(_GENERATIONS):
        acting = np.log1p(-rates * reached)[reach.followees]
        missed = np.bincount(reach.readers, weights=acting, minlength=len(reached))
        reached[reach.now :] = -np.expm1(missed[reach.now :])
    return float(rates @ reached), rates


class _People:
    """The users of a local society: the recorded, those who are not in the data's list, and synthetic readers."""

    def __init__(self, case: Case, recorded: list[Persona]) -> None:
        self.personas = {persona.id: persona for persona in recorded}
        self.spreaders = tuple(self._spreaders(case))
        for user in (UserId(case.author), *self.spreaders):
            self.personas.setdefault(user, Persona(id=user))
        self._sources = (UserId(case.author), *self.spreaders)
        self.synthetic: list[UserId] = []

    def _spreaders(self, case: Case) -> list[UserId]:
        seen: dict[str, int] = {case.author: 1}
        found = []
        for user in case.forwarders:
            seen[user] = seen.get(user, 0) + 1
            found.append(UserId(user if seen[user] == 1 else f"{user}~{seen[user]}"))
        return found

    def follow(self, readers: int, generator: np.random.Generator) -> list[tuple[UserId, UserId]]:
        """Add synthetic readers; whom each of them follows."""
        self.synthetic = [UserId(f"reader~{number}") for number in range(readers)]
        self.personas.update({user: Persona(id=user) for user in self.synthetic})
        whom = generator.integers(0, len(self._sources), readers).tolist()
        return [(user, self._sources[i]) for user, i in zip(self.synthetic, whom, strict=True)]

    def society(self, edges: list[tuple[UserId, UserId]]) -> Society:
        """All of them, with ``edges`` from follower to followee."""
        index = {user: i for i, user in enumerate(self.personas)}
        ends = [(index[a], index[b]) for a, b in edges]
        graph = FollowGraph.from_edges(len(index), [a for a, _ in ends], [b for _, b in ends])
        return Society(list(self.personas.values()), graph, name="audience")


def _recorded_edges(society: Society, people: _People) -> list[tuple[UserId, UserId]]:
    """The follow edges among the recorded."""
    return [
        (user, society.ids[i])
        for user in people.personas
        if user in society.index
        for i in society.graph.followees(society.index[user]).tolist()
        if society.ids[i] in people.personas
    ]
