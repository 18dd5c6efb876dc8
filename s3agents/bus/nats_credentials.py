"""NatsCredentials: what a NATS server asks of a client before it lets it in."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from s3agents.config.nats import NatsCredentialsSection, NatsSection, NatsTlsSection
from s3agents.errors import InputError, explain

__all__ = ["NatsCredentials"]

_VARIABLES: Mapping[str, str] = MappingProxyType(
    {
        "user": "S3AGENTS_NATS_USER",
        "password": "S3AGENTS_NATS_PASSWORD",
        "token": "S3AGENTS_NATS_TOKEN",
        "creds_file": "S3AGENTS_NATS_CREDS",
        "nkey_file": "S3AGENTS_NATS_NKEY",
        "tls_ca": "S3AGENTS_NATS_CA",
        "tls_cert": "S3AGENTS_NATS_CERT",
        "tls_key": "S3AGENTS_NATS_KEY",
    }
)
_KEYS: Mapping[str, str] = MappingProxyType(
    {
        "user": "nats.credentials.user_env",
        "password": "nats.credentials.password_env",
        "token": "nats.credentials.token_env",
        "creds_file": "nats.credentials.creds_file",
        "nkey_file": "nats.credentials.nkey_file",
        "tls_ca": "nats.tls.ca",
        "tls_cert": "nats.tls.cert",
        "tls_key": "nats.tls.key",
    }
)
_PAIRS = (("user", "password"), ("tls_cert", "tls_key"))
_FILES = ("creds_file", "nkey_file", "tls_ca", "tls_cert", "tls_key")
_MARKS = (b"BEGIN NATS USER JWT", b"BEGIN USER NKEY SEED")
_FROM_VARIABLES = ("user", "password", "token")


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
        encrypted: whether the connection has to be encrypted though none of these says so.
        called: how messages call each of them: the environment variable or the key of a scenario that it comes from.
    """

    user: str | None = None
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    creds_file: str | None = None
    nkey_file: str | None = None
    tls_ca: str | None = None
    tls_cert: str | None = None
    tls_key: str | None = None
    encrypted: bool = False
    called: Mapping[str, str] = field(default_factory=lambda: _VARIABLES, repr=False, compare=False)

    def __post_init__(self) -> None:
        for one, other in _PAIRS:
            if (getattr(self, one) is None) != (getattr(self, other) is None):
                both = f"both {self.called[one]} and {self.called[other]}, or neither"
                raise InputError(explain("NATS credentials", wanted=both, got="one of them"))

    @property
    def secure(self) -> bool:
        """Whether they ask for an encrypted connection."""
        return self.encrypted or self.tls_ca is not None or self.tls_cert is not None

    def tls(self) -> ssl.SSLContext:
        """What a connection is encrypted with.

        Raises:
            InputError: if a certificate or key cannot be used; the message names where it comes from.
        """
        try:
            context = ssl.create_default_context(cafile=self.tls_ca)
        except OSError as exc:
            got = f"{self.tls_ca}: {exc}"
            raise InputError(explain(self.called["tls_ca"], wanted="a file of certificates", got=got)) from exc
        if self.tls_cert is not None:
            try:
                # without the empty passphrase, OpenSSL would ask for one at the terminal
                context.load_cert_chain(self.tls_cert, self.tls_key, password="")
            except (OSError, ValueError) as exc:
                both = f"{self.called['tls_cert']} and {self.called['tls_key']}"
                wanted, got = "a certificate and its private key, both PEM", f"{self.tls_cert}, {self.tls_key}: {exc}"
                raise InputError(explain(both, wanted=wanted, got=got)) from exc
        return context

    def check_files(self) -> None:
        """Nothing, unless a file that is named cannot be read, or is no certificate.

        Raises:
            InputError: the message names where the path comes from, and nothing of what is in the file.
        """
        for name in _FILES:
            path = getattr(self, name)
            if path is not None:
                try:
                    Path(path).open("rb").close()
                except OSError as exc:
                    got = f"{path}: {exc.strerror}"
                    raise InputError(explain(self.called[name], wanted="a file that can be read", got=got)) from exc
        for name in ("nkey_file", "creds_file"):
            path = getattr(self, name)
            if path is not None:
                _check_seed(Path(path), called=self.called[name], wrapped=name == "creds_file")
        if self.secure:
            self.tls()

    def environ(self) -> dict[str, str]:
        """The environment variables by which another process has these and no others; see :meth:`from_env`."""
        return {variable: getattr(self, name) or "" for name, variable in _VARIABLES.items()}

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> NatsCredentials:
        """The credentials in ``environ``, whose names begin with ``S3AGENTS_NATS_``.

        Raises:
            InputError: if only one of a pair is given.
        """
        return cls.of(NatsSection(), environ)

    @classmethod
    def of(cls, section: NatsSection, environ: Mapping[str, str]) -> NatsCredentials:
        """What a scenario says, and of what it does not say (who one is; how to encrypt) what ``environ`` says.

        Raises:
            InputError: if a variable that the scenario names is not set, or only one of a pair is given.
        """
        taken = {**_who(section.credentials, environ), **_how(section.tls)}
        others = {name: environ.get(variable) or None for name, variable in _VARIABLES.items()}
        called = {**_VARIABLES, **{name: _KEYS[name] for name in taken}}
        return cls(**{**others, **taken}, encrypted=section.tls is not None, called=MappingProxyType(called))


def _who(section: NatsCredentialsSection | None, environ: Mapping[str, str]) -> dict[str, str | None]:
    if section is None:
        return {}
    taken: dict[str, str | None] = {"creds_file": section.creds_file, "nkey_file": section.nkey_file}
    for name in _FROM_VARIABLES:
        variable = getattr(section, f"{name}_env")
        taken[name] = None if variable is None else environ.get(variable) or None
        if variable is not None and taken[name] is None:  # the name is not told: it may be the secret itself
            wanted, got = "the name of an environment variable that is set", "one that is not, or is empty"
            remedy = "export the variable; the scenario holds its name only"
            raise InputError(explain(_KEYS[name], wanted=wanted, got=got, remedy=remedy))
    return taken


def _how(section: NatsTlsSection | None) -> dict[str, str | None]:
    return {} if section is None else {"tls_ca": section.ca, "tls_cert": section.cert, "tls_key": section.key}


def _check_seed(path: Path, *, called: str, wrapped: bool) -> None:
    """Nothing, unless the file has no seed: alone in it, or ``wrapped`` in lines that say what it is."""
    try:
        import nkeys
    except ImportError:
        return  # the client says so
    data = path.read_bytes()
    lines = data.split(b"\n") if wrapped else [data]
    marked = not wrapped or all(mark in data for mark in _MARKS)
    for line in map(bytes.strip, lines if marked else ()):
        try:
            nkeys.from_seed(bytearray(line)).wipe()
        except (nkeys.NkeysError, ValueError):
            continue
        return
    wanted = "a credentials file, with a JWT and a seed" if wrapped else "a file with the seed of an nkey"
    raise InputError(explain(called, wanted=wanted, got=f"{path}: something else"))
