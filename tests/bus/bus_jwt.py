"""Jwt: operator, account and user as a NATS server trusts them, each signed by the one above, made anew for a test."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nkeys

__all__ = ["write_operator"]

_NO_LIMITS = {
    **dict.fromkeys(("subs", "data", "payload", "imports", "exports", "conn", "leaf"), -1),
    **dict.fromkeys(("mem_storage", "disk_storage", "streams", "consumer"), -1),
    "wildcards": True,
}


def write_operator(folder: Path) -> tuple[Path, Path, Path]:
    """A server's configuration that trusts an operator, the credentials of a user of hers, and those of a stranger.

    Args:
        folder: for the three files.
    """
    (folder / "server.conf").write_text("")
    operator, account, system = (_keys(kind) for kind in ("OPERATOR", "ACCOUNT", "ACCOUNT"))
    trusted = _signed(operator, "operator", operator, {})
    accounts = {
        _public(keys): _signed(operator, "account", keys, {"limits": _NO_LIMITS if keys is account else {}})
        for keys in (account, system)
    }
    lines = [f"operator: {trusted}", f"system_account: {_public(system)}", "resolver: MEMORY", "resolver_preload: {"]
    lines += [*(f"  {key}: {token}" for key, token in accounts.items()), "}"]
    (folder / "server.conf").write_text("\n".join(lines))
    for name, signer in (("user", account), ("stranger", _keys("ACCOUNT"))):
        user = _keys("USER")
        _write_credentials(folder / f"{name}.creds", _signed(signer, "user", user, {"subs": -1, "payload": -1}), user)
    return folder / "server.conf", folder / "user.creds", folder / "stranger.creds"


def _write_credentials(file: Path, token: str, user: nkeys.KeyPair) -> None:
    parts = {"NATS USER JWT": token, "USER NKEY SEED": bytes(user.seed).decode()}
    text = "".join(f"-----BEGIN {name}-----\n{value}\n------END {name}------\n\n" for name, value in parts.items())
    file.write_text(text)


def _keys(kind: str) -> nkeys.KeyPair:
    return nkeys.from_seed(nkeys.encode_seed(os.urandom(32), getattr(nkeys, f"PREFIX_BYTE_{kind}")))


def _public(keys: nkeys.KeyPair) -> str:
    return str(keys.public_key.decode())


def _signed(signer: nkeys.KeyPair, kind: str, subject: nkeys.KeyPair, claims: Mapping[str, Any]) -> str:
    """``claims`` about ``subject``, vouched for by ``signer``, as a JSON web token (RFC 7519, signed with Ed25519)."""
    body = {
        "iat": 0,
        "iss": _public(signer),
        "sub": _public(subject),
        "name": kind,
        "nats": {**claims, "type": kind, "version": 2},
    }
    body["jti"] = hashlib.sha256(json.dumps(body).encode()).hexdigest()
    said = ".".join(map(_coded, ({"typ": "JWT", "alg": "ed25519-nkey"}, body)))
    return f"{said}.{base64.urlsafe_b64encode(signer.sign(said.encode())).rstrip(b'=').decode()}"


def _coded(value: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
