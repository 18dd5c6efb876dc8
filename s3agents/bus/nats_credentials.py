"""NatsCredentials: what a NATS server asks of a client before it lets it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from s3agents.errors import InputError, explain

__all__ = ["NatsCredentials"]

_VARIABLES = {
    "user": "S3AGENTS_NATS_USER",
    "password": "S3AGENTS_NATS_PASSWORD",
    "token": "S3AGENTS_NATS_TOKEN",
    "creds_file": "S3AGENTS_NATS_CREDS",
    "tls_ca": "S3AGENTS_NATS_CA",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NatsCredentials:
    """How to identify oneself to a server, and how to know it; all of it is optional.

    Attributes:
        user: name, together with ``password``.
        password: never shown.
        token: the server's shared secret; never shown.
        creds_file: path of a credentials file (JWT and seed, as ``nsc`` writes them); needs the package ``nkeys``.
        tls_ca: path of the certificates that vouch for the server; asks for an encrypted connection.
    """

    user: str | None = None
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    creds_file: str | None = None
    tls_ca: str | None = None

    def __post_init__(self) -> None:
        if (self.user is None) != (self.password is None):
            both = f"both {_VARIABLES['user']} and {_VARIABLES['password']}, or neither"
            raise InputError(explain("NATS credentials", wanted=both, got="one of them"))

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> NatsCredentials:
        """The credentials in ``environ``: ``S3AGENTS_NATS_USER``, ``_PASSWORD``, ``_TOKEN``, ``_CREDS`` and ``_CA``.

        Raises:
            InputError: if only one of user and password is given.
        """
        return cls(**{name: environ.get(variable) or None for name, variable in _VARIABLES.items()})
