"""What the tests of plugins share: a way to install a small package for the length of a test."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from s3agents.testing.plugin_packages import write_package

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a package: its name, entry points by group, and what else ``write_package`` takes; gone afterwards."""
    known = set(sys.modules)

    def put(name: str, entry_points: dict[str, dict[str, str]], **about: str) -> None:
        monkeypatch.syspath_prepend(write_package(tmp_path / f"site-{name}", name, entry_points, **about))

    yield put
    for module in set(sys.modules) - known:
        if str(getattr(sys.modules[module], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[module]


@pytest.fixture
def run_suite(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Run one test of a contract suite on what a function makes."""

    def run(suite: type[Any], method: str, make: Callable[[], Any], test: str) -> None:
        function = getattr(type("Case", (suite,), {method: lambda self: make()})(), test)
        function(**{name: request.getfixturevalue(name) for name in inspect.signature(function).parameters})

    return run
