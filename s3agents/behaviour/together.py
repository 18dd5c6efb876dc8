"""Together: what several turns under way ask of a model is answered in one batch, each as if it had asked alone."""

from __future__ import annotations

import asyncio

import numpy as np
from numpy.typing import NDArray

from s3agents.behaviour.model import BehaviourModel
from s3agents.events import Action

__all__ = ["Together"]

_Floats = NDArray[np.float64]
_Answer = dict[Action, _Floats]


class Together:
    """The probabilities of a model, asked for by many tasks: a walk through its trees costs one row as much as fifty.

    A question waits until all tasks that could run have run; those that they ask meanwhile are answered with it.

    Args:
        model: that has learnt what users do.
        base_rate: factor on the odds of a forward.
    """

    def __init__(self, model: BehaviourModel, *, base_rate: float) -> None:
        self._model, self._base_rate = model, base_rate
        self._asked: list[tuple[_Floats, asyncio.Future[_Answer]]] = []

    async def probabilities(self, rows: _Floats) -> _Answer:
        """As :meth:`~s3agents.behaviour.model.BehaviourModel.probabilities`, to the last bit."""
        loop = asyncio.get_running_loop()
        if not self._asked or self._asked[0][1].get_loop() is not loop:  # a loop that has ended answers nobody
            self._asked = []
            loop.call_soon(self._answer)
        answer: asyncio.Future[_Answer] = loop.create_future()
        self._asked.append((rows, answer))
        return await answer

    def _answer(self) -> None:
        asked, self._asked = self._asked, []
        try:
            found = self._model.probabilities_of_each([rows for rows, _ in asked], base_rate=self._base_rate)
        except Exception as error:  # it is theirs who asked
            for _, answer in asked:
                if not answer.done():
                    answer.set_exception(error)
            return
        for (_, answer), one in zip(asked, found, strict=True):
            if not answer.done():  # who asked may have been cancelled
                answer.set_result(one)
