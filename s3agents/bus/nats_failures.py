"""What a failure of NATS means: whether it passes, and what the user can do about it."""

from __future__ import annotations

from typing import Final

from nats.errors import ConnectionClosedError, NoRespondersError, NoServersError, OutboundBufferLimitError
from nats.js.errors import APIError, NoStreamResponseError

from s3agents.bus.refusals import ROOM_REMEDY
from s3agents.errors import BusError

__all__ = ["is_absence", "passes", "remedy_for"]

_SERVER_ERRORS: Final = range(500, 600)
_NOT_NOW: Final = (None, 10004, 10006, 10007, 10008, 10009, 10118, 10119)  # of these; all others are for good
_CONFLICT: Final = 409
_MOVED: Final = ("leadership change", "server shutdown")  # conflicts that are over when another server leads

_REMEDIES: Final = {
    "authorization": "set S3AGENTS_NATS_USER and S3AGENTS_NATS_PASSWORD, S3AGENTS_NATS_TOKEN, S3AGENTS_NATS_NKEY or "
    "S3AGENTS_NATS_CREDS, or name them in nats.credentials of the scenario",
    "maximum bytes": f"the run's stream is full: {ROOM_REMEDY}",
    "storage": "give the server more room (jetstream max_file), or remove streams of old runs: nats stream ls",
    "nkeys": 'a credentials file needs the package nkeys: pip install "nats-py[nkeys]"',
    "certificate": "set S3AGENTS_NATS_CA, or nats.tls.ca in the scenario, to certificates that vouch for the server",
    "does not ask for tls": "turn TLS on in the server, or use nats:// and no S3AGENTS_NATS_CA, _CERT or nats.tls",
    "replicas > 1": "the server is no cluster: leave out nats.replicas, or name one with --bus",
    "no suitable peers": "the cluster has fewer servers up than nats.replicas: start them, or lower it",
}
_ELSE: Final = "see that the server is up and reachable; bus: local needs none"


def is_absence(error: BusError) -> bool:
    """Whether there was nobody who could answer, rather than somebody who refused."""
    cause = error.__cause__
    return cause is not None and (passes(cause) or isinstance(cause, OSError | NoServersError | ConnectionClosedError))


def passes(exc: BaseException) -> bool:
    """Whether it may help to ask again."""
    if isinstance(exc, APIError):
        if exc.code == _CONFLICT:
            return str(exc.description).lower() in _MOVED
        return exc.err_code in _NOT_NOW and (exc.code is None or exc.code in _SERVER_ERRORS)
    return isinstance(exc, TimeoutError | NoRespondersError | NoStreamResponseError | OutboundBufferLimitError)


def remedy_for(exc: Exception) -> str:
    """What the user can do."""
    text = str(exc).lower()
    return next((remedy for word, remedy in _REMEDIES.items() if word in text), _ELSE)
