"""Machine: where figures were measured, without anything that tells whose machine it is."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from s3agents import __version__

__all__ = ["machine"]

_PACKAGES = ("aiohttp", "autogen-core", "chromadb", "nats-py", "numpy", "orjson", "pydantic")


def machine() -> dict[str, Any]:
    """Processors, memory, system, and versions of what the figures hang on."""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory": _memory(),
        "load": list(os.getloadavg()) if hasattr(os, "getloadavg") else None,
        "system": platform.system(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "s3agents": __version__,
        "packages": {name: _version(name) for name in _PACKAGES},
    }


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
