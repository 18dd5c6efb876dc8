"""Moments: the ways in which platforms and researchers write a date and time, to seconds since 1970 (UTC).

Known are seconds and milliseconds since 1970, ISO 8601 with its variants, the format of Twitter and Weibo, RFC 2822,
and year, month and day in this order (``2015/1/7 11:06``, ``2015年01月07日 11:06``). What can be read in two ways, such
as ``03/04/2015`` or the number 2015, is refused: a format tells which it is.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

__all__ = ["moment", "usual_moment"]

_NAIVE_EPOCH = datetime(1970, 1, 1)  # for moments that are UTC and do not say so
_SECOND = timedelta(seconds=1)
# Seconds of these sizes lie in the years -1199 to 5138, milliseconds in those before 1966 and after 1973.
_MILLISECONDS = 100_000_000_000
_TOO_LARGE = _MILLISECONDS * 1000
_MONTHS = {name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}
_NUMBER = re.compile(r"-?\d{1,14}(\.\d{1,9})?")
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?")
_YEAR = re.compile(r"(19|20)\d\d")
_CLOCK = r"(\d{1,2}):(\d\d)(?::(\d\d))?"
_ZONE = r"([+-]\d\d:?\d\d|UTC|UT|GMT|Z)?"
_TWITTER = re.compile(rf"[A-Z][a-z]{{2}} +([A-Z][a-z]{{2}}) +(\d{{1,2}}) +{_CLOCK} *{_ZONE} +(\d{{4}})")
_RFC_2822 = re.compile(rf"(?:[A-Z][a-z]{{2}}, *)?(\d{{1,2}}) +([A-Z][a-z]{{2}}) +(\d{{4}}) +{_CLOCK} *{_ZONE}")
_YEAR_FIRST = re.compile(
    r"(\d{4}) ?[-/.年] ?(\d{1,2}) ?[-/.月] ?(\d{1,2}) ?日?"
    rf"(?:[ T]*(\d{{1,2}})[:时点](\d{{1,2}})(?:分|(?:[:分](\d{{1,2}})(?:\.\d+)?秒?))? *{_ZONE})?"
)


def moment(value: object, *, time_format: str | None = None, timezone: tzinfo = UTC) -> float | None:
    """``value`` as seconds since 1970 (UTC); ``None`` if it is no date or time that can be read in one way only.

    Args:
        value: a number (of less than 1e11: seconds; of less than 1e14: milliseconds; ``20150107`` is a date), or text.
        time_format: how it is written, in the terms of :meth:`~datetime.datetime.strptime`; no other way counts then.
        timezone: of what does not say in which zone it is.
    """
    if type(value) is str:
        if time_format is not None:
            return _by_format(value.strip(), time_format, timezone)
        # Nearly all posts have one of two ways that need no regular expression: a fifth of the time.
        iso = value if value[4:5] == "-" else _iso_of_twitter(value)
        if iso:
            try:
                found = datetime.fromisoformat(iso)
            except ValueError:
                pass
            else:
                return found.timestamp() if found.tzinfo else _seconds(found, timezone)
        return _by_pattern(value.strip(), timezone)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _TOO_LARGE:
        return None
    text = str(int(value)) if value == int(value) else repr(value)
    return _by_format(text, time_format, timezone) if time_format is not None else _by_number(text, timezone)


def usual_moment(value: object) -> float | None:
    """``moment(value)``, in two thirds of the time for the usual way: ISO 8601 with a zone."""
    if type(value) is str and value[4:5] == "-":
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            return moment(value)
        if found.tzinfo is not None:
            return found.timestamp()
    return moment(value)


def _iso_of_twitter(text: str) -> str:
    """``Wed Jan 07 11:06:08 +0000 2015`` as ISO 8601; empty if it is not written so."""
    if len(text) != 30 or text[3] != " ":
        return ""
    month = _MONTHS.get(text[4:7].lower(), 0)
    return f"{text[26:]}-{month:02}-{text[8:10]}T{text[11:19]}{text[20:25]}"


def _seconds(found: datetime, zone: tzinfo) -> float | None:
    if found.tzinfo is None:
        if zone is UTC:
            return (found - _NAIVE_EPOCH) / _SECOND
        found = found.replace(tzinfo=zone)
    try:
        return found.timestamp()
    except (OverflowError, ValueError):  # the first or last day of all, in another zone
        return None


def _by_format(text: str, time_format: str, zone: tzinfo) -> float | None:
    try:
        return _seconds(datetime.strptime(text, time_format), zone)
    except ValueError:
        return None


def _by_pattern(text: str, zone: tzinfo) -> float | None:
    if _NUMBER.fullmatch(text):
        return _by_number(text, zone)
    if match := _TWITTER.fullmatch(text):
        name, day, hour, minute, second, offset, year = match.groups()
    elif match := _RFC_2822.fullmatch(text):
        day, name, year, hour, minute, second, offset = match.groups()
    elif match := _YEAR_FIRST.fullmatch(text):
        year, month, day, hour, minute, second, offset = match.groups()
        return _put_together((year, month, day, hour, minute, second), _offset(offset) or zone)
    else:
        return None
    month = str(_MONTHS.get(name.lower(), 0))
    return _put_together((year, month, day, hour, minute, second), _offset(offset) or zone)


def _by_number(text: str, zone: tzinfo) -> float | None:
    if match := _COMPACT.fullmatch(text):
        spelt = _put_together(match.groups(), zone)
        if spelt is not None:
            return spelt
    if not _NUMBER.fullmatch(text):
        return None
    if _YEAR.fullmatch(text):
        return None
    number = float(text)
    if abs(number) < _MILLISECONDS:
        return number
    return number / 1000 if abs(number) < _TOO_LARGE else None


def _put_together(parts: tuple[str | None, ...], zone: tzinfo) -> float | None:
    year, month, day, hour, minute, second = (int(part or 0) for part in parts)
    try:
        return _seconds(datetime(year, month, day, hour, minute, second, tzinfo=zone), zone)
    except ValueError:
        return None


def _offset(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-size if text[0] == "-" else size) if size < timedelta(hours=24) else None
