"""Pseudonyms: users, posts and what identifies people in texts, under names that only the key connects to them.

The same key gives the same pseudonyms, in every text and every build; without it they cannot be computed (BLAKE2b, RFC
7693, keyed; for each kind of name apart). Whoever has the key can find out the pseudonym of a user that they know: keep
it secret, or throw it away when no more data are to come.

What this does not protect against, in texts that stay as they are otherwise:

* names of people, places and employers in free words, handles without an ``@``, display names, hashtags, birthdays;
* numbers of fewer than seven digits, or spelt out; addresses in disguise (``me at example dot org``);
* domains without a path (``example.org``);
* recognising somebody by their style, or by what they report and when;
* a search engine: the wording of a public post leads to the post. Share texts as you would share personal data.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from hashlib import blake2b

from s3agents.errors import InputError, explain
from s3agents.network.identifiers import (
    TOKEN_DIGITS,
    USER_DIGITS,
    bare_link,
    email,
    link,
    mention,
    mentions,
    replace_numbers,
)
from s3agents.network.word_bounds import HANGUL, UNSPACED, fold

__all__ = ["Pseudonyms", "new_key", "read_key"]

_LEAST = 16
_MOST = 64  # of BLAKE2b; longer keys are hashed to this length
_OWN = re.compile(rf"u[0-9a-f]{{{USER_DIGITS}}}(?![0-9A-Za-z_])")
_ATTACHED = re.compile(rf"([0-9A-Za-z_]+)([{UNSPACED}{HANGUL}]+)")
# Tell quickly that there is none of a kind: patterns that begin with few characters search several times as fast.
_LINK_HINT = re.compile(r"\.(?:(?<=[Ww]{3}\.)|[a-z]{2,4}(?::\d+)?/)")
_EMAIL_HINT = re.compile(r"[@＠](?<=[\w.%+-].)")
_NUMBER_HINT = re.compile(r"\d(?:\W{0,3}\d){6}")


def new_key() -> bytes:
    """A fresh key of 256 bits, in 64 characters that fit into an environment variable: what :func:`read_key` reads."""
    return secrets.token_hex(32).encode()


def read_key(env: Mapping[str, str], variable: str = "S3AGENTS_PSEUDONYM_KEY") -> bytes | None:
    """The key in ``env``, such as ``os.environ``; ``None`` if the variable is not there.

    Raises:
        InputError: if it has fewer than 16 bytes. The message does not show it.
    """
    if variable not in env:
        return None
    key = env[variable].strip().encode("utf-8", "surrogateescape")
    _check(key, variable)
    return key


_UNSEEN = re.compile("[\u00ad\u200b\u2060-\u2064\u2066-\u2069\u202a-\u202e\ufeff]")
"""Invisible characters that no word needs; joiners, which scripts and emoji do need, are not among them."""


def _check(key: bytes, thing: str) -> None:
    if len(key) < _LEAST:
        remedy = "take 64 random characters, as from: openssl rand -hex 32"
        raise InputError(explain(thing, wanted=f"{_LEAST} bytes or more", got=str(len(key)), remedy=remedy))


class Pseudonyms:
    """The pseudonyms under one key.

    Users and posts have 72 bits: the chance that two of ten million are called the same is 1e-8. Tokens for links,
    addresses and numbers have 32 bits: of a hundred thousand, one pair may be.

    Args:
        key: secret, of 16 bytes or more. It is not kept as such, nor shown.

    Raises:
        InputError: if the key is shorter.
    """

    __slots__ = ("_handles", "_hashes")

    def __init__(self, key: bytes) -> None:
        _check(key, "key of pseudonyms")
        short = key if len(key) <= _MOST else blake2b(key).digest()
        kinds = {"user": USER_DIGITS, "post": USER_DIGITS, "handle": USER_DIGITS}
        kinds |= dict.fromkeys(("EMAIL", "NUM", "URL"), TOKEN_DIGITS)
        self._hashes = {
            kind: blake2b(key=short, person=kind.encode(), digest_size=digits // 2) for kind, digits in kinds.items()
        }
        self._handles: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"{type(self).__name__}(<key hidden>)"

    def user(self, id: str) -> str:
        """``u`` and 18 hexadecimal digits for the user ``id``."""
        return "u" + self._hash("user", id)

    def post(self, id: str) -> str:
        """``p`` and 18 hexadecimal digits for the post ``id``."""
        return "p" + self._hash("post", id)

    def know(self, handle: str, user: str) -> None:
        """Let ``@handle``, in any case, be the user with the id ``user``; whoever takes a handle last has it."""
        self._handles[fold(handle.strip()).removeprefix("@")] = self.user(user)

    def know_id(self, id: str) -> None:
        """Let ``@id`` be the user with that id, unless it is somebody's handle."""
        self._handles.setdefault(fold(id.strip()).removeprefix("@"), self.user(id))

    def text(self, text: str) -> str:
        """``text`` with tokens for what identifies people; the same token for the same thing.

        * ``@name`` becomes ``@`` and the pseudonym of the user whose handle it is, else one of its own. Known handles
          are recognised with other script attached to them (``@bobさん``).
        * E-mail addresses, links and long numbers become ``EMAIL_``, ``URL_`` and ``NUM_`` with 8 hexadecimal digits;
          numbers with the same digits are the same, whatever separates them.
        * Hashtags (but for long numbers in them), dates, times and amounts stay, as
          :func:`s3agents.network.identifiers.replace_numbers` tells them. An amount of seven digits or more needs a
          currency sign, a unit or separators, or it passes for the number of a telephone.

        Characters that cannot be seen and would break names apart are taken out first. Texts that have been through
        this, with any key, stay as they are.
        """
        text = _UNSEEN.sub("", text)
        while (changed := self._replaced(text)) != text:  # what is replaced may set free what stood behind it
            text = changed
        return text

    def _replaced(self, text: str) -> str:
        if "://" in text:
            text = link().sub(lambda found: self._token("URL", found[0]), text)
        if _LINK_HINT.search(text):
            text = bare_link().sub(lambda found: self._token("URL", found[0]), text)
        if _EMAIL_HINT.search(text):
            text = email().sub(lambda found: self._token("EMAIL", found[0]), text)
        if "@" in text or "＠" in text:
            text = mentions().sub(lambda row: mention().sub(self._mention, row[0]), text)
        if _NUMBER_HINT.search(text):
            text = replace_numbers(text, lambda found: self._token("NUM", found))
        return text

    def _token(self, kind: str, found: str) -> str:
        return f"{kind}_{self._hash(kind, _SAME[kind](found))}"

    def _mention(self, found: re.Match[str]) -> str:
        name = found["name"]
        if _OWN.match(name):
            return found[0]
        user = self._handles.get(fold(name))
        if user is None and (apart := _ATTACHED.fullmatch(name)) and (user := self._handles.get(fold(apart[1]))):
            return f"@{user}{apart[2]}"
        return f"@{user or 'u' + self._hash('handle', fold(name))}"

    def _hash(self, kind: str, text: str) -> str:
        keyed = self._hashes[kind].copy()
        keyed.update(text.encode("utf-8", "surrogatepass"))
        return keyed.hexdigest()


def _digits(number: str) -> str:
    return "".join(str(int(c)) for c in number if c.isdecimal()) + "X" * (number[-1] in "Xx")


_SAME: dict[str, Callable[[str], str]] = {"EMAIL": fold, "NUM": _digits, "URL": str}
