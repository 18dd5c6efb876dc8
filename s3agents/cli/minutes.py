"""Times on the command line: ``30min``, ``2h``, ``1d``, or a bare number of minutes."""

from __future__ import annotations

import math
import re

from s3agents.errors import InputError, explain

__all__ = ["read_minutes"]

_UNITS = {"": 1.0, "m": 1.0, "min": 1.0, "h": 60.0, "d": 1440.0}
_TIME = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*")


def read_minutes(text: str, *, option: str) -> float:
    """The minutes that ``text`` tells.

    Raises:
        InputError: if it is no time above 0.
    """
    found = _TIME.fullmatch(text.lower())
    if found is None or found[2] not in _UNITS or not 0 < (minutes := float(found[1]) * _UNITS[found[2]]) < math.inf:
        raise InputError(explain(option, wanted="a time such as 30min, 2h or 1d", got=repr(text)))
    return minutes
