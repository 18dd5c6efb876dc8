"""NatsCredentials: what a NATS server asks of a client before it lets it in."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from s3agents.errors import InputError, explain

__all__ = ["NO_CREDENTIALS", "NatsCredentials"]

_VARIABLES = {
    "user": "S3AGENTS_NATS_USER",
    "password": "S3AGENTS_NATS_PASSWORD",
    "token": "S3AGENTS_NATS_TOKEN",
    "creds_file": "S3AGENTS_NATS_CREDS",
    "nkey_file": "S3AGENTS_NATS_NKEY",
    "tls_ca": "S3AGENTS_NATS_CA",
    "tls_cert": "S3AGENTS_NATS_CERT",
    "tls_key": "S3AGENTS_NATS_KEY",
}
NO_CREDENTIALS: Mapping[str, str] = MappingProxyType(dict.fromkeys(_VARIABLES.values(), ""))
"""An environment that states none: for a process that is to use a server which asks for none of them."""

_PAIRS = (("user", "password"), ("tls_cert", "tls_key"))
_FILES = ("creds_file", "nkey_file", "tls_ca", "tls_cert", "tls_key")


@dataclass(frozen=True, slots=True, kw_only=True)
class NatsCredentials:
    """How to identify oneself to a server, and how to know it; all of it is optional.

    Attributes:
        user: name, together with ``password``.
        password: never shown.
        token: the server's shared secret; never shown.
        creds_file: path of a credentials file (JWT and seed, as ``nsc`` writes them); needs the package ``nkeys``.
        nkey_file: path of a file with the seed of an nkey; needs the same package.
        tls_ca: path of the certificates that vouch for the server; asks for an encrypted connection.
        tls_cert: path of the client's own certificate, together with ``tls_key``; asks for an encrypted connection.
        tls_key: path of its private key, without a passphrase.
    """

    user: str | None = None
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    creds_file: str | None = None
    nkey_file: str | None = None
    tls_ca: str | None = None
    tls_cert: str | None = None
    tls_key: str | None = None

    def __post_init__(self) -> None:
        for one, other in _PAIRS:
            if (getattr(self, one) is None) != (getattr(self, other) is None):
                both = f"both {_VARIABLES[one]} and {_VARIABLES[other]}, or neither"
                raise InputError(explain("NATS credentials", wanted=both, got="one of them"))

    @property
    def secure(self) -> bool:
        """Whether they ask for an encrypted connection."""
        return self.tls_ca is not None or self.tls_cert is not None

    def tls(self) -> ssl.SSLContext:
        """What a connection is encrypted with.

        Raises:
            InputError: if a certificate or key cannot be used; the message names the variable.
        """
        try:
            context = ssl.create_default_context(cafile=self.tls_ca)
        except OSError as exc:
            got = f"{self.tls_ca}: {exc}"
            raise InputError(explain(_VARIABLES["tls_ca"], wanted="a file of certificates", got=got)) from exc
        if self.tls_cert is not None:
            try:
                # without the empty passphrase, OpenSSL would ask for one at the terminal
                context.load_cert_chain(self.tls_cert, self.tls_key, password="")
            except (OSError, ValueError) as exc:
                both = f"{_VARIABLES['tls_cert']} and {_VARIABLES['tls_key']}"
                wanted, got = "a certificate and its private key, both PEM", f"{self.tls_cert}, {self.tls_key}: {exc}"
                raise InputError(explain(both, wanted=wanted, got=got)) from exc
        return context

    def check_files(self) -> None:
        """Nothing, unless a file that is named cannot be read, or is no certificate.

        Raises:
            InputError: the message names the variable, and nothing of what is in the file.
        """
        for name in _FILES:
            path = getattr(self, name)
            if path is not None:
                try:
                    Path(path).open("rb").close()
                except OSError as exc:
                    got = f"{path}: {exc.strerror}"
                    raise InputError(explain(_VARIABLES[name], wanted="a file that can be read", got=got)) from exc
        if self.nkey_file is not None:
            _check_seed(Path(self.nkey_file))
        if self.secure:
            self.tls()

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> NatsCredentials:
        """The credentials in ``environ``, whose names begin with ``S3AGENTS_NATS_``.

        Raises:
            InputError: if only one of a pair is given.
        """
        return cls(**{name: environ.get(variable) or None for name, variable in _VARIABLES.items()})


def _check_seed(path: Path) -> None:
    try:
        import nkeys
    except ImportError:
        return  # the client says so
    try:
        nkeys.from_seed(bytearray(path.read_bytes().strip())).wipe()
    except (nkeys.NkeysError, ValueError):
        wanted, got = "a file with the seed of an nkey", f"{path}: something else"
        raise InputError(explain(_VARIABLES["nkey_file"], wanted=wanted, got=got)) from None  # its cause may show it
