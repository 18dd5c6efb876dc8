"""The packages in ``plugins/``: installed, they pass their own tests, and a scenario plays with all of them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from s3agents import Simulation
from s3agents.errors import InputError
from s3agents.fork import fork_run
from s3agents.plugins import GROUPS
from s3agents.scenarios import load_scenario
from s3agents.testing.plugin_packages import write_package

ROOT = Path(__file__).parents[2]
PACKAGES = sorted(file.parent for file in (ROOT / "plugins").glob("*/pyproject.toml"))


def about(package: Path) -> dict[str, Any]:
    """Its ``pyproject.toml``."""
    return tomllib.loads((package / "pyproject.toml").read_text())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which all of them are installed."""
    folder = tmp_path_factory.mktemp("site")
    for package in PACKAGES:
        told = about(package)
        project, (module,) = told["project"], told["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
        write_package(folder, project["name"], project["entry-points"], version=project["version"])
        shutil.copy(package / module, folder / module)
    return folder


@pytest.fixture
def installed(site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """All of them, in this process."""
    monkeypatch.syspath_prepend(site)
    yield
    for package in PACKAGES:
        sys.modules.pop(package.name.replace("-", "_"), None)


def python(site: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """What a Python process does that has the packages."""
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), str(ROOT)]), "COLUMNS": "160"}
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, env=environ, cwd=cwd, timeout=240
    )


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_a_package_is_a_model_to_copy(package: Path) -> None:
    """One entry point of one of our groups, an extra for its tests, a README, and tests that run a contract suite."""
    project = about(package)["project"]
    assert project["name"] == package.name
    assert set(project["entry-points"]) <= set(GROUPS)
    assert any(one.startswith("pytest") for one in project["optional-dependencies"]["test"])
    assert any(one.startswith("s3agents") for one in project["dependencies"])
    (name,) = next(iter(project["entry-points"].values()))
    assert f"{name}" in (package / "README.md").read_text()
    assert "Contract)" in "".join(file.read_text() for file in (package / "tests").glob("test_*.py"))


def test_there_is_a_model_for_each_extension_point() -> None:
    """Whoever wants to plug in something of their own finds one to copy."""
    assert {group for package in PACKAGES for group in about(package)["project"]["entry-points"]} == set(GROUPS)


def test_we_do_not_depend_on_them() -> None:
    """They depend on us."""
    assert "s3agents-" not in json.dumps(about(ROOT)["project"])


def test_they_pass_their_own_tests(site: Path) -> None:
    """As installed, each beside the others."""
    done = python(site, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(ROOT / "plugins"), cwd=ROOT)
    assert done.returncode == 0, done.stdout[-4000:]
    assert "passed" in done.stdout


def test_they_are_listed_with_package_and_version(site: Path, tmp_path: Path) -> None:
    """And by the key that names them."""
    rows = json.loads(python(site, "-m", "s3agents", "plugins", "--json", cwd=tmp_path).stdout)
    listed = {(row["origin"], row["version"], row["group"]) for row in rows if row["value"] is not None}
    wanted = {
        (p["name"], p["version"], group) for p in (about(q)["project"] for q in PACKAGES) for group in p["entry-points"]
    }
    assert wanted <= listed


def test_a_scenario_plays_with_all_of_them(site: Path, tmp_path: Path) -> None:
    """In a process of its own, and names them in its manifest."""
    scenario = str(ROOT / "plugins" / "example" / "scenario.yaml")
    done = python(site, "-m", "s3agents", "run", scenario, "--bus", "local", "-o", "run", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["metrics"].keys() == {f"inequality.{of}" for of in ("reach", "forwards", "posts")}
    assert len((tmp_path / "run" / "ticks.jsonl").read_text().splitlines()) == 24
    used = json.loads((tmp_path / "run" / "manifest.json").read_text())["plugins"]
    assert {use["distribution"] for use in used} == {package.name for package in PACKAGES}


@pytest.mark.usefixtures("installed")
def test_what_is_not_installed_is_named(tmp_path: Path) -> None:
    """With what comes nearest, and before anything is written."""
    scenario = load_scenario(ROOT / "plugins" / "example", overrides=["metrics=[inequity]"])
    with pytest.raises(InputError, match=r"metrics.0: 'inequity'.*perhaps inequality"):
        Simulation(scenario, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.usefixtures("installed")
def test_a_run_with_all_of_them_goes_on_and_is_played_again_the_same(tmp_path: Path) -> None:
    """Stopped and resumed, forked without a change, and replayed: to the byte; so is the file of the recorder."""
    scenario = load_scenario(ROOT / "plugins" / "example", overrides=["ticks=12", "bus=local", "memory.store=local"])
    whole = Simulation(scenario, out=tmp_path / "whole").run()
    stopped = Simulation(scenario, out=tmp_path / "parts")
    stopped.run(on_progress=lambda progress: stopped.stop() if progress.tick == 6 else None)
    parts = Simulation.resume(tmp_path / "parts").run()
    fork = fork_run(tmp_path / "whole", at_tick=7, out=tmp_path / "fork").run()
    again = Simulation.replay(tmp_path / "whole", out=tmp_path / "again").run()
    assert {run.fingerprint() for run in (parts, fork, again)} == {whole.fingerprint()}
    lines = (tmp_path / "whole" / "ticks.jsonl").read_text()
    assert (tmp_path / "parts" / "ticks.jsonl").read_text() == lines
    assert (tmp_path / "again" / "ticks.jsonl").read_text() == lines
    assert lines.endswith((tmp_path / "fork" / "ticks.jsonl").read_text())
