"""``s3agents new plugin``: a package of each kind that passes its tests as it is, under names of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from s3agents.plugins import GROUPS
from s3agents.testing.command_line import Command
from s3agents.testing.plugin_packages import write_package

ROOT = Path(__file__).parents[2]
KINDS = [group.removeprefix("s3agents.") for group in GROUPS]


def install(package: Path, site: Path) -> None:
    """As its ``pyproject.toml`` says."""
    project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
    write_package(site, project["name"], project["entry-points"], version=project["version"])
    module = f"{project['name'].replace('-', '_')}.py"
    shutil.copy(package / module, site / module)


def test_a_new_plugin_of_any_kind_passes_its_tests(s3agents: Command, tmp_path: Path) -> None:
    """Nothing of it is called as what it is a copy of."""
    for kind in KINDS:
        written = s3agents("new", "plugin", f"mine/my-{kind}", "--kind", kind)
        assert written.code == 0, written.err
        package = tmp_path / "mine" / f"my-{kind}"
        files = [str(file.relative_to(package)) for file in package.rglob("*") if file.is_file()]
        assert sorted(files) == sorted(["README.md", "pyproject.toml", f"my_{kind}.py", f"tests/test_my_{kind}.py"])
        text = "".join((package / file).read_text() for file in files)
        assert "s3agents_" not in text
        assert f"my_{kind} = " in text
        install(package, tmp_path / "site")
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path / "site"), str(ROOT)])}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib", "mine"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environ, timeout=240)
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("mine", "planet", "wanted one of action, agent, channel"),
        ("My Own", "metric", "lower-case letters"),
        ("rules", "cognition", "one that is not taken, got 'rules'"),
        ("json", "metric", "which is there already"),
        ("full", "metric", "a new folder"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(
    s3agents: Command, tmp_path: Path, name: str, kind: str, said: str
) -> None:
    """Exit code 2 and one message."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("mine")
    done = s3agents("new", "plugin", name, "--kind", kind)
    assert done.code == 2
    assert said in done.err
    assert [file.name for file in tmp_path.iterdir()] == ["full"]
