"""Kinds of disturbances: what is done to a run at its moment, and whether it must go on as if nothing were."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from chaos_clock import can_skew
from chaos_disk import can_mount
from chaos_place import Place
from chaos_processes import has_workers

__all__ = ["KINDS", "Kind"]

_DAY = 24 * 3600
_MEMORY = "s3agents-chroma"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What happens.

    Attributes:
        act: does it, and undoes it after a while where it can be undone while the run goes on.
        survives: whether the run has to come to its end by itself; else it may end, and is resumed.
        mend: undoes the rest, before the run is resumed.
        external: whether the run uses a NATS server of the trial's.
        small: whether its folder lies on a small disk.
        skewed: whether its clock can be shifted.
        workers: how many worker processes take the turns; at 0 the run itself does.
        possible: whether this machine allows it.
    """

    act: Callable[[Place, Random], None]
    survives: bool = True
    mend: Callable[[Place], None] = lambda place: None
    external: bool = False
    small: bool = False
    skewed: bool = False
    workers: int = 0
    possible: Callable[[], bool] = lambda: True


def _kill(place: Place, rng: Random) -> None:
    place.kill()


def _kill_twice(place: Place, rng: Random) -> None:
    place.kill()
    place.go_on()
    time.sleep(rng.uniform(0, 6))
    if place.running:
        place.kill()


def _hang_own_server(place: Place, rng: Random) -> None:
    place.signal_children("nats-server", signal.SIGSTOP)


def _pause(place: Place, rng: Random) -> None:
    place.signal(signal.SIGSTOP)
    time.sleep(rng.uniform(0.5, 6))
    place.signal(signal.SIGCONT)


def _kill_own_server(place: Place, rng: Random) -> None:
    place.signal_children("nats-server", signal.SIGKILL)


def _kill_guard(place: Place, rng: Random) -> None:
    place.signal_children("guard.py", signal.SIGKILL)


def _pause_own_server(place: Place, rng: Random) -> None:
    place.signal_children("nats-server", signal.SIGSTOP)
    time.sleep(rng.uniform(0.5, 8))
    place.signal_children("nats-server", signal.SIGCONT)


def _kill_memory(place: Place, rng: Random) -> None:
    place.signal_children(_MEMORY, signal.SIGKILL)


def _pause_memory(place: Place, rng: Random) -> None:
    place.signal_children(_MEMORY, signal.SIGSTOP)
    time.sleep(rng.uniform(0.5, 8))
    place.signal_children(_MEMORY, signal.SIGCONT)


def _restart_server(place: Place, rng: Random) -> None:
    assert place.nats is not None
    place.nats.kill()
    time.sleep(rng.uniform(0, 3))
    place.nats.start()


def _pause_server(place: Place, rng: Random) -> None:
    assert place.nats is not None
    place.nats.signal(signal.SIGSTOP)
    time.sleep(rng.uniform(0.5, 8))
    place.nats.signal(signal.SIGCONT)


def _kill_with_server(place: Place, rng: Random) -> None:
    assert place.nats is not None
    place.nats.kill()
    place.kill()
    place.nats.start()


def _kill_worker(place: Place, rng: Random) -> None:
    place.signal_children("worker", signal.SIGKILL, one=rng)


def _pause_worker(place: Place, rng: Random) -> None:
    place.signal_children("worker", signal.SIGSTOP, one=rng)
    time.sleep(rng.uniform(0.5, 8))
    place.signal_children("worker", signal.SIGCONT)


def _restart_endpoint(place: Place, rng: Random) -> None:
    place.endpoint.kill()
    time.sleep(rng.uniform(0, 4))
    place.endpoint.start()


def _pause_endpoint(place: Place, rng: Random) -> None:
    place.endpoint.signal(signal.SIGSTOP)
    time.sleep(rng.uniform(0.5, 6))
    place.endpoint.signal(signal.SIGCONT)


def _fill_disk(place: Place, rng: Random) -> None:
    place.disk.fill()


def _skew(place: Place, rng: Random) -> None:
    assert place.clock is not None
    place.clock.shift(rng.choice((-1, 1)) * rng.randrange(3600, 400 * _DAY))


KINDS = {
    "kill": Kind(act=_kill, survives=False),
    "own-server-killed": Kind(act=_kill_own_server),
    "endpoint-restarted": Kind(act=_restart_endpoint),
    "disk-full": Kind(
        act=_fill_disk, survives=False, mend=lambda place: place.disk.free(), small=True, possible=can_mount
    ),
    "server-restarted": Kind(act=_restart_server, external=True),
    "clock-skewed": Kind(act=_skew, skewed=True, possible=can_skew),
    "pause": Kind(act=_pause),
    "own-server-paused": Kind(act=_pause_own_server),
    "guard-killed": Kind(act=_kill_guard),
    "endpoint-paused": Kind(act=_pause_endpoint),
    "server-paused": Kind(act=_pause_server, external=True),
    "worker-killed": Kind(act=_kill_worker, workers=2, possible=has_workers),
    "worker-paused": Kind(act=_pause_worker, workers=2, possible=has_workers),
    "kill-with-workers": Kind(act=_kill, survives=False, workers=2, possible=has_workers),
    "kill-twice": Kind(act=_kill_twice, survives=False),
    "own-server-hung": Kind(act=_hang_own_server, survives=False),
    "kill-with-server": Kind(act=_kill_with_server, survives=False, external=True),
    "memory-killed": Kind(act=_kill_memory),
    "memory-paused": Kind(act=_pause_memory),
    "pause-with-workers": Kind(act=_pause, workers=2, possible=has_workers),
    "server-restarted-with-workers": Kind(act=_restart_server, external=True, workers=2, possible=has_workers),
}
"""By name; the first few are those of a short series."""
