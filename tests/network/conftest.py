"""What the tests of the network share: a way to write a society's folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Folder = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Writes files, given as text or bytes by name with ``__`` for the dot, into one folder."""

    def write(**files: str | bytes) -> Path:
        home = tmp_path / "society"
        home.mkdir(exist_ok=True)
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (home / name.replace("__", ".")).write_bytes(data)
        return home

    return write
