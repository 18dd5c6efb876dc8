"""The contract suites that anybody can run: all of them are offered, and tell what failed in them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from s3agents import testing

SUITES = sorted(Path(testing.__file__).parent.glob("*_contract.py"))


def test_every_suite_is_offered() -> None:
    """By its name, from the package itself."""
    homes = {getattr(testing, name).__module__ for name in testing.__all__ if name.endswith("Contract")}
    assert homes == {f"s3agents.testing.{file.stem}" for file in SUITES}


def test_a_suite_tells_what_failed_in_it(tmp_path: Path) -> None:
    """As pytest does in any file of tests: the values on both sides."""
    (tmp_path / "test_mine.py").write_text(
        "from s3agents.testing import ActionContract\n"
        "from s3agents.actions.base import SocialAction\n"
        "class Wave(SocialAction):\n    name = 'wave'\n    steers = True\n"
        "class TestWave(ActionContract):\n    def make_action(self):\n        return Wave()\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "changes_anything", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1
    assert "assert True == False" in done.stdout
