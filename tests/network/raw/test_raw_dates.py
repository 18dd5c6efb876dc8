"""Dates and times in all the ways in which platforms write them."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from s3agents.network.raw.dates import moment, usual_moment

NOON = datetime(2015, 1, 7, 11, 6, 8, tzinfo=UTC).timestamp()
MINUTE = NOON - 8
DAY = datetime(2015, 1, 7, tzinfo=UTC).timestamp()

READ: list[tuple[object, float]] = [
    (1420628768, NOON),
    (1420628768.0, NOON),
    ("1420628768", NOON),
    ("1420628768.5", NOON + 0.5),
    (1420628768000, NOON),
    (1420628768000.0, NOON),
    ("1420628768000", NOON),
    (0, 0.0),
    (-5, -5.0),
    ("2015-01-07T11:06:08", NOON),
    ("2015-01-07T11:06:08Z", NOON),
    ("2015-01-07T11:06:08.000Z", NOON),
    ("2015-01-07T11:06:08.5+00:00", NOON + 0.5),
    ("2015-01-07T19:06:08+08:00", NOON),
    ("2015-01-07T19:06:08+0800", NOON),
    ("2015-01-07 11:06:08", NOON),
    ("2015-01-07 11:06:08+00:00", NOON),
    ("2015-01-07 11:06:08 +0000", NOON),
    ("2015-01-07 11:06:08 UTC", NOON),
    ("2015-01-07 11:06", MINUTE),
    ("  2015-01-07 11:06:08 ", NOON),
    ("2015-01-07", DAY),
    ("2015-1-7", DAY),
    ("20150107", DAY),
    (20150107, DAY),
    ("20150107110608", NOON),
    ("201501071106", MINUTE),
    ("Wed Jan 07 11:06:08 +0000 2015", NOON),
    ("Wed Jan 07 19:06:08 +0800 2015", NOON),
    ("Wed Jan  7 11:06:08 2015", NOON),
    ("Wed Jan 07 11:06:08 UTC 2015", NOON),
    ("Wed, 07 Jan 2015 11:06:08 GMT", NOON),
    ("Wed, 7 Jan 2015 12:06:08 +0100", NOON),
    ("7 Jan 2015 11:06 +0000", MINUTE),
    ("2015/01/07 11:06", MINUTE),
    ("2015/1/7 11:06:08", NOON),
    ("2015/01/07", DAY),
    ("2015.01.07 11:06:08", NOON),
    ("2015年01月07日 11:06", MINUTE),
    ("2015年1月7日 11:06:08", NOON),
    ("2015年1月7日11时6分8秒", NOON),
    ("2015年1月7日", DAY),
]

REFUSED: list[object] = [
    None, "", "  ", "yesterday", "5分钟前", True, False, [], {}, b"2015-01-07",
    math.nan, math.inf, -math.inf, 10**400, 1e300, 10**14, "9" * 40, "1.42063E+12", "2015", 2015,
    "03/04/2015", "25/12/2015", "03-04-2015", "7.1.2015", "01/07/15",
    "2015-13-01", "2015-02-30", "2015/02/30 11:06", "2015-01-07 25:00", "2015年13月1日",
    "Wed Foo 07 11:06:08 +0000 2015", "Wed Jan 32 11:06:08 +0000 2015", "Wed Jan 07 11:06:08 CST 2015",
    "Wed, 07 Jan 2015 11:06:08 EST", "2015-01-07 11:06:08 CST",
]  # fmt: skip


@pytest.mark.parametrize(("value", "seconds"), READ, ids=lambda case: repr(case)[:40])
def test_every_way_of_writing_a_time_is_read(value: object, seconds: float) -> None:
    """Numbers, ISO 8601, Twitter, RFC 2822 and year-month-day give seconds since 1970 in UTC."""
    assert moment(value) == usual_moment(value) == seconds


@pytest.mark.parametrize("value", REFUSED, ids=lambda case: repr(case)[:40])
def test_what_is_no_time_or_could_be_two_is_refused(value: object) -> None:
    """A day before or after its month, a zone of three letters, a bare year, and nonsense are no times."""
    assert moment(value) is None
    assert usual_moment(value) is None


def test_a_format_decides_what_could_be_two() -> None:
    """With a format, the fourth of March and the third of April are told apart, and nothing else is read."""
    assert moment("03/04/2015", time_format="%d/%m/%Y") == datetime(2015, 4, 3, tzinfo=UTC).timestamp()
    assert moment("03/04/2015", time_format="%m/%d/%Y") == datetime(2015, 3, 4, tzinfo=UTC).timestamp()
    assert moment(" 07/01/2015 11:06 ", time_format="%d/%m/%Y %H:%M") == MINUTE
    assert moment(20150107, time_format="%Y%m%d") == DAY
    assert moment("2015-01-07", time_format="%d/%m/%Y") is None
    assert moment(True, time_format="%d") is None


def test_a_zone_is_for_times_that_name_none() -> None:
    """Eight in Shanghai is midnight in UTC; a time that says its zone, or is a number, is not moved."""
    shanghai = ZoneInfo("Asia/Shanghai")
    for text in ("2015-01-07 19:06:08", "2015/1/7 19:06:08", "2015年1月7日 19:06:08", "20150107190608"):
        assert moment(text, timezone=shanghai) == NOON
    assert moment("19:06:08 07.01.2015", timezone=shanghai, time_format="%H:%M:%S %d.%m.%Y") == NOON
    for said in (
        "2015-01-07T11:06:08Z",
        "Wed Jan 07 11:06:08 +0000 2015",
        "Wed, 07 Jan 2015 11:06:08 GMT",
        "1420628768",
    ):
        assert moment(said, timezone=shanghai) == NOON


def test_the_ends_of_time_do_not_fail() -> None:
    """The first day of the year 1 in a zone east of Greenwich is before all that a datetime can hold."""
    assert moment("0001-01-01", timezone=ZoneInfo("Asia/Shanghai")) in {None, -62135625943.0}
    assert moment("9999-12-31T23:59:59-23:59") is not None


ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(datetime(1903, 1, 1), datetime(2099, 12, 31), timezones=ZONES).map(
    lambda t: t.replace(microsecond=0)
)
WAYS = {
    "ISO 8601": lambda t: t.isoformat(),
    "ISO 8601 with a space": lambda t: t.isoformat(sep=" "),
    "Twitter": lambda t: t.strftime("%a %b %d %H:%M:%S %z %Y"),
    "RFC 2822": format_datetime,
    "seconds": lambda t: int(t.timestamp()),
    "milliseconds": lambda t: f"{int(t.timestamp() * 1000)}",
}


@pytest.mark.parametrize("way", WAYS)
@given(time=TIMES)
def test_reading_undoes_writing(way: str, time: datetime) -> None:
    """Whatever moment is written in a known way is read as that moment."""
    written = WAYS[way](time)
    if way in {"seconds", "milliseconds"}:  # some of these are taken for years and dates, some thousandths for seconds
        assume(not re.fullmatch(r"(19|20)\d\d(\d{4}|\d{8}|\d{10})?", str(written)))
        assume(way == "seconds" or abs(time.timestamp()) >= 1e8)
    assert moment(written) == time.timestamp()


@given(text=st.text(max_size=40) | st.from_regex(r"[0-9:/. 年月日T+-]{0,30}", fullmatch=True), zone=ZONES)
def test_no_text_fails(text: str, zone: tzinfo) -> None:
    """Any text is a finite number of seconds, or none."""
    seconds = moment(text, timezone=zone)
    assert seconds is None or math.isfinite(seconds)
    assert usual_moment(text) == moment(text)
