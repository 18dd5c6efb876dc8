"""Words in any script: one written form for texts that read the same, and where in a text words begin and end.

Scripts differ in what they write between words:

* Most put white space or punctuation there: a word is a run of letters, digits, ``_`` and the marks on them. Hyphens
  and apostrophes divide words: ``eau`` is a word of ``l'eau``, and ``nuclear`` one of ``anti-nuclear``.
* Han, Kana, Bopomofo, Thai, Lao, Khmer, Myanmar, Tai and Tibetan put nothing there: each character, with the marks on
  it, stands for itself.
* Hangul is spaced, but particles are attached to the end of a word. A run of Hangul is a word apart from the Latin
  letters or digits that it follows.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

__all__ = ["HANGUL", "SPACED", "UNSPACED", "FoldedText", "fold", "marks", "pieces"]

UNSPACED = (
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19ff\u1a20-\u1aaf\ua9e0-\ua9ff\uaa60-\uaadf"
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u302f\u3031-\u3035\u303b\u3040-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U0001aff0-\U0001b16f\U00020000-\U0003ffff"
)
"""Scripts that write nothing between words, as ranges of a regular expression."""

HANGUL = "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff"
"""Hangul, as ranges of a regular expression."""

SPACED = rf"[^\W{UNSPACED}{HANGUL}]"
"""A letter, digit or ``_`` of all other scripts, as a regular expression."""

_END = "\x1f"  # white space to str.split: no text that was split has it
_FLAG = "\U0001f1e6-\U0001f1ff"
_APOSTROPHES = dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc", "'")
_HYPHENS = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
_PLAIN = {"ı": "i", "i\u0307": "i", **_APOSTROPHES, **_HYPHENS}
_UNSEEN = (
    "\u00ad\u034f\u061c\u0640\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200c-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef"
)
_ODD = re.compile(rf"i\u0307|[{_UNSEEN}{''.join(p for p in _PLAIN if len(p) == 1)}]|(?<=[{UNSPACED}])\u200b")
_LONG, _HEAP = 1000, 30
_WORD = re.compile(r"\w+|.", re.ASCII)


def fold(text: str) -> str:
    """``text`` in the form in which texts are compared: what reads the same is the same.

    Unicode's caseless compatibility form (NFKC and full case folding: full-width letters, ligatures, ``ß`` as ``ss``),
    without what is not seen (soft hyphens, joiners, selectors of emoji, the Arabic tatweel), with one apostrophe and
    one hyphen. The four i of Turkish (``I ı İ i``) are one letter. All other accents and marks count: ``cafe`` is not
    ``café``. Traditional and simplified Han are different characters.
    """
    if text.isascii():
        return text.lower()
    if len(text) > _LONG:
        text = _heap().sub(lambda heap: heap[0][:_HEAP], text)
    # Decomposed first: the marks of a letter must be in order before its case is folded (Unicode 3.13, D146).
    apart = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFKC", _ODD.sub(lambda odd: _PLAIN.get(odd[0], ""), apart))


@cache
def marks() -> str:
    """Combining marks (accents, vowel signs), which belong to the character before, as ranges of a character class."""
    found = [c for c in range(0x300, 0x1F000) if unicodedata.category(chr(c))[0] == "M"]
    first = [c for c, before in zip(found, [0, *found], strict=False) if c != before + 1]
    last = [c for c, after in zip(found, [*found[1:], 0], strict=True) if c != after - 1]
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in zip(first, last, strict=True))


@cache
def _mark() -> str:
    # That most characters are no marks is seen from a few ranges, at a tenth of the time that the many ranges take.
    return rf"(?:(?![\0-\u02ff\u3100-\ua66e\uac00-\ufb1d\U0001f000-\U0010ffff])[{marks()}])"


@cache
def _heap() -> re.Pattern[str]:
    """Marks without end on one character: normalisation would take quadratic time to put them in order."""
    return re.compile(f"{_mark()}{{{_HEAP},}}")


@cache
def _pieces() -> re.Pattern[str]:
    mark = _mark()
    word = f"{SPACED}+(?:{mark}+{SPACED}*)*"
    return re.compile(f"{word}|[{UNSPACED}]{mark}*|[{HANGUL}]+{mark}*|[{_FLAG}]{{2}}|.{mark}*")


def pieces(text: str) -> str:
    """``text`` cut into words, single characters and symbols, as one string to find a run of pieces in.

    A piece has the same separator before and behind it, so that a part of a word is never found. ``text`` is folded,
    and its white space is single spaces.
    """
    cut = (_WORD if text.isascii() else _pieces()).findall(text)
    return _END + _END.join(cut) + _END if cut else ""


class FoldedText:
    """A text in which keywords are looked for, prepared as far as they need it.

    Attributes:
        text: as :func:`fold` leaves it.
    """

    __slots__ = ("_pieces", "_spaced", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._spaced: str | None = None
        self._pieces: str | None = None

    @property
    def spaced(self) -> str:
        """The text with single spaces for its white space."""
        if self._spaced is None:
            self._spaced = " ".join(self.text.split())
        return self._spaced

    @property
    def pieces(self) -> str:
        """The text as :func:`pieces` cuts it."""
        if self._pieces is None:
            self._pieces = pieces(self.spaced)
        return self._pieces
