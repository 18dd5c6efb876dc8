"""How a run is let into a NATS server of the user's, and how many of its cluster keep what the run has there.

A scenario is copied, committed and noted in manifests: only names of environment variables and paths of files stand in
it. What looks like a secret is refused, and not shown.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from s3agents.config.section import Section

__all__ = ["UNSHOWN", "NatsCredentialsSection", "NatsSection", "NatsTlsSection"]

UNSHOWN: Final = "unshown"
"""Type of an error of validation whose message is not to show what was found: it may be a secret."""

_VARIABLE: Final = re.compile(r"[A-Z_][A-Z0-9_]*")
_SEED: Final = re.compile(r"S[A-Z2-7]{50,}")  # as nkeys are written
_WAYS: Final = ({"user_env", "password_env"}, {"token_env"}, {"nkey_file"}, {"creds_file"})


def _refusal(wanted: str) -> PydanticCustomError:
    return PydanticCustomError(UNSHOWN, "{wanted}", {"wanted": wanted})


def _variable(value: Any) -> Any:
    if not isinstance(value, str) or not _VARIABLE.fullmatch(value) or _SEED.fullmatch(value):
        raise _refusal("the name of an environment variable, such as BUS_PASSWORD, that holds the secret")
    return value


def _file(value: Any) -> Any:
    name = value.rpartition("/")[2] if isinstance(value, str) else ""
    if not name or "\n" in value or "\0" in value or name.startswith("-----BEGIN") or _SEED.fullmatch(name):
        raise _refusal("the path of a file, never what is in it")
    return value


def _mapping(value: Any, keys: str) -> Any:
    if value is not None and not isinstance(value, dict | Section):
        raise _refusal(f"a section with {keys}")
    return value


_Variable = Annotated[str, BeforeValidator(_variable)]
_File = Annotated[str, BeforeValidator(_file)]


class NatsCredentialsSection(Section):
    """Who one is to the server, in one way of four; where it stands, no ``S3AGENTS_NATS_...`` of its kind counts.

    Attributes:
        user_env: name of the environment variable that holds the user, together with ``password_env``.
        password_env: of the one that holds the password.
        token_env: of the one that holds the server's token.
        nkey_file: path of a file with the seed of an nkey; relative to the scenario's file, as all of these.
        creds_file: path of a credentials file (JWT and seed).
    """

    user_env: _Variable | None = None
    password_env: _Variable | None = None
    token_env: _Variable | None = None
    nkey_file: _File | None = None
    creds_file: _File | None = None

    @model_validator(mode="before")
    @classmethod
    def _no_secrets(cls, data: Any) -> Any:
        _mapping(data, "names of environment variables and paths of files")
        unknown = sorted(set(map(str, data)) - set(cls.model_fields)) if isinstance(data, dict) else []
        if unknown:
            raise _refusal(
                "names of environment variables (user_env and password_env, or token_env), or the path of a file "
                "(nkey_file, creds_file), and no secret itself"
            )
        return data

    @model_validator(mode="after")
    def _one_way(self) -> NatsCredentialsSection:
        given = {name for name in type(self).model_fields if getattr(self, name) is not None}
        if given not in _WAYS:
            raise _refusal("one way in: user_env and password_env, or token_env, or nkey_file, or creds_file")
        return self


class NatsTlsSection(Section):
    """How the connection is encrypted; where it stands, it always is.

    Attributes:
        ca: path of the certificates that vouch for the server; those of the system by default.
        cert: path of the client's own certificate, together with ``key``.
        key: path of its private key, without a passphrase.
    """

    ca: _File | None = None
    cert: _File | None = None
    key: _File | None = None

    @model_validator(mode="before")
    @classmethod
    def _no_secrets(cls, data: Any) -> Any:
        return _mapping(data, "paths of files: ca, cert and key")

    @model_validator(mode="after")
    def _both(self) -> NatsTlsSection:
        if (self.cert is None) != (self.key is None):
            raise _refusal("both cert and key, or neither")
        return self


class NatsSection(Section):
    """The server that ``bus`` gives the address of. Nothing here shapes the record.

    Attributes:
        credentials: who one is to it; by default what the environment says (``S3AGENTS_NATS_USER`` and so on).
        tls: how the connection is encrypted; by default what the environment says (``S3AGENTS_NATS_CA`` and so on).
        replicas: servers of its cluster that keep a copy of everything; with 3, any one of them may be lost.
    """

    credentials: NatsCredentialsSection | None = None
    tls: NatsTlsSection | None = None
    replicas: int = Field(default=1, ge=1, le=5)

    @model_validator(mode="before")
    @classmethod
    def _no_secrets(cls, data: Any) -> Any:
        return _mapping(data, "credentials, tls and replicas")
