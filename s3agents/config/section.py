"""Section: the base of every part of a scenario: frozen, closed to unknown keys."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

__all__ = [
    "Address",
    "Duration",
    "Section",
    "format_duration",
    "is_secret",
    "later",
    "parse_duration",
    "without_secrets",
]

_UNITS = {"s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(s|min|m|h|d)\s*")
_SECRET = re.compile(
    ".*(token|keys?|secrets?|passwords?|passwd|passphrase|credentials?|authorization|cookies?)"
    "|.*(access|api|auth|bearer|refresh|session)_?tokens"
)


class Section(BaseModel):
    """A part of a scenario: immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False, hide_input_in_errors=True)


def later(default: Any, **details: Any) -> Any:
    """A field that came after scenarios had been run without it.

    While it has its default it is left out of what is written, and so of the digest: a scenario that says nothing of it
    keeps the digest that it had.

    Args:
        default: its value.
        **details: as pydantic's ``Field`` takes them.
    """
    return Field(default=default, exclude_if=lambda value: value == default, **details)


def parse_duration(value: Any) -> timedelta:
    """``30min``, ``1.5h``, ``2d``, ``45s`` as a :class:`~datetime.timedelta`.

    Raises:
        ValueError: for anything else, and for a duration of nothing.
    """
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None or float(match[1]) == 0:
        raise ValueError("a positive duration such as 30min, 1.5h, 2d or 45s")
    try:
        return timedelta(seconds=round(float(match[1]) * _UNITS[match[2]], 6))
    except (OverflowError, ValueError) as exc:
        raise ValueError("a duration of less than two million years") from exc


def is_secret(key: str) -> bool:
    """Whether ``key`` is what one calls a secret: ``api_key``, ``aws_session_token``, but not ``max_tokens``."""
    return _SECRET.fullmatch(key.lower().replace("-", "_")) is not None


def without_secrets(value: Any) -> Any:
    """``value``, plain values, without what stands under keys that are called a secret, at any depth."""
    if isinstance(value, dict):
        return {key: without_secrets(item) for key, item in value.items() if not is_secret(str(key))}
    return [without_secrets(item) for item in value] if isinstance(value, list | tuple) else value


def _no_credentials(address: str) -> str:
    if "@" in address:
        raise ValueError("an address without user and password (give them in environment variables)")
    return address


def format_duration(duration: timedelta) -> str:
    """Inverse of :func:`parse_duration`, to the microsecond."""
    micros = duration // timedelta(microseconds=1)
    whole, rest = divmod(micros, 1_000_000)
    return f"{whole}.{rest:06d}s" if rest else f"{whole}s"


Duration = Annotated[timedelta, BeforeValidator(parse_duration), PlainSerializer(format_duration, return_type=str)]
Address = Annotated[str, AfterValidator(_no_credentials)]
