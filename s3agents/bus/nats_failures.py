"""What a failure of NATS means: whether it passes, and what the user can do about it."""

from __future__ import annotations

from typing import Final

from nats.errors import NoRespondersError, OutboundBufferLimitError
from nats.js.errors import NoStreamResponseError, ServiceUnavailableError

from s3agents.bus.refusals import ROOM_REMEDY

__all__ = ["passes", "remedy_for"]

_JETSTREAM_BUSY: Final = (None, 10008)  # codes of "not now"; the other 503s are for good

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


def passes(exc: BaseException) -> bool:
    """Whether it may help to ask again."""
    if isinstance(exc, ServiceUnavailableError):
        return exc.err_code in _JETSTREAM_BUSY
    return isinstance(exc, TimeoutError | NoRespondersError | NoStreamResponseError | OutboundBufferLimitError)


def remedy_for(exc: Exception) -> str:
    """What the user can do."""
    text = str(exc).lower()
    return next((remedy for word, remedy in _REMEDIES.items() if word in text), _ELSE)
