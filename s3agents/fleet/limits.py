"""FleetLimits: bounds of what a run with workers takes of a server, and how long anybody waits for anybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["MAX_AGE", "FleetLimits"]

MAX_AGE: Final = 7 * 24 * 3600.0
"""Seconds after which messages go: what a run that was killed for good leaves behind does not stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetLimits:
    """Bounds; none of them shapes the record.

    Attributes:
        lease: seconds for which an order is a worker's; it extends them while it works. A worker that is killed,
            stopped or cut off for longer loses the order to another.
        patience: seconds without a sign of any worker after which the run ends.
        replicas: servers of the cluster that keep a copy of everything.
        post_bytes: that the posts not yet forgotten may take on the server.
        log_bytes: that states and unrecorded turns may take. A full stream refuses: the run ends with a message, and
            goes on with ``s3agents resume``; nothing is lost.
        order_bytes: that the orders of a tick may take.
        attempts: workers that may fail with an error of their own in one tick before the run ends.
    """

    lease: float = 6.0
    patience: float = 60.0
    replicas: int = 1
    post_bytes: int = 1 << 30
    log_bytes: int = 4 << 30
    order_bytes: int = 1 << 30
    attempts: int = 3
