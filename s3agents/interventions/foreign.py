"""ForeignIntervention: an intervention of others: what fails in it ends the run, with its name and its package."""

from __future__ import annotations

from collections.abc import Collection

from s3agents.errors import RunError
from s3agents.interventions.base import Intervention, Levers, Situation
from s3agents.secrecy import failures_as

__all__ = ["ForeignIntervention"]


class ForeignIntervention:
    """An intervention that is not ours.

    Args:
        inner: the intervention.
        who: as messages call it.
        secrets: what no message may show.
    """

    def __init__(self, inner: Intervention, who: str, *, secrets: Collection[str] = ()) -> None:
        self._inner, self._who, self._secrets = inner, who, tuple(secrets)

    def act(self, now: Situation, levers: Levers) -> None:
        """What it does before a tick.

        Raises:
            RunError: if it fails.
        """
        with failures_as(RunError, self._who, secrets=self._secrets):
            self._inner.act(now, levers)
