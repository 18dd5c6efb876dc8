"""``s3agents plugins``: every kind by extension point, and nothing of an installed package is imported for it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from s3agents.plugins import GROUPS
from s3agents.testing.command_line import Command
from s3agents.testing.plugin_packages import write_package

GROUP = "s3agents.embedder"


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages."""
    monkeypatch.syspath_prepend(tmp_path / "site")
    return tmp_path / "site"


def test_built_in_kinds_and_plugins_are_listed(s3agents: Command, packages: Path) -> None:
    """By extension point, with package and version; a plugin that would fail and print is not imported."""
    write_package(packages, "loud", {GROUP: {"loud": "loud:Loud"}}, code="print('LOUD'); raise RuntimeError")
    done = s3agents("plugins", "--json")
    rows = json.loads(done.out)
    assert (done.code, "loud" in sys.modules) == (0, False)
    (loud,) = (row for row in rows if row["origin"] == "loud")
    assert (loud["name"], loud["version"], loud["key"]) == ("loud", "1.0.0", "memory.embedder.kind")
    assert {row["name"] for row in rows if (row["group"], row["origin"]) == (GROUP, "s3agents")} >= {"hashing"}
    shown = s3agents("plugins").out
    assert "LOUD" not in shown
    assert all(word in shown for word in (*GROUPS, "rules", "loud", "memory.embedder.kind"))


def test_a_plugin_that_no_scenario_can_reach_is_told_of(s3agents: Command, packages: Path) -> None:
    """A name of ours, and a name that two packages offer."""
    write_package(packages, "one", {GROUP: {"hashing": "one:A", "same": "one:B"}})
    write_package(packages, "two", {GROUP: {"same": "two:B"}})
    told = s3agents("plugins").err
    assert "hashing of one 1.0.0 cannot be used" in told
    assert "same of two 1.0.0 cannot be used" in told


def test_what_a_scenario_names_is_told_when_it_is_checked(s3agents: Command, packages: Path) -> None:
    """With its package and version; one that is not there, or does not import, has exit code 2 and leaves nothing."""
    code = "def count(run):\n  return 1"
    points = {"s3agents.metric": {"count": "counting:count", "lost": "counting:lost"}}
    write_package(packages, "counting", points, version="0.2", code=code)
    done = s3agents("validate", "karate_club", "--set", "metrics=[count]")
    assert (done.code, "count of counting 0.2 for s3agents.metric" in done.out) == (0, True)
    for name in ("lost", "nowhere"):
        wrong = s3agents("run", "karate_club", "--set", f"metrics=[{name}]", "-o", "run")
        assert wrong.code == 2
        assert f"'{name}'" in wrong.err
        assert not Path("run").exists()
    sys.modules.pop("counting")


def test_a_plugin_is_checked_by_name(s3agents: Command, packages: Path) -> None:
    """It is imported then; what is wrong is said, with exit code 2."""
    code = "class Good:\n  async def embed(self, texts): ...\n  async def close(self): ...\nBad = 3"
    write_package(packages, "mixed", {GROUP: {"good": "mixed:Good", "bad": "mixed:Bad"}}, code=code)
    assert "an embedder" in s3agents("plugins", "check", "good").out
    bad, none = s3agents("plugins", "check", "bad"), s3agents("plugins", "check", "nobody")
    assert (bad.code, none.code) == (2, 2)
    assert "plugin 'bad' of mixed 1.0.0" in bad.err
    assert "bad, good" in none.err
    sys.modules.pop("mixed")
