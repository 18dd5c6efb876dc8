"""Thirty ways in which a society's folder can be wrong: each ends in one clear error, or in an account of the loss."""

from __future__ import annotations

import gzip
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from s3agents.errors import SocietyError
from s3agents.network.read_lines import LINE_BYTES
from s3agents.network.society import Society
from s3agents.tables import write_table

Folder = Callable[..., Path]

USERS = b"user_id\na\nb\n"
EDGES = b"follower,followee\na,b\n"
HUGE = b'{"user_id": "' + b"a" * (LINE_BYTES + 100) + b'"}\n'

FATAL: dict[str, tuple[dict[str, bytes], list[str]]] = {
    "no users file": (
        {"follows.csv": EDGES, "user.csv": USERS}, ["exactly one of users.jsonl", "got follows.csv, user.csv"],
    ),
    "empty folder": ({}, ["users.jsonl", "an empty folder"]),
    "two users files": ({"users.csv": USERS, "users.jsonl": b"", "follows.csv": EDGES}, ["users.csv and users.jsonl"]),
    "packed and plain": ({"users.csv": USERS, "users.csv.gz": gzip.compress(USERS)}, ["users.csv and users.csv.gz"]),
    "no follows file": ({"users.csv": USERS}, ["exactly one of follows.csv", "got users.csv"]),
    "two follows files": (
        {"users.csv": USERS, "follows.csv": EDGES, "follows.csv.gz": gzip.compress(EDGES)},
        ["follows.csv and follows.csv.gz"],
    ),
    "users without ids": (
        {"users.csv": b"name,age\nx,3\n", "follows.csv": EDGES}, ["users.csv", "wanted user_id (or id), got name, age"],
    ),
    "lines without ids": (
        {"users.jsonl": b'{"name": "x"}\n{"name": "y"}\n', "follows.csv": EDGES}, ["user_id (or id), got name"],
    ),
    "csv of no bytes": ({"users.csv": b"", "follows.csv": EDGES}, ["users.csv", "user_id (or id), got none"]),
    "csv in a jsonl": (
        {"users.jsonl": USERS, "follows.csv": EDGES}, ["users.jsonl", "3 rows, none usable", "users.jsonl:1 'user_id'"],
    ),
    "follows without columns": (
        {"users.csv": USERS, "follows.csv": b"source,target\na,b\n"},
        ["follows.csv", "wanted follower and followee, got source, target"],
    ),
    "follows of no bytes": ({"users.csv": USERS, "follows.csv": b""}, ["follower and followee, got none"]),
    "a column twice": (
        {"users.csv": b"user_id,age,age\na,1,2\n", "follows.csv": EDGES}, ["distinct columns", "age twice"],
    ),
    "binary garbage": (
        {"users.jsonl": bytes(range(256)) * 9, "follows.csv": EDGES}, ["users.jsonl", "byte 0x00 at offset 0"],
    ),
    "NUL inside": ({"users.csv": b"user_id\na\0b\n", "follows.csv": EDGES}, ["byte 0x00 at offset 9 (line 2)"]),
    "cyclic parents": (
        {
            "users.csv": USERS,
            "follows.csv": EDGES,
            "posts.jsonl": b"""{"user_id": "a", "text": "x", "post_id": "p0"}
{"user_id": "a", "text": "x", "post_id": "p1", "parent_id": "p2"}
{"user_id": "b", "text": "y", "post_id": "p2", "parent_id": "p1"}""",
        },
        ["posts.jsonl:2", "a circle: p1 answers p2 answers p1"],
    ),
    "UTF-16": ({"users.csv": USERS.decode().encode("utf-16"), "follows.csv": EDGES}, ["text in UTF-8"]),
    "Latin-1": (
        {"users.csv": b"user_id,bio\na,ok\nb,caf\xe9\n", "follows.csv": EDGES},
        ["byte 0xe9 at offset 22 (line 3)", "convert it to UTF-8"],
    ),
    "Latin-1 after a mark": (
        {"users.csv": b"\xef\xbb\xbfid\n\xe9\n", "follows.csv": EDGES}, ["byte 0xe9 at offset 6 (line 2)"],
    ),
    "a line of over 10 MB": (
        {"users.jsonl": b'{"user_id": "a"}\n' + HUGE, "follows.csv": EDGES}, ["line 2", "a line of 10 MB at most"],
    ),
    "a quote that never ends": (
        {"users.csv": b'user_id,bio\na,x\nb,"y\nc,z\n', "follows.csv": EDGES},
        ["line 3", "a quoted field that does not end"],
    ),
    "a quoted field of over 10 MB": (
        {"users.csv": b'user_id,bio\nb,"' + b"line\n" * (LINE_BYTES // 5 + 9) + b'"\n', "follows.csv": EDGES},
        ["line 2", "a quoted field that does not end"],
    ),
    "lines that end in CR": ({"users.csv": b"user_id\ra\rb\r", "follows.csv": EDGES}, ["lines that end in LF or CRLF"]),
    "no Parquet": (
        {"users.parquet": b"user_id,bio\na,x\n", "follows.csv": EDGES}, ["users.parquet", "a Parquet file", "PAR1"],
    ),
    "Parquet cut off": ({"users.parquet": b"PAR1" + b"\0" * 50, "follows.csv": EDGES}, ["begin and end with PAR1"]),
    "Parquet of no sense": (
        {"users.parquet": b"PAR1" + b"\x15" * 60 + b"\x20\0\0\0PAR1", "follows.csv": EDGES}, ["damaged contents"],
    ),
    "gzip cut off": (
        {"users.csv.gz": gzip.compress(USERS * 99)[:-12], "follows.csv": EDGES}, ["users.csv.gz", "pack it again"],
    ),
    "no gzip": ({"users.csv.gz": USERS, "follows.csv": EDGES}, ["users.csv.gz", "BadGzipFile", "pack it again"]),
    "broken posts": (
        {"users.csv": USERS, "follows.csv": EDGES, "posts.jsonl": b'{"user_id": "\xff"}'}, ["posts.jsonl", "byte 0xff"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", FATAL)
def test_unusable_files_end_in_one_clear_error(tmp_path: Path, kind: str) -> None:
    """What cannot be read at all is one SocietyError that names the file, what was wanted and what came."""
    files, fragments = FATAL[kind]
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(SocietyError) as caught:
        Society.load(tmp_path)
    for fragment in fragments:
        assert fragment in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_missing_folder(tmp_path: Path) -> None:
    """A folder that is not there is named, with the advice to check the path."""
    with pytest.raises(
        SocietyError, match=r"nowhere: wanted a folder .* got No such file or directory \(check the path\)"
    ):
        Society.load(tmp_path / "nowhere")


def test_file_in_place_of_the_folder(tmp_path: Path) -> None:
    """The path of a file where a folder is wanted is said to be no folder."""
    (tmp_path / "users.csv").write_bytes(USERS)
    with pytest.raises(SocietyError, match="Not a directory"):
        Society.load(tmp_path / "users.csv")


@pytest.mark.parametrize("name", ["users.jsonl", "users.csv", "users.parquet"])
def test_folder_in_place_of_a_file(folder: Folder, name: str) -> None:
    """A folder with the name of a file is refused, whatever the format."""
    home = folder(follows__csv=EDGES)
    (home / name).mkdir()
    with pytest.raises(SocietyError, match=f"{name}: wanted a file, got a folder"):
        Society.load(home)


def test_pipe_in_place_of_a_file(folder: Folder) -> None:
    """A named pipe is refused rather than waited on."""
    home = folder(follows__csv=EDGES)
    os.mkfifo(home / "users.csv")
    with pytest.raises(SocietyError, match="no regular file"):
        Society.load(home)


def test_link_to_nowhere(folder: Folder) -> None:
    """A broken link is an unreadable file, not a missing one."""
    home = folder(follows__csv=EDGES)
    (home / "users.csv").symlink_to(home / "gone.csv")
    with pytest.raises(SocietyError, match=r"users\.csv: wanted a readable file, got No such file"):
        Society.load(home)


def test_file_without_permission(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal of the operating system, which no test can provoke as root, is translated with its remedy."""

    def refuse(*_: object, **__: object) -> object:
        raise PermissionError(13, "Permission denied")

    home = folder(users__csv=USERS, follows__csv=EDGES)
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(SocietyError, match=r"users\.csv: .* got Permission denied \(allow yourself to read it\)"):
        Society.load(home)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_file_without_permission_for_real(folder: Folder) -> None:
    """A file that the user may not read is an error that says so."""
    home = folder(users__csv=USERS, follows__csv=EDGES)
    (home / "users.csv").chmod(0)
    with pytest.raises(SocietyError, match="Permission denied"):
        Society.load(home)


def test_parquet_without_ids(folder: Folder) -> None:
    """Even without a row, the columns of a Parquet file must include the ids."""
    home = folder(follows__csv=EDGES)
    write_table(home / "users.parquet", {"name": []}, "parquet")
    with pytest.raises(SocietyError, match=r"user_id \(or id\), got name"):
        Society.load(home)


@pytest.mark.parametrize("packed", [False, True])
def test_a_line_of_100_mb_is_not_read_into_memory(folder: Folder, packed: bool) -> None:
    """The bound on lines holds while reading, also while unpacking: no more than a few lines' worth is ever held."""
    home = folder(follows__csv=EDGES)
    with gzip.open(home / "users.jsonl.gz", "wb", 1) if packed else (home / "users.jsonl").open("wb") as file:
        for _ in range(100):
            file.write(b"x" * 1_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(SocietyError, match="a line of 10 MB at most"):
            Society.load(home)
        assert tracemalloc.get_traced_memory()[1] < 4 * LINE_BYTES
    finally:
        tracemalloc.stop()


LENIENT = {
    "a broken line among good ones": (b'{"user_id": "a"}\n{"user_id": \n', EDGES, "broken line: no JSON"),
    "a line that is no object": (b'{"user_id": "a"}\n"b"\n', EDGES, "broken line: no JSON object"),
    "half a character pair": (b'{"user_id": "a"}\n{"user_id": "\\ud800"}\n', EDGES, "broken line: no JSON"),
    "NaN, which JSON lacks": (b'{"user_id": "a"}\n{"user_id": "b", "x": NaN}\n', EDGES, "broken line: no JSON"),
    "depth without end": (b'{"user_id": "a"}\n' + b"[" * 100_000 + b"\n", EDGES, "broken line: no JSON"),
    "an id that lost digits": (b'{"user_id": "a"}\n{"user_id": 12345678901234567890123}\n', EDGES, "no usable id"),
    "a truth value for an id": (b'{"user_id": "a"}\n{"user_id": true}\n', EDGES, "no usable id"),
    "a list for an id": (b'{"user_id": "a"}\n{"user_id": ["b"]}\n', EDGES, "no usable id"),
    "an endless id": (b'{"user_id": "a"}\n{"user_id": "' + b"b" * 257 + b'"}\n', EDGES, "no usable id"),
    "edges of strangers": (b'{"user_id": "a"}\n', EDGES, "unknown user"),
}


@pytest.mark.parametrize("kind", LENIENT)
def test_unusable_rows_are_dropped_and_said(folder: Folder, kind: str) -> None:
    """What spoils one row costs that row and is accounted for; with strict, it is an error that says the same."""
    users, edges, reason = LENIENT[kind]
    home = folder(users__jsonl=users, follows__csv=edges)
    society = Society.load(home)
    assert society.ids[0] == "a"
    assert reason in {row.reason for row in society.report.rows()}
    with pytest.raises(SocietyError, match=reason):
        Society.load(home, strict=True)
