"""``s3agents build``: from the command line to a society, and nothing half done whatever happens."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import s3agents
from s3agents import Society
from s3agents.testing.command_line import Command

USERS = """\
{"user_id": "anna", "gender": "female", "age": 33, "bio": "Reads."}
{"user_id": "ben", "followers_count": 1, "followees_count": 5000}
{"user_id": "cleo", "occupation": "teacher"}
{"user_id": "dora"}
"""
FOLLOWS = "follower,followee\nben,anna\ncleo,anna\ndora,ben\n"
POSTS = """\
{"post_id": "1", "user_id": "anna", "text": "Nuclear power, says @ben", "time": "2015-01-07T12:00:00Z"}
{"post_id": "2", "user_id": "cleo", "text": "Lunch", "time": "2015-01-07T13:00:00Z"}
"""


@pytest.fixture
def command_line(s3agents: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """The command line, run in a folder of its own, beside the folder ``raw``."""
    monkeypatch.delenv("S3AGENTS_PSEUDONYM_KEY", raising=False)
    raw = tmp_path / "raw"
    raw.mkdir()
    for name, text in (("users.jsonl", USERS), ("follows.csv", FOLLOWS), ("posts.jsonl", POSTS)):
        (raw / name).write_text(text, encoding="utf-8")
    return s3agents


def test_a_society_and_its_account(command_line: Command) -> None:
    """The tables lead from what was read to what is kept, and end in a row like those of S3's Table 1."""
    done = command_line("build", "raw", "--keywords", "nuclear", "-o", "society", "--name", "Nuclear Energy")
    assert done.code == 0
    logged = [json.loads(line) for line in done.err.splitlines()]
    assert {"phase": "posts, second reading", "done": 2}.items() <= logged[-1].items()
    assert Society.load("society", strict=True).ids == ("anna", "cleo")
    for words in ("users read", "clean-up: follow_ratio", "core: authors on the topic", "not applicable"):
        assert words in done.out
    row = next(line for line in done.out.splitlines() if "Nuclear Energy" in line)
    cells = [cell.strip() for cell in row.strip("│").split("│")]
    assert cells == ["Nuclear Energy", "2", "1", "2", "Gender 50.0%, Age 50.0%, Occupation 50.0%"]


def test_the_account_as_json(command_line: Command) -> None:
    """With ``--json``, standard output is the account and nothing else."""
    done = command_line("build", "raw", "-k", "nuclear", "-k", "lunch", "-o", "society", "--json", "--no-cleaning")
    account = json.loads(done.out)
    assert account["users"]["kept"] == 3
    assert account["growth"][0] == {"step": 0, "found": 2, "barred": 0}
    assert account == json.loads(Path("society/society.json").read_text(encoding="utf-8"))["account"]


def test_options_reach_the_build(command_line: Command, tmp_path: Path) -> None:
    """A file of the clean-up, single keys over it, and what else can be asked for."""
    (tmp_path / "clean.yaml").write_text("follow_ratio: null\nposts_per_day: 9\n")
    one = ("build", "raw", "-k", "nuclear", "-o", "society", "--overwrite", "--json")
    facts = ("--cleaning", "clean.yaml", "--set", "cleaning.posts_per_day=7", "--set", "classes.influential_share=0.5")
    assert command_line(*one, *facts, "--depth", "2").code == 0
    written = json.loads(Path("society/society.json").read_text(encoding="utf-8"))["options"]
    assert (written["cleaning"]["follow_ratio"], written["cleaning"]["posts_per_day"]) == (None, 7)
    assert written["classes"]["influential_share"] == 0.5
    assert Society.load("society").ids == ("anna", "ben", "cleo", "dora")
    assert command_line(*one, "--depth", "0", "--since", "2015-01-07", "--until", "2015-01-08").code == 0
    assert Society.load("society").ids == ("anna",)


