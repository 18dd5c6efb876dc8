"""ForeignClient: any other AutoGen client, its vendor's errors in our words, and without keys in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from s3agents.errors import EndpointError, S3AgentsError
from s3agents.llm.answers import status_error
from s3agents.llm.base import ChatCompletionClient, ModelWrapper, Request, forward
from s3agents.llm.completion import Completion
from s3agents.secrecy import Silencer

__all__ = ["ForeignClient"]

_BUGS = (TypeError, AttributeError, LookupError, NotImplementedError, AssertionError)


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


def _headers(exc: Exception) -> Mapping[str, str]:
    headers: Any = getattr(getattr(exc, "response", None), "headers", None)
    return headers if isinstance(headers, Mapping) else {}
