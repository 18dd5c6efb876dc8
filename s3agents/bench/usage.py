"""Usage: memory of this process, and how busy the machine is with others."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["machine_busy_seconds", "peak_bytes", "resident_bytes"]

_STATUS = Path("/proc/self/status")
_STAT = Path("/proc/stat")
_IDLE = (3, 4)  # idle and waiting for a disk


def peak_bytes() -> int:
    """Most memory that this process ever had resident.

    Where there is ``/proc`` it is taken from there: ``getrusage`` counts in what the parent had at the fork.
    """
    if _STATUS.exists():
        return _status("VmHWM")
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def resident_bytes() -> int:
    """Memory that this process has resident now; its peak where the system does not tell."""
    return _status("VmRSS") if _STATUS.exists() else peak_bytes()


def machine_busy_seconds() -> float | None:
    """Seconds that processors of this machine have been busy since it started; ``None`` where it does not tell."""
    if not _STAT.exists():
        return None
    ticks = [int(n) for n in _STAT.read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]]
    return (sum(ticks) - sum(ticks[i] for i in _IDLE)) / os.sysconf("SC_CLK_TCK")


def _status(key: str) -> int:
    lines = _STATUS.read_text(encoding="ascii", errors="replace").splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith(f"{key}:"))