def test_a_fresh_key_is_thrown_away_and_said_so(command_line: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a key, pseudonyms differ from build to build, and the user is told; with one they do not."""
    command = ("build", "raw", "-o", "society", "--overwrite", "--pseudonymise")
    first = command_line(*command)
    assert "a fresh key is used and thrown away" in " ".join(first.err.split())
    assert "anna" not in first.out + first.err
    ids = {Society.load("society").ids}
    command_line(*command)
    ids.add(Society.load("society").ids)
    assert len(ids) == 2
    monkeypatch.setenv("S3AGENTS_PSEUDONYM_KEY", "0123456789abcdef0123456789abcdef")
    assert "thrown away" not in command_line(*command).err
    ids = {Society.load("society").ids}
    command_line(*command)
    assert ids == {Society.load("society").ids}


BAD = {
    "raw data that are not there": ("nowhere", "-o", "s"),
    "no keywords matched": ("raw", "-o", "s", "-k", "unicorns"),
    "a keyword that is none": ("raw", "-o", "s", "-k", "AND"),
    "an unknown layout": ("raw", "-o", "s", "--layout", "cards"),
    "a mapping that is not there": ("raw", "-o", "s", "--mapping", "nowhere.yaml"),
    "a file of the clean-up that is not there": ("raw", "-o", "s", "--cleaning", "nowhere.yaml"),
    "an unknown key": ("raw", "-o", "s", "--set", "cleaning.robots=3"),
    "a key without section": ("raw", "-o", "s", "--set", "depth=3"),
    "a key without value": ("raw", "-o", "s", "--set", "cleaning.posts_per_day"),
    "a value that is no YAML": ("raw", "-o", "s", "--set", "cleaning.posts_per_day={"),
    "a value out of range": ("raw", "-o", "s", "--set", "cleaning.posts_per_day=-1"),
    "clean-up and none": ("raw", "-o", "s", "--no-cleaning", "--set", "cleaning.posts_per_day=5"),
    "a negative depth": ("raw", "-o", "s", "--depth", "-1"),
    "no users": ("raw", "-o", "s", "--max-users", "0"),
    "a date that is none": ("raw", "-o", "s", "--since", "yesterday"),
    "a span that ends before it begins": ("raw", "-o", "s", "--since", "2015-02-01", "--until", "2015-01-01"),
    "a column to keep for nothing": ("raw", "-o", "s", "--keep-column", "city"),
    "a society that is there": ("raw", "-o", "raw"),
    "no society": ("raw",),
}


@pytest.mark.parametrize("kind", sorted(BAD))
def test_bad_input_leaves_with_2_and_nothing_behind(kind: str, command_line: Command, tmp_path: Path) -> None:
    """One clear message, no traceback, exit code 2, and no folder made."""
    done = command_line("build", *BAD[kind])
    assert done.code == 2
    assert done.err.splitlines()[-1].startswith(("error: ", "  "))
    assert done.err.count("error: ") == 1
    assert "Traceback" not in done.err
    assert [entry.name for entry in tmp_path.iterdir()] == ["raw"]


def test_strict_refuses_broken_data(command_line: Command, tmp_path: Path) -> None:
    """With ``--strict`` one duplicate is enough; without, it is counted and shown with file and line."""
    with (tmp_path / "raw" / "follows.csv").open("a", encoding="utf-8") as file:
        file.write("cleo,anna\n")
    strict = command_line("build", "raw", "-o", "society", "--strict")
    assert strict.code == 2
    assert "duplicate edge" in strict.err
    assert not Path("society").exists()
    assert "follows.csv:5 'cleo,anna'" in command_line("build", "raw", "-o", "society").out


_STOPPED = """
import os, signal, sys
from s3agents.cli.build_progress import BuildBar
from s3agents.cli.main import run_command
phase, kind, *arguments = sys.argv[1:]
def stop(self, now, done):
    if now == phase:
        os.kill(os.getpid(), getattr(signal, kind))
BuildBar.__call__ = stop
sys.exit(run_command(arguments))
"""


@pytest.mark.parametrize("phase", ["posts, first reading", "users, second reading", "posts, second reading"])
@pytest.mark.parametrize(("kind", "code"), [("SIGINT", 130), ("SIGKILL", -signal.SIGKILL)])
def test_a_stopped_build_leaves_no_society(
    phase: str, kind: str, code: int, command_line: Command, tmp_path: Path
) -> None:
    """Ctrl-C ends with 130 and nothing left; after a kill there is no society either, and the next build cleans up."""
    command = ("build", "raw", "-o", "society")
    process = [sys.executable, "-c", _STOPPED, phase, kind, *command]
    environment = {**os.environ, "PYTHONPATH": str(Path(s3agents.__file__).parents[1])}
    stopped = subprocess.run(process, capture_output=True, text=True, env=environment)
    assert stopped.returncode == code
    assert "Traceback" not in stopped.stderr
    left = {entry.name for entry in tmp_path.iterdir()} - {"raw"}
    assert all(name.startswith(".society.part-") for name in left)
    assert bool(left) == (kind == "SIGKILL" and "second" in phase)
    assert command_line(*command).code == 0
    assert {entry.name for entry in tmp_path.iterdir()} == {"raw", "society"}


def test_help_has_an_example(command_line: Command) -> None:
    """The help tells what the command does, with an example that uses options it has."""
    done = command_line("build", "--help")
    assert done.code == 0
    assert "s3agents build raw -k nuclear" in done.out


def test_a_society_from_real_cascades(command_line: Command) -> None:
    """Real breaking-news data become a society that loads cleanly, with every record accounted for."""
    if "S3AGENTS_DATA" not in os.environ:
        pytest.skip("S3AGENTS_DATA does not name the folder of the real data")
    pheme = Path(os.environ["S3AGENTS_DATA"]) / "pheme"
    if not pheme.is_dir():
        pytest.skip(f"{pheme} is not there")
    done = command_line("build", str(pheme), "-o", "s", "--layout", "cascades", "-k", "charlie OR hebdo", "--json")
    account = json.loads(done.out)
    society = Society.load("s", strict=True)
    assert 1000 < len(society) == account["users"]["kept"]
    assert society.graph.edges == account["follows"]["kept"] > 1000
    for kind in ("users", "follows", "posts"):
        funnel = account[kind]
        lost = sum(loss["count"] for loss in funnel["unusable"] + funnel["left_out"])
        assert funnel["read"] + funnel["met"] == funnel["helpers"] + funnel["kept"] + lost
    assert account["posts"]["helpers"] == 61
