"""ForeignClient: any other AutoGen client, its vendor's errors translated into those that the wrappers know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from s3agents.errors import EndpointError, S3AgentsError
from s3agents.llm.answers import status_error
from s3agents.llm.base import CreateResult, ModelWrapper, Request, forward

__all__ = ["ForeignClient"]

_BUGS = (TypeError, AttributeError, LookupError, NotImplementedError, AssertionError)


class ForeignClient(ModelWrapper):
    """Wraps a stock AutoGen client, so that retries, limits and records work on it as on our own.

    Vendors share no base class for their errors, but they share habits: a ``status_code``, ``Timeout`` and ``Connect``
    in the names of classes. What fits none of them is an error that asking again does not mend, of cause ``client``.
    """

    async def ask(self, request: Request) -> CreateResult:
        """One reply of the wrapped client.

        Raises:
            EndpointError: for whatever its vendor raises.
        """
        try:
            return await forward(self.inner, request)
        except (S3AgentsError, *_BUGS):
            raise
        except Exception as exc:
            raise self._translated(exc) from exc

    def _translated(self, exc: Exception) -> EndpointError:
        what = type(self.inner).__name__
        status = getattr(exc, "status_code", None)
        if isinstance(status, int):
            words = str(exc).encode("utf-8", "replace")
            return status_error(what, status, body=words, headers=_headers(exc))
        names = " ".join(kind.__name__ for kind in type(exc).__mro__)
        message = f"{what}: {type(exc).__name__}: {exc}"
        if "Timeout" in names:
            return EndpointError(message, cause="timeout", transient=True)
        if isinstance(exc, OSError) or "Connect" in names:
            return EndpointError(message, cause="connection", transient=True)
        return EndpointError(message, cause="client", transient=False)


def _headers(exc: Exception) -> Mapping[str, str]:
    headers: Any = getattr(getattr(exc, "response", None), "headers", None)
    return headers if isinstance(headers, Mapping) else {}
