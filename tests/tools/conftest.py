"""What the tests of tools share: the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3agents.testing.command_line import Command, command_line


@pytest.fixture
def s3agents(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """The command line, run in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return command_line(capsys.readouterr)
