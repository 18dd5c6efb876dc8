"""Usage: memory of this process, processor time of those that it has started, and how busy the machine is."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["descendants_cpu", "descendants_peak", "machine_busy_seconds", "peak_bytes", "resident_bytes"]

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


def descendants_cpu() -> dict[str, float] | None:
    """Seconds of processor time of the living descendants of this process, by the name of their program.

    ``None`` where the system does not tell.
    """
    if not _STAT.exists():
        return None
    sums: dict[str, float] = {}
    for _, name, seconds in _descendants():
        sums[name] = sums.get(name, 0.0) + seconds
    return sums


def descendants_peak(program: str) -> int:
    """Most memory that each living descendant that runs ``program`` ever had resident, summed; 0 if none is known."""
    peaks = (_status("VmHWM", of=_STAT.parent / str(pid)) for pid, name, _ in _descendants() if name == program)
    return sum(peaks)


def _descendants() -> list[tuple[int, str, float]]:
    """Id, name of the program, and seconds of processor time of each living descendant of this process."""
    parents: dict[int, int] = {}
    spent: dict[int, tuple[str, float]] = {}
    for entry in _STAT.parent.glob("[0-9]*/stat"):
        try:
            name, _, rest = entry.read_text(encoding="utf-8", errors="replace").partition("(")[2].rpartition(")")
        except OSError:  # it has just ended
            continue
        fields = rest.split()
        parents[int(entry.parent.name)] = int(fields[1])
        spent[int(entry.parent.name)] = name, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return [(pid, *spent[pid]) for pid in spent if _descends(pid, parents)]


def machine_busy_seconds() -> float | None:
    """Seconds that processors of this machine have been busy since it started; ``None`` where it does not tell."""
    if not _STAT.exists():
        return None
    ticks = [int(n) for n in _STAT.read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]]
    return (sum(ticks) - sum(ticks[i] for i in _IDLE)) / os.sysconf("SC_CLK_TCK")


def _descends(pid: int, parents: dict[int, int]) -> bool:
    """Whether a process comes from this one."""
    while (pid := parents.get(pid, 0)) > 1:
        if pid == os.getpid():
            return True
    return False


def _status(key: str, of: Path = _STATUS.parent) -> int:
    """A size in what the system says of a process; 0 if that has just ended."""
    try:
        lines = (of / _STATUS.name).read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith(f"{key}:")), 0)
