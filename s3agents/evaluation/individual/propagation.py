"""Event propagation: will this user forward the post that reached them (S3 section 3.3.4)?

A probe is a user at the moment when a post first reached them along a follow edge. They read the first post, or the
forward of it by the one whom they follow; they remember what they wrote and passed on in earlier cascades. Nothing of
what came later is shown, and no degree in the graph: who follows few of the others is there because they forwarded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from s3agents.cognition.base import Scene
from s3agents.evaluation.individual.asking import FORWARDED, NOT_FORWARDED
from s3agents.evaluation.individual.frames import rows_of, sources_of
from s3agents.evaluation.individual.history import History
from s3agents.evaluation.individual.probe import Probe, Task
from s3agents.evaluation.individual.situations import Said, delivery, situation
from s3agents.evaluation.individual.wording import Wording
from s3agents.events import Delivery, Source
from s3agents.ids import UserId, post_id
from s3agents.network.society import Society
from s3agents.observed.cascades import Cascades
from s3agents.persona import Persona

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["has_decisions", "persona_of", "propagation_task", "source_of"]

_MOST = 4000
"""Most probes of a sample of exposures, where the data have no decisions of their own."""
_LEAKS = frozenset({"followees_in_graph", "followers_in_graph", "influence"})
"""Attributes that come from a graph which was recorded among those who took part."""


def has_decisions(cascades: Cascades) -> bool:
    """Whether it is known of anybody whether they forwarded what had reached them."""
    return cascades.decisions is not None or not cascades.exposures.empty


def propagation_task(cascades: Cascades, history: History, wording: Wording, *, seed: int) -> Task:
    """Probes of the decision to forward: those that the data name, else a balanced sample of exposures.

    Args:
        cascades: what happened.
        history: what users had been through before.
        wording: of the scene.
        seed: of the sample and the draws.
    """
    clean = set(cascades.cases.index[cascades.cases["clean"]])
    exposures = cascades.exposures[cascades.exposures["case_id"].isin(clean)]
    given = cascades.decisions
    rows = _balanced(exposures, seed) if given is None else given[given["case_id"].isin(clean)]
    maker = _Maker(cascades, history, wording, seed)
    probes = [probe for row in rows_of(rows) if (probe := maker.probe(row)) is not None]
    return Task(
        name="event_propagation",
        data=cascades.name,
        split=cascades.split,
        ask="act",
        labels=(FORWARDED, NOT_FORWARDED),
        positive=FORWARDED,
        unit="decisions",
        group="cases",
        probes=tuple(probes),
        left_out={
            "of cases not fit for scoring": 0 if given is None else len(given) - len(rows),
            "without a first post": len(rows) - len(probes),
        },
        base_rate=float(exposures["forwarded"].mean()) if len(exposures) else None,
        remarks=("a sample of the exposures with as many forwards as not",) if given is None else (),
    )


def _balanced(exposures: pd.DataFrame, seed: int) -> pd.DataFrame:
    """As many exposures that were followed by a forward as others, drawn without replacement."""
    draw = np.random.default_rng(seed)
    sides = [np.flatnonzero(exposures["forwarded"].to_numpy() == side) for side in (False, True)]
    n = min(*(len(side) for side in sides), _MOST // 2)
    chosen = np.concatenate([draw.choice(side, n, replace=False) for side in sides])
    return exposures.iloc[np.sort(chosen)]


class _Maker:
    """Makes the probe of an exposure."""

    def __init__(self, cascades: Cascades, history: History, wording: Wording, seed: int) -> None:
        self._sources = sources_of(cascades.posts)
        self._events = cascades.cases["event"].fillna("").to_dict()
        self._society, self._history, self._seed = cascades.society, history, seed
        self._wording = wording
        self._scenes: dict[str, Scene] = {}

    def probe(self, row: Any) -> Probe | None:
        """The probe of a row of exposures; ``None`` where the first post is not known."""
        exposure = _Exposure.of(row)
        source = self._sources.get(exposure.case)
        if source is None:
            return None
        root = self._history.root(exposure.case, exposure.case)
        said = Said(id=root, author=source.user_id, minute=0.0, text=source.text)
        view = situation(
            self._scene(exposure.case, source.text),
            persona_of(self._society, exposure.user),
            probe=f"{exposure.case}/{exposure.user}",
            seed=self._seed,
            perceived=[self._reached(said, exposure)],
            earlier=self._history.before(exposure.user, exposure.case, exposure.minute),
            minute=exposure.minute,
        )
        truth = FORWARDED if exposure.forwarded else NOT_FORWARDED
        elapsed, hour = self._history.clock(exposure.case)
        return Probe(
            id=view.draws.agent,
            view=view,
            truth=truth,
            group=exposure.case,
            case=exposure.case,
            people=self._person,
            elapsed=elapsed,
            hour=hour,
        )

    def _person(self, user: str) -> Persona | None:
        return persona_of(self._society, user) if user in self._society else None

    def _reached(self, said: Said, exposure: _Exposure) -> Delivery:
        """The first post as its author published it, or as the one whom the user follows passed it on."""
        origin = source_of(self._society, exposure.user, exposure.via)
        if exposure.via == said.author:
            return delivery(said, origin)
        tick = int(exposure.minute)
        ident = post_id(tick, UserId(exposure.via), 0)
        forward = replace(
            said,
            id=ident,
            author=exposure.via,
            minute=exposure.minute,
            root=said.id,
            parent=said.id,
            is_forward=True,
        )
        return delivery(forward, origin)

    def _scene(self, case: str, text: str) -> Scene:
        if case not in self._scenes:
            self._scenes[case] = self._wording.of_post(text, self._events[case])
        return self._scenes[case]


@dataclass(frozen=True, slots=True)
class _Exposure:
    case: str
    user: str
    minute: float
    via: str
    forwarded: bool

    @classmethod
    def of(cls, row: Any) -> _Exposure:
        return cls(row.case_id, row.user_id, float(row.minute), row.via, bool(row.forwarded))


def source_of(society: Society, user: str, author: str) -> Source:
    """Where a post of ``author`` reaches ``user`` from, by the graph."""
    if user == author:
        return Source.SELF
    if user not in society or author not in society or author not in society.followees(user):
        return Source.PLATFORM
    return Source.MUTUAL if user in society.followees(author) else Source.FOLLOWEE


def persona_of(society: Society, user: str) -> Persona:
    """The profile of ``user``, without what leaks from the graph."""
    known = society[user] if user in society else Persona(id=UserId(user or "unknown"))
    extras = {name: value for name, value in known.extra.items() if name not in _LEAKS}
    return replace(known, extra=extras)
