"""Failures: what the wrappers want to know of a model error, and how one error is told to several waiters."""

from __future__ import annotations

from s3agents.errors import EndpointError, ModelError, ReplayMissError, ReplyError

__all__ = ["GARBAGE", "copy_error", "is_transient", "shows_life"]

GARBAGE = "garbage"
"""Cause of an answer that is not even the endpoint's protocol: it was spoilt on its way, not ill thought of."""


def is_transient(error: BaseException) -> bool:
    """Whether the same request may well succeed when it is made again."""
    if isinstance(error, EndpointError):
        return error.transient
    return isinstance(error, ReplyError) and error.cause == GARBAGE


def shows_life(error: ModelError) -> bool:
    """Whether the endpoint has answered, if only to refuse."""
    return isinstance(error, ReplyError) or error.cause.startswith("status_")


def copy_error(error: ModelError) -> ModelError:
    """An equal error to raise elsewhere: one error raised in many tasks would collect the frames of them all."""
    message = str(error)
    if isinstance(error, EndpointError):
        return EndpointError(message, cause=error.cause, transient=error.transient, retry_after=error.retry_after)
    for kind in (ReplyError, ReplayMissError):
        if isinstance(error, kind):
            return kind(message, cause=error.cause)
    return ModelError(message, cause=error.cause)
