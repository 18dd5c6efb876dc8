"""Identifiers: what in a text points to somebody: links, e-mail addresses, @names and long numbers, in any script.

The patterns take no more than linear time. What :class:`s3agents.network.pseudonyms.Pseudonyms` puts in the place of an
identifier is none: texts that have been through it stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from s3agents.network.word_bounds import HANGUL, SPACED, UNSPACED, marks

__all__ = ["TOKEN_DIGITS", "USER_DIGITS", "bare_link", "email", "link", "mention", "mentions", "replace_numbers"]

USER_DIGITS = 18
"""Hexadecimal digits in the pseudonym of a user or post."""

TOKEN_DIGITS = 8
"""Hexadecimal digits in the token for a link, address or number."""

_HASHED = f"(?:EMAIL|NUM|URL)_[0-9a-f]{{{TOKEN_DIGITS}}}"
_TOKEN = f"{_HASHED}|@u[0-9a-f]{{{USER_DIGITS}}}(?!(?!{_HASHED})[0-9A-Za-z_])"

_AT = "[@＠]"
_NO_WORD = f"(?<!{SPACED})"
_LABEL = f"(?:{SPACED}|-)"
_DOMAIN = rf"(?:{_LABEL}++\.)+(?!\d){SPACED}{_LABEL}+"
_ENDINGS = (
    "com|org|net|edu|gov|info|biz|news|app|link|shop|xyz|ai|ar|at|au|be|br|ca|cc|ch|cl|cn|co|cz|de|dk|es|eu|fi|fm|fr|"
    "gd|gl|gr|gs|hk|hu|ie|il|im|in|io|is|it|jp|kr|ly|me|mp|mx|my|nl|no|nz|pe|ph|pl|pt|ro|ru|se|sg|sh|so|th|tk|to|tr|"
    "tt|tv|tw|ua|uk|us|vn|ws|za"
)


@cache
def link() -> re.Pattern[str]:
    """Links with ``http``, ``https`` or ``ftp``.

    A link ends at white space, quotes and brackets, and at characters of scripts without spaces, unless those begin a
    part of its path.
    """
    return re.compile(rf"[HhFf](?i:(?<=h)ttps?|(?<=f)tp)://{_link_rest()}")


@cache
def bare_link() -> re.Pattern[str]:
    """Links with ``www``, and usual domains with a path (``t.co/x``)."""
    domain = rf"(?:{_LABEL}++\.){{1,8}}(?:{_ENDINGS})(?::\d+)?/"
    return re.compile(rf"{_NO_WORD}(?<![.@/-])(?:[Ww]{{3}}\.|{domain}){_link_rest()}")


def _link_rest() -> str:
    dense = f"{UNSPACED}{HANGUL}"
    char = rf"[^\s<>\"'`{{|}}\\^\u2000-\u206f\u3000-\u303f\uff00-\uffef\U00010000-\U0010ffff{dense}]"
    return rf"(?=\w){char}*(?:(?<=[/=_.-])[{dense}]+{char}*)*(?<![.,;:!?)\]*])"


@cache
def email() -> re.Pattern[str]:
    """E-mail addresses; not what follows an ``@`` (``@bob@example.social`` is a name)."""
    start = rf"(?<![.%+-]){_NO_WORD}(?:(?<!{_AT})|(?<={SPACED}{_AT}))"
    return re.compile(rf"{start}(?:{SPACED}|[.%+-])++{_AT}{_DOMAIN}")


@cache
def mention() -> re.Pattern[str]:
    """One ``@name``: letters, digits, marks, ``_`` and inner hyphens; with the server's name where that follows."""
    part = rf"(?:-?(?!{_HASHED})[\w{marks()}])+"
    return re.compile(rf"{_AT}(?P<name>{part}(?:[\w.%+-]*{_AT}{_DOMAIN})?)")


@cache
def mentions() -> re.Pattern[str]:
    """Names in a row, which begin behind no word, as an ``@`` in an address does; ``RT`` is no such word."""
    name = mention().pattern.removeprefix(_AT).replace("?P<name>", "?:")
    return re.compile(rf"{_AT}(?:(?<!{SPACED}{_AT})|(?<=\b[Rr][Tt]{_AT})){name}(?:{_AT}{name})*")


@cache
def _long_number() -> re.Pattern[str]:
    amount, number = "|".join(_AMOUNTS), "|".join(_NUMBERS)
    return re.compile(rf"(?=[\d@ENU+(])(?:{_TOKEN}|{_START}(?:(?:{amount})|(?P<hit>{number})))")


