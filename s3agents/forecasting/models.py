"""The rows of a table of forecasts: the society and the baselines, each told what it may know of other cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from s3agents.evaluation.baselines.base import Floats, Forecast
from s3agents.evaluation.baselines.growth import mean_growth, no_growth
from s3agents.evaluation.baselines.independent_cascade import PROBABILITIES, independent_cascade
from s3agents.evaluation.baselines.linear_threshold import WEIGHTS, linear_threshold
from s3agents.evaluation.baselines.on_graph import NO_GRAPH, Rounds, best_of
from s3agents.evaluation.baselines.sir import sir
from s3agents.evaluation.forecast_scores import score_forecast
from s3agents.forecasting.cases import Case, Cases

__all__ = ["BASELINES", "Baselines"]

BASELINES = ("mean growth", "no growth", "SIR", "independent cascade", "linear threshold")
"""Names of the rows below the society's."""

_TRIED_REPLICATES = 5
_NOBODY = "no other cases to fit it on"


@dataclass(slots=True)
class Baselines:
    """The baselines over one set of cases.

    Attributes:
        data: the cases, with minutes and graph.
        rounds: time of a round, replicates and seed of those on the graph.
    """

    data: Cases
    rounds: Rounds
    _losses: dict[tuple[str, str], Floats] = field(default_factory=dict)

    def __call__(self, name: str, case: Case, others: Sequence[Case]) -> Forecast:
        """The forecast of the baseline ``name`` for ``case``; ``others`` are those that it may learn from."""
        minutes, beginning = self.data.minutes, case.beginning
        if name == "mean growth":
            return mean_growth(beginning, minutes, [other.course for other in others])
        if name == "no growth":
            return no_growth(beginning, minutes)
        if name == "SIR":
            return sir(beginning, minutes)
        if not self.data.society.graph.edges:
            return Forecast(None, NO_GRAPH)
        if not others:
            return Forecast(None, _NOBODY)
        model, tried = self._on_graph(name)
        best = best_of(tried, np.array([self._losses_of(name, other) for other in others]))
        return model(case, best, self.rounds)

    def _on_graph(self, name: str) -> tuple[Callable[[Case, float, Rounds], Forecast], tuple[float, ...]]:
        """A model of one parameter, and the values among which the best is looked for."""
        minutes, graph = self.data.minutes, self.data.society.graph

        def cascade(case: Case, parameter: float, rounds: Rounds) -> Forecast:
            return independent_cascade(case.beginning, minutes, graph, probability=parameter, rounds=rounds)

        def threshold(case: Case, parameter: float, rounds: Rounds) -> Forecast:
            return linear_threshold(case.beginning, minutes, graph, weight=parameter, rounds=rounds)

        return (cascade, PROBABILITIES) if name == "independent cascade" else (threshold, WEIGHTS)

    def _losses_of(self, name: str, case: Case) -> Floats:
        """The error on ``case`` under each value of the parameter; worked out once."""
        if (name, case.id) not in self._losses:
            model, tried = self._on_graph(name)
            fewer = Rounds(minutes=self.rounds.minutes, replicates=_TRIED_REPLICATES, seed=self.rounds.seed)
            self._losses[name, case.id] = np.array([self._loss(model(case, value, fewer), case) for value in tried])
        return self._losses[name, case.id]

    def _loss(self, forecast: Forecast, case: Case) -> float:
        if forecast.values is None:
            return 0.0
        minutes, after = self.data.minutes, self.data.after
        score = score_forecast(forecast.values, case.course.values, minutes, after=after)
        return 0.0 if score is None else score.rmse
