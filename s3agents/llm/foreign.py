"""ForeignClient: any other AutoGen client, its vendor's errors in our words, and without keys in them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from s3agents.errors import EndpointError, S3AgentsError
from s3agents.llm.answers import status_error
from s3agents.llm.base import ChatCompletionClient, ModelWrapper, Request, forward
from s3agents.llm.completion import Completion

__all__ = ["ForeignClient", "Silencer"]

_BUGS = (TypeError, AttributeError, LookupError, NotImplementedError, AssertionError)
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


class ForeignClient(ModelWrapper):
    """Wraps a stock AutoGen client, so that retries, limits and records work on it as on our own.

    Vendors share no base class for their errors, but they share habits: a ``status_code``, ``Timeout`` and ``Connect``
    in the names of classes. What fits none of them is an error that asking again does not mend, of cause ``client``.

    Args:
        inner: the client that is wrapped.
        secrets: keys that its vendor may repeat in an error. They are blotted out; an error that tells one is not
            chained to ours, and a bug that tells one becomes an error of cause ``client``.
    """

    def __init__(self, inner: ChatCompletionClient, secrets: Collection[str] = ()) -> None:
        super().__init__(inner)
        self._silencer = Silencer(secrets)

    async def ask(self, request: Request) -> Completion:
        """One reply of the wrapped client.

        Raises:
            EndpointError: for whatever its vendor raises.
        """
        try:
            return await forward(self.inner, request)
        except Exception as exc:
            told = self._silencer.told_by(exc)
            if isinstance(exc, S3AgentsError) and told:
                exc.args = (self._silencer.blotted(str(exc)),)
                raise exc from None
            if isinstance(exc, (S3AgentsError, *_BUGS)) and not told:
                raise
            raise self._translated(exc) from (None if told else exc)

    def _translated(self, exc: Exception) -> EndpointError:
        what = type(self.inner).__name__
        status = getattr(exc, "status_code", None)
        if isinstance(status, int):
            words = self._silencer.blotted(str(exc)).encode("utf-8", "replace")
            return status_error(what, status, body=words, headers=_headers(exc))
        names = " ".join(kind.__name__ for kind in type(exc).__mro__)
        message = self._silencer.blotted(f"{what}: {type(exc).__name__}: {exc}")
        if "Timeout" in names:
            return EndpointError(message, cause="timeout", transient=True)
        if isinstance(exc, OSError) or "Connect" in names:
            return EndpointError(message, cause="connection", transient=True)
        return EndpointError(message, cause="client", transient=False)


def _chain(exc: BaseException) -> Iterator[BaseException]:
    """``exc``, and what it came from."""
    seen: list[BaseException] = []
    link: BaseException | None = exc
    while link is not None and link not in seen:
        yield link
        seen.append(link)
        link = link.__cause__ or link.__context__


def _headers(exc: Exception) -> Mapping[str, str]:
    headers: Any = getattr(getattr(exc, "response", None), "headers", None)
    return headers if isinstance(headers, Mapping) else {}
