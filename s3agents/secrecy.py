"""Secrecy: the words of others' code as messages of ours, without what no message may show: keys and the like."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

from s3agents.config.section import is_secret
from s3agents.errors import S3AgentsError

__all__ = ["Silencer", "failures_as", "secrets_here", "secrets_in"]

_SHORTEST = 6  # characters of a secret: what is shorter may be part of any word


class Silencer:
    """Keeps secrets out of messages.

    Args:
        secrets: the texts; those of less than six characters are passed over.
    """

    def __init__(self, secrets: Collection[str]) -> None:
        self.secrets = tuple(sorted({s for s in secrets if len(s) >= _SHORTEST}, key=lambda s: (-len(s), s)))

    def blotted(self, text: str) -> str:
        """``text`` with every secret blotted out."""
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return text

    def told_by(self, exc: BaseException) -> bool:
        """Whether a traceback of ``exc`` would show a secret."""
        return any(secret in str(link) or secret in repr(link) for link in _chain(exc) for secret in self.secrets)


@contextmanager
def failures_as(
    kind: Callable[[str], S3AgentsError], who: str, *, secrets: Collection[str] = (), ours: bool = False
) -> Iterator[None]:
    """What code of others raises in the block, as an error of ours that begins with ``who``.

    Args:
        kind: makes the error of its message.
        who: as messages call the code.
        secrets: what no message may show.
        ours: whether an error of our own, which passes through otherwise, becomes one of ``kind`` as well.
    """
    try:
        yield
    except Exception as exc:  # whatever its authors let it raise
        if isinstance(exc, S3AgentsError) and not ours:
            raise
        silencer = Silencer(secrets)
        message = silencer.blotted(f"{who}: {type(exc).__name__}: {exc}")
        raise kind(message) from (None if silencer.told_by(exc) else exc)


def secrets_in(options: object, *, secret: bool = False) -> Iterator[str]:
    """All texts under keys that are called a secret, at any depth."""
    if isinstance(options, Mapping):
        for key, value in options.items():
            yield from secrets_in(value, secret=secret or is_secret(str(key)))
    elif isinstance(options, list | tuple):
        for value in options:
            yield from secrets_in(value, secret=secret)
    elif secret and isinstance(options, str):
        yield options
        yield from options.split()[-1:]  # the key of ``Bearer KEY``


def secrets_here() -> Iterator[str]:
    """The values of environment variables that are called a secret."""
    yield from secrets_in(dict(os.environ))


def _chain(exc: BaseException) -> Iterator[BaseException]:
    """``exc``, and what it came from."""
    seen: list[BaseException] = []
    link: BaseException | None = exc
    while link is not None and link not in seen:
        yield link
        seen.append(link)
        link = link.__cause__ or link.__context__