def replace_numbers(text: str, token: Callable[[str], str]) -> str:
    """``text`` with ``token`` of each number of seven digits or more: of telephones, accounts, identity cards, hosts.

    ``token`` gets the number with its separators; full-width characters and dashes as their ASCII relatives. These
    stay: dates, years, times; amounts with thousands separators, with decimals, with a currency sign in front or a unit
    behind; ranges of round numbers.
    """
    parts, at = [], 0
    for found in _long_number().finditer(text.translate(_NARROW)):  # one character for one: places stay
        if found["hit"]:
            parts += [text[at : found.start()], token(found["hit"])]
            at = found.end()
    return "".join(parts) + text[at:]


_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_NARROW |= dict.fromkeys([*range(0x2010, 0x2016), 0x2212], ord("-"))
_NARROW |= dict.fromkeys([0xA0, 0x2009, 0x202F, 0x3000], ord(" "))
_START = rf"(?:(?<!\d)|(?<=_[0-9a-f]{{{TOKEN_DIGITS}}}))"
_GLUE = r"[-.·()]"
_END = r"(?![-.·]?\d)"
_YEAR = r"(?:1[5-9]|20|21)\d\d"
_MONTH = r"(?:0?[1-9]|1[0-2])(?!\d)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?!\d)"
_DATE = rf"(?:{_YEAR}[-./]{_MONTH}(?:[-./]{_DAY})?|{_DAY}(?:[-./]{_DAY}[-./]| {_DAY} ){_YEAR})"
_AMOUNTS = (
    rf"{_DATE}(?:[-~]{_DATE})?{_END}",
    rf"{_YEAR}(?: ?[-~/] ?{_YEAR}| {_YEAR})+{_END}",
    r"\d\d?:\d\d(?::\d\d(?:[.,]\d{1,6})?)?(?!\d)",  # 12:30:45.123456
    r"\d{1,3}(?:,\d{3})+(?:\.\d{1,3})?(?!\d)",  # 1,234,567.89
    rf"\d\d?(?:(?:\.\d{{3}}){{2}}|(?: \d{{3}}){{2}}(?! \d{{3}}))(?:,\d{{1,3}})?(?!\d){_END}",  # 1.234.567,89
    rf"\d{{1,6}}\.\d{{1,3}}(?:[-~]\d{{1,6}}\.\d{{1,3}})?{_END}",  # 12345.67; more decimals may be a place
    rf"\d{{1,4}}00[-~]\d{{1,4}}00{_END}",  # 3000-5000
    r"(?:\d{1,6}[-~])?\d{1,10}(?:元|块|円|원|万元|亿元|人|%)",
    r"(?<=[$€£¥￥₩₹])\d[\d,]*(?:\.\d{1,2})?(?!\d)",
)
_SEP = r"(?: ?[-.·] ?| )"
_NUMBERS = (
    r"\d{17}[Xx](?![0-9A-Za-z])",  # of a Chinese identity card
    rf"\d{{6}}{_SEP}\d{{8}}{_SEP}\d{{3}}[\dXx](?![0-9A-Za-z])",
    rf"\+\s?(?=(?:[-.·() ]{{0,3}}\d){{7}})\(?[1-9]\d{{0,3}}\)?(?: ?\(\d{{1,5}}\))?(?:{_SEP}?\d){{3,12}}(?!\d)",
    r"0[1-9](?:[ .-]\d\d){4}(?!\d)",  # 06 12 34 56 78
    r"0[1-9](?:[ -]?\d){5,10}(?!:?\d)",  # 010 6554 1234
    r"00[1-9](?:[ -]?\d){6,12}(?!\d)",  # 0044 20 7946 0958
    rf"(?:1{_SEP})?\(\d{{2,5}}\){_SEP}?\d{{3,4}}{_SEP}?\d{{3,4}}(?!\d)",  # (555) 123-4567
    rf"(?:1{_SEP})?\d{{3}}{_SEP}\d{{3}}{_SEP}\d{{4}}(?!\d)",
    rf"\d{{3}}{_SEP}\d{{4}}{_SEP}\d{{4}}(?!\d)",  # 138 1234 5678
    rf"[4-9]\d\d{_SEP}\d{{3}}{_SEP}\d{{3}}(?!\d)",
    rf"(?!{_YEAR})\d{{4}}(?:{_SEP}\d{{4}}){{2,4}}(?:{_SEP}\d{{3}}{_END})?(?!\d)",  # of a bank card
    r"(?!2[01])[2-9]\d{3} \d{4}(?!\d)",
    rf"\d{{5}}{_SEP}\d{{5}}(?!\d)",
    rf"(?:\((?=\d{{1,5}}\)[-.· ]?\d))?\d(?:{_GLUE}{{0,2}}\d){{6,}}",  # whatever has no spaces
)
