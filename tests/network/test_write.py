"""SocietyWriter: a society's folder appears whole or not at all, and reads back as what was written."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3agents import Society
from s3agents.errors import SocietyError
from s3agents.network.graph import FollowGraph
from s3agents.network.write import ABOUT, SocietyWriter

PAIR = FollowGraph.from_edges(2, [0, 1], [1, 0])


def _write(folder: Path, *, ids: tuple[str, str] = ("a", "b"), overwrite: bool = False, **more: Any) -> None:
    with SocietyWriter(folder, overwrite=overwrite) as writer:
        writer.users({"user_id": user, **more} for user in ids)
        writer.follows(ids, PAIR)
        writer.posts([{"user_id": ids[0], "text": "hello"}])
        writer.about({"made": "by a test"})


def _fail(folder: Path, error: BaseException, *, overwrite: bool = False) -> None:
    with SocietyWriter(folder, overwrite=overwrite) as writer:
        writer.users([{"user_id": "a"}])
        raise error


def _everything(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    """A written society loads without anything dropped."""
    _write(tmp_path / "new" / "society", bio="reads a lot", age=33)
    society = Society.load(tmp_path / "new" / "society", strict=True)
    assert [(p.id, p.age, p.bio) for p in society] == [("a", 33, "reads a lot"), ("b", 33, "reads a lot")]
    assert society.followees("a") == ("b",)
    assert society.history == {"a": ("hello",)}
    assert orjson.loads((tmp_path / "new" / "society" / ABOUT).read_bytes()) == {"made": "by a test"}


_IDS = st.text(min_size=1, max_size=8).filter(lambda t: t.strip() and t.isprintable())


@given(ids=st.tuples(_IDS, _IDS).filter(lambda pair: pair[0] != pair[1]))
def test_any_id_survives(tmp_path_factory: pytest.TempPathFactory, ids: tuple[str, str]) -> None:
    """Whatever an id holds (commas, quotes, spaces at its ends), its edges are found again."""
    folder = tmp_path_factory.mktemp("any") / "society"
    _write(folder, ids=ids)
    society = Society.load(folder, strict=True)
    assert society.ids == ids
    assert society.graph.edges == 2


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt("no")])
def test_a_failure_leaves_nothing(tmp_path: Path, error: BaseException) -> None:
    """When the block fails, neither the society nor its beginnings are left."""
    with pytest.raises(type(error), match=str(error)):
        _fail(tmp_path / "society", error)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_replacement_leaves_the_old_society(tmp_path: Path) -> None:
    """A society that was to be replaced stays as it was when the new one fails."""
    _write(tmp_path / "society")
    before = _everything(tmp_path)
    with pytest.raises(ValueError, match="no"):
        _fail(tmp_path / "society", ValueError("no"), overwrite=True)
    assert _everything(tmp_path) == before


def test_a_society_is_replaced_as_a_whole(tmp_path: Path) -> None:
    """With ``overwrite`` the new society takes the place of the old one, and nothing else stays behind."""
    _write(tmp_path / "society")
    _write(tmp_path / "society", ids=("c", "d"), overwrite=True)
    assert Society.load(tmp_path / "society", strict=True).ids == ("c", "d")
    assert [entry.name for entry in tmp_path.iterdir()] == ["society"]


def test_a_taken_folder_is_refused_before_any_work(tmp_path: Path) -> None:
    """A society is not replaced unasked."""
    _write(tmp_path / "society")
    with pytest.raises(SocietyError, match=r"wanted a new or empty folder, got a society .*--overwrite"):
        SocietyWriter(tmp_path / "society")


def test_a_folder_with_other_files_is_never_replaced(tmp_path: Path) -> None:
    """``overwrite`` is for societies: a folder that holds anything else is safe."""
    (tmp_path / "thesis.tex").write_text("years of work", encoding="utf-8")
    with pytest.raises(SocietyError, match=r"got a folder with thesis\.tex"):
        SocietyWriter(tmp_path, overwrite=True)


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    """A society cannot take the place of a file."""
    (tmp_path / "society").write_text("", encoding="utf-8")
    with pytest.raises(SocietyError, match="wanted a folder that can be written"):
        SocietyWriter(tmp_path / "society")


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    """A folder that somebody made beforehand is as good as none."""
    (tmp_path / "society").mkdir()
    _write(tmp_path / "society")
    assert len(Society.load(tmp_path / "society")) == 2


def test_what_a_killed_writer_left_is_removed(tmp_path: Path) -> None:
    """A writer that is killed leaves no society, and the next one for the same folder removes what it did leave."""
    code = (
        "import os, signal, sys; from s3agents.network.write import SocietyWriter\n"
        "with SocietyWriter(sys.argv[1]) as writer:\n"
        "    writer.users([{'user_id': 'a'}]); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path / "society")], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert [entry.name.startswith(".society.part-") for entry in tmp_path.iterdir()] == [True]
    _write(tmp_path / "society")
    assert [entry.name for entry in tmp_path.iterdir()] == ["society"]


def test_two_writers_leave_each_other_alone(tmp_path: Path) -> None:
    """A writer under way is not disturbed by another one for the same folder; who comes last finds it taken."""
    first = SocietyWriter(tmp_path / "s")
    first.__enter__()
    first.users([{"user_id": "a"}])
    _write(tmp_path / "s")
    with pytest.raises(SocietyError, match="wanted a folder that can be written"):
        first.__exit__(None, None, None)
    assert len(Society.load(tmp_path / "s")) == 2
    assert [entry.name for entry in tmp_path.iterdir()] == ["s"]


def test_a_writer_outside_of_its_block_is_an_error(tmp_path: Path) -> None:
    """Nothing can be written before the block begins."""
    with pytest.raises(RuntimeError, match="with block"):
        SocietyWriter(tmp_path / "society").users([])
