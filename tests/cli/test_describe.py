"""``s3agents describe``: what a society is like."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from s3agents.cli.main import run_command

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def describe(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """The command, run in a folder of its own: exit code and both streams."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")

    def run(*arguments: str) -> tuple[int, str, str]:
        code = run_command(["describe", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def _write(folder: Path, users: str, follows: str = "") -> None:
    folder.mkdir()
    (folder / "users.jsonl").write_text(users, encoding="utf-8")
    (folder / "follows.csv").write_text(f"follower,followee\n{follows}", encoding="utf-8")


def test_a_network_by_name(describe: Command) -> None:
    """Tables with the numbers that the literature knows of the karate club."""
    code, out, err = describe("karate_club")
    assert (code, err) == (0, "")
    for told in ("156", "influential", "58.8%", "0.571", "0.256", "-0.476", "2.41"):
        assert told in out


def test_a_folder(describe: Command, tmp_path: Path) -> None:
    """A society's files; what was dropped is told beside the tables, and with ``--strict`` an error."""
    users = (
        '{"user_id": "a", "gender": "female", "gender_method": "llm/x", "gender_confidence": 0.5}\n{"user_id": "b"}\n'
    )
    _write(tmp_path / "mine", users, "a,b\na,nobody\n")
    code, out, err = describe("mine")
    assert code == 0
    assert "1 (50.0%)" in out
    assert "1 by llm/x; mean confidence 0.50" in out
    assert "female 100.0%" in out
    assert "unknown user" in err
    code, out, err = describe("mine", "--strict")
    assert (code, out) == (2, "")
    assert "strict loading" in err


def test_a_real_network(describe: Command) -> None:
    """The numbers that the data set states of itself."""
    if "S3AGENTS_DATA" not in os.environ:
        pytest.skip("S3AGENTS_DATA does not name the folder of the real data")
    code, out, _ = describe(str(Path(os.environ["S3AGENTS_DATA"]) / "pheme"))
    assert code == 0
    for told in ("55,147", "94,515", "40.1%", "11,410 (20.7%)"):
        assert told in out


def test_counts_by_the_platform(describe: Command, tmp_path: Path) -> None:
    """Classes go by them, and the table says so."""
    counts = '"followers_count": %d, "followees_count": 20, "posts_count": 9'
    users = "".join(f'{{"user_id": "u{i}", {counts % (9000 if i == 7 else 30)}}}\n' for i in range(20))
    _write(tmp_path / "mine", users)
    _, out, _ = describe("mine")
    assert "ties as the platform counts them; posts as the platform counts them" in out
    assert "9,000" in out


def test_nobody(describe: Command, tmp_path: Path) -> None:
    """Blanks, and no traceback."""
    _write(tmp_path / "nobody", "")
    code, out, _ = describe("nobody")
    assert code == 0
    assert "nan" not in out.lower()


def test_as_json(describe: Command) -> None:
    """The same for programs, with the thresholds that were asked for."""
    code, out, _ = describe("karate_club", "--json", "--set", "classes.influential_share=0.0", "--seed", "3")
    told = json.loads(out)
    assert code == 0
    assert [row["users"] for row in told["classes"]] == [0, 22, 12]
    assert told["thresholds"]["influential_share"] == 0.0
    assert told["structure"]["reciprocity"] == 1.0
    assert told["seed"] == 3


def test_on_a_terminal_without_unicode(describe: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bars and tables in ASCII."""
    monkeypatch.setattr("rich.console.ConsoleOptions.ascii_only", True)
    code, out, _ = describe("karate_club")
    assert code == 0
    assert "#" * 10 in out
    assert out.isascii()


def test_a_plot(describe: Command, tmp_path: Path) -> None:
    """An HTML file beside the tables; an old one is replaced only when told to."""
    code, out, err = describe("karate_club", "--plot", "club.html")
    assert code == 0
    assert "156" in out
    assert "drawn: club.html" in err
    assert "karate_club" in (tmp_path / "club.html").read_text(encoding="utf-8")
    code, out, err = describe("karate_club", "--plot", "club.html")
    assert (code, out) == (2, "")
    assert "--overwrite" in err
    assert describe("karate_club", "--plot", "club.html", "--overwrite")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "wanted the folder of a society, or one of davis"),
        (["x" * 5000], "nothing of that name"),
        (["karate_club", "--plot", "club.pdf"], r"ends in .html, got .pdf"),
        (["karate_club", "--set", "influential_share=0.1"], "wanted classes.NAME=VALUE"),
        (["karate_club", "--set", "classes.influential_share"], "no ="),
        (["karate_club", "--set", "classes.influence=1"], "one of influential_share"),
        (["karate_club", "--set", "classes.influential_share=[2"], "no YAML"),
        (["karate_club", "--set", "classes.influential_share=1.5"], "less than or equal to 1, got 1.5"),
    ],
)
def test_what_is_wrong_is_one_message(describe: Command, arguments: list[str], message: str) -> None:
    """Exit code 2, nothing printed, nothing drawn."""
    code, out, err = describe(*arguments)
    assert (code, out) == (2, "")
    assert message in " ".join(err.split())
    assert err.count("error:") == 1
