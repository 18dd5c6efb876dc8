"""Readers told apart: who of those whom a cascade has reached is likelier to forward it, by a learnt model."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np

from s3agents.behaviour.model import BehaviourModel
from s3agents.behaviour.observed_features import Histories, observed_features
from s3agents.errors import InputError, explain
from s3agents.evaluation.baselines.base import Floats, Forecast
from s3agents.evaluation.baselines.on_graph import NO_GRAPH
from s3agents.forecasting.cases import Case
from s3agents.forecasting.optimise import Target
from s3agents.forecasting.single_readers import Reached, expected_of_single
from s3agents.ids import UserId
from s3agents.observed.cascades import Cascades

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LearntReaders"]


class LearntReaders:
    """What a model of behaviour says of the readers of observed cascades, from what had happened before.

    Args:
        model: learnt by ``s3agents fit``.
        cascades: whose users and exposures these are.

    Raises:
        InputError: if the model has not learnt who forwards.
    """

    def __init__(self, model: BehaviourModel, cascades: Cascades) -> None:
        if not model.acts:
            wanted = "one that has learnt who forwards"
            raise InputError(explain(f"model {model.facts.name}", wanted=wanted, got="one of texts alone"))
        self._model, self._cascades = model, cascades
        self._histories = Histories(cascades)
        self._rows = dict(iter(cascades.exposures.groupby("case_id")))

    @property
    def name(self) -> str:
        """Of the model."""
        return self._model.facts.name

    def saw(self, case: Case) -> bool:
        """Whether the model learnt from ``case``."""
        return self._model.saw_case(case.id)

    def log_odds(self, case: Case) -> Mapping[str, float]:
        """Log-odds of a forward by each user whom the case had reached when its forecast begins.

        Exposures that came later are not looked at.
        """
        return self._told(case, case.beginning.after, case.forwarders)

    def expected(self, case: Case, minutes: Floats, *, outside: float) -> Forecast:
        """What the model forecasts by itself; see :mod:`.single_readers`."""
        rows = self._exposed(case, case.beginning.after)
        if rows is None:
            return Forecast(None, NO_GRAPH)
        reached = Reached(
            log_odds=self._logits(rows),
            minutes=rows["minute"].to_numpy(dtype=np.float64),
            forwarded=rows["user_id"].isin(case.forwarders).to_numpy(dtype=np.bool_),
        )
        return expected_of_single(case.beginning, minutes, reached, self._model.delays, outside=outside)

    def target(self, case: Case, minutes: Floats) -> Target | None:
        """``case`` as something that the readers are to meet; ``None`` if nobody passed it on along a follow edge.

        All of its exposures are looked at, and of its forwards those that a follow edge explains, where the data tell.
        Users whom it did not reach are like the mean of those whom it did.
        """
        society = self._cascades.society
        known = self._told(case, math.inf, ())
        values = self._explained(case, minutes)
        author = society.index.get(UserId(case.author))
        if author is None or not known or values[-1] <= 0:
            return None
        log_odds = np.full(len(society), float(np.mean(list(known.values()))))
        for user, value in known.items():
            if (at := society.index.get(UserId(user))) is not None:
                log_odds[at] = value
        return Target(author=author, log_odds=log_odds, minutes=minutes, values=values)

    def delay(self, u: float, age: float) -> float:
        """Minutes from exposure to act, as the model has them; none where it has not learnt any."""
        delays = self._model.delays
        return 0.0 if delays is None else delays.at(u, age=age)

    def _told(self, case: Case, until: float, without: Collection[str]) -> Mapping[str, float]:
        rows = self._exposed(case, until)
        if rows is None:
            return {}
        known = rows[~rows["user_id"].isin(without)]
        return dict(zip(known["user_id"].astype(str), self._logits(known).tolist(), strict=True))

    def _exposed(self, case: Case, until: float) -> pd.DataFrame | None:
        """First exposures up to minute ``until``; ``None`` if there is none."""
        rows = self._rows.get(case.id)
        known = None if rows is None else rows[rows["minute"] <= until].drop_duplicates("user_id")
        return None if known is None or not len(known) else known

    def _logits(self, rows: pd.DataFrame) -> Floats:
        if not len(rows):
            return np.zeros(0)
        features = observed_features(self._cascades, rows, histories=self._histories)
        return self._model.outcomes["forward"].logits(features)

    def _explained(self, case: Case, minutes: Floats) -> Floats:
        truth = self._cascades.truth
        told = None if truth is None else truth[truth["case_id"] == case.id]
        if told is None or told["forwards_explained"].isna().any() or not len(told):
            return case.course.values
        at = np.maximum(told["minute"].to_numpy().searchsorted(minutes, side="right") - 1, 0)
        return told["forwards_explained"].to_numpy(dtype=np.float64)[at]
