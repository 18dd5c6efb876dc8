"""The section ``nats`` holds names and paths: what may be a secret is refused, and shown nowhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nkeys
import pytest
import yaml

from s3agents import Simulation
from s3agents.bus.nats_credentials import NatsCredentials
from s3agents.config import Scenario
from s3agents.config.nats import NatsSection
from s3agents.errors import ConfigError, InputError
from s3agents.scenarios import load_scenario, parse_scenario
from s3agents.workforce import offered_scenario

SEED = nkeys.encode_seed(bytes(32), nkeys.PREFIX_BYTE_USER).decode()
SECRET = "hunter2-Secret"
GOOD: dict[str, Any] = {
    "name": "test",
    "topic": "A topic.",
    "question": "Is it so?",
    "ticks": 2,
    "society": {"networkx": "karate_club"},
}


def written(folder: Path, nats: Any, **changes: Any) -> Path:
    """A scenario file with the section ``nats``."""
    (folder / "scenario.yaml").write_text(yaml.safe_dump({**GOOD, "nats": nats, **changes}))
    return folder


WRONG = {
    "a password": {"credentials": {"user_env": "BUS_USER", "password": SECRET}},
    "a token": {"credentials": {"token": SECRET}},
    "a password for its variable": {"credentials": {"user_env": "BUS_USER", "password_env": SECRET}},
    "a number for a variable": {"credentials": {"token_env": 8150131}},
    "a seed for a variable": {"credentials": {"token_env": SEED}},
    "a seed for its file": {"credentials": {"nkey_file": SEED}},
    "a file's content for its path": {"credentials": {"creds_file": f"-----BEGIN NATS USER JWT-----\n{SECRET}\n"}},
    "a key for its file": {"tls": {"cert": "me.pem", "key": f"-----BEGIN PRIVATE KEY-----\n{SECRET}"}},
    "a seed for the credentials": {"credentials": SEED},
    "a password for the tls": {"tls": SECRET},
    "a token for the section": SECRET,
    "a list for the section": [SECRET],
}


@pytest.mark.parametrize("nats", WRONG.values(), ids=WRONG.keys())
def test_a_secret_is_refused_and_not_shown(nats: Any, tmp_path: Path) -> None:
    """Wherever it stands; the message says what should stand there."""
    with pytest.raises(ConfigError, match=r"nats.*wanted .*(environment variable|path of a file|section)") as caught:
        load_scenario(written(tmp_path, nats))
    for secret in (SECRET, SEED, "8150131"):
        assert secret not in str(caught.value)


HALVES = {
    "a user without a password": ({"credentials": {"user_env": "U"}}, "one way in"),
    "two ways in": ({"credentials": {"token_env": "T", "nkey_file": "seed"}}, "one way in"),
    "no way in": ({"credentials": {}}, "one way in"),
    "a certificate without its key": ({"tls": {"cert": "me.pem"}}, "both cert and key"),
    "no replicas": ({"replicas": 0}, "replicas"),
    "too many replicas": ({"replicas": 6}, "replicas"),
    "an unknown key": ({"replica": 3}, r"perhaps replicas"),
}


@pytest.mark.parametrize(("nats", "told"), HALVES.values(), ids=HALVES.keys())
def test_half_of_a_section_is_an_error(nats: Any, told: str) -> None:
    """It would be ignored in silence."""
    with pytest.raises(ConfigError, match=rf"nats.*{told}"):
        parse_scenario({**GOOD, "nats": nats}, origin="test")


@pytest.mark.parametrize("address", ["nats://me:hush@h:1", "nats://me:hu/sh@h:1", "nats://h:1,nats://hu/sh@h:2"])
def test_an_address_with_a_secret_is_refused_and_not_shown(address: str) -> None:
    """Whatever stands before the host."""
    with pytest.raises(ConfigError, match=r"bus: .*environment variables") as caught:
        parse_scenario({**GOOD, "bus": address}, origin="test")
    assert "hu" not in str(caught.value)


NATS = {
    "credentials": {"nkey_file": "keys/seed"},
    "tls": {"ca": "ca.pem", "cert": "me.pem", "key": "/etc/me.key"},
    "replicas": 3,
}


def test_it_does_not_shape_the_record(tmp_path: Path) -> None:
    """Neither the digest nor what is offered to workers knows of it; paths are relative to the file."""
    told = load_scenario(written(tmp_path, NATS))
    plain = parse_scenario(GOOD, origin="test")
    assert told.digest() == plain.digest()
    assert offered_scenario(told) == offered_scenario(plain)
    assert told.nats.credentials is not None
    assert told.nats.tls is not None
    assert told.nats.credentials.nkey_file == str(tmp_path / "keys" / "seed")
    assert (told.nats.tls.ca, told.nats.tls.key) == (str(tmp_path / "ca.pem"), "/etc/me.key")
    assert Scenario.model_validate(told.dump()) == told


def test_the_scenario_counts_before_the_environment() -> None:
    """Who one is and how to encrypt are taken from one of them each, never mixed."""
    environ = {
        "S3AGENTS_NATS_TOKEN": "theirs",
        "S3AGENTS_NATS_CA": "theirs.pem",
        "BUS_USER": "ann",
        "BUS_PASSWORD": SECRET,
    }
    who = {"credentials": {"user_env": "BUS_USER", "password_env": "BUS_PASSWORD"}}
    known = NatsCredentials.of(NatsSection.model_validate(who), environ)
    assert known == NatsCredentials(user="ann", password=SECRET, tls_ca="theirs.pem")
    assert SECRET not in repr(known)
    encrypted = NatsCredentials.of(NatsSection.model_validate({"tls": {}}), environ)
    assert encrypted == NatsCredentials(token="theirs", encrypted=True)
    assert encrypted.secure
    assert NatsCredentials.of(NatsSection(), environ) == NatsCredentials.from_env(environ)


def test_another_process_gets_the_same_credentials_and_no_others() -> None:
    """By its environment, whatever stands in ours."""
    known = NatsCredentials(user="ann", password=SECRET, tls_ca="ca.pem")
    assert NatsCredentials.from_env({"S3AGENTS_NATS_TOKEN": "ours", **known.environ()}) == known


@pytest.mark.parametrize("environ", [{}, {"HUNTER2": ""}])
def test_a_variable_that_is_not_set(environ: dict[str, str]) -> None:
    """The message tells the key, not the name, which may be the secret in capitals."""
    section = NatsSection.model_validate({"credentials": {"token_env": "HUNTER2"}})
    with pytest.raises(InputError, match=r"nats\.credentials\.token_env: wanted .* is set") as caught:
        NatsCredentials.of(section, environ)
    assert "HUNTER2" not in str(caught.value)


@pytest.mark.parametrize(
    ("nats", "told"),
    [
        ({"credentials": {"token_env": "S3AGENTS_TEST_NOT_SET"}}, r"nats\.credentials\.token_env"),
        ({"credentials": {"nkey_file": "none"}}, r"nats\.credentials\.nkey_file: wanted a file .*none"),
        ({"credentials": {"creds_file": "none"}}, r"nats\.credentials\.creds_file: wanted a file .*none"),
        ({"tls": {"ca": "none"}}, r"nats\.tls\.ca: wanted a file .*none"),
        ({"tls": {"cert": "scenario.yaml", "key": "scenario.yaml"}}, r"nats\.tls\.cert and nats\.tls\.key: wanted"),
        ({"tls": {"ca": "scenario.yaml"}}, r"nats\.tls\.ca: wanted a file of certificates"),
        ({"credentials": {"creds_file": "scenario.yaml"}}, r"nats\.credentials\.creds_file: wanted a credentials file"),
    ],
)
def test_what_is_missing_is_told_before_anything_is_written(nats: Any, told: str, tmp_path: Path) -> None:
    """A run is never begun that could not reach its server."""
    scenario = load_scenario(written(tmp_path, nats, bus="nats://127.0.0.1:9"))
    with pytest.raises(InputError, match=told):
        Simulation(scenario, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_section_that_is_of_no_use_is_noted(tmp_path: Path) -> None:
    """A run with a server of its own, or none, leaves it out, and says so."""
    for bus in ("nats", "local"):
        told = parse_scenario({**GOOD, "bus": bus, "nats": {"replicas": 3}}, origin="test")
        notes = Simulation(told, out=tmp_path / bus).prepared.notes
        assert [note for note in notes if "nats is left out" in note]
    plain = Simulation(parse_scenario({**GOOD, "bus": "local"}, origin="test"), out=tmp_path / "plain")
    assert plain.prepared.notes == ()
