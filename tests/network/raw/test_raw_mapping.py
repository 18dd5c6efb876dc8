"""Mappings: what they can say, and what they are told when it is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from s3agents.errors import ConfigError
from s3agents.network.raw.mapping import RawMapping, load_mapping

FULL = """\
users:   {file: users.csv, columns: {id: uid, bio: intro, city: place, age: null}, values: {gender: {m: male, 1: male}}}
follows: {file: [edges-*.csv.gz, more.csv], columns: {follower: 1, followee: 3}, header: false, delimiter: ";"}
posts:   {file: posts/*.jsonl, columns: {author: user.id, text: full_text}, values: {kind: {rt: forward, ad: null}}}
time_format: "%d/%m/%Y %H:%M"
timezone: Asia/Shanghai
encoding: gb18030
"""
USERS = "users: {file: u.csv}\n"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{inner}'] * 10)}]\n" for inner, name in pairwise("abcdef")
)
WRONG: dict[str, tuple[str, list[str]]] = {
    "nothing": ("", ["wanted a mapping of keys such as users, follows and posts, got nothing"]),
    "a list": ("[users]", ["got a list"]),
    "no table": ("timezone: UTC", ["one of users, follows and posts at least"]),
    "an unknown key": (USERS + "user: 1", ["user: wanted a known key (users, follows, posts, time_format"]),
    "an unknown key of a table": ("users: {file: a, colums: {}}", ["users.colums: wanted a known key (file, columns"]),
    "a table without files": ("users: {columns: {id: uid}}", ["users.file: wanted a value, got nothing"]),
    "no files": ("users: {file: []}", ["users.file: wanted a file or pattern, or a list"]),
    "files that are a number": ("users: {file: 5}", ["users.file", "got 5"]),
    "a file outside": ("users: {file: ../u.csv}", ["users.file.0", "inside of the folder", "'../u.csv'"]),
    "a file outside, deeper": ("users: {file: [a.csv, b/../../u.csv]}", ["users.file.1", "inside of the folder"]),
    "an absolute file": ("users: {file: /etc/passwd}", ["inside of the folder"]),
    "an absolute file of Windows": (r"users: {file: 'C:\u.csv'}", ["inside of the folder"]),
    "a share of Windows": (r"users: {file: '\\host\u.csv'}", ["inside of the folder"]),
    "parents of Windows": (r"users: {file: '..\u.csv'}", ["inside of the folder"]),
    "a blank file": ("users: {file: ' '}", ["inside of the folder"]),
    "a table that is text": ("users: u.csv", ["users: wanted"]),
    "a meaning that edges lack": ("follows: {file: a, columns: {folower: x}}", ["followee only, not folower"]),
    "a meaning that posts lack": ("posts: {file: a, values: {likes: {a: b}}}", ["id, author, text", "not likes"]),
    "a second word for ids": ("users: {file: a, columns: {user_id: x}}", ["id and bio", "not user_id"]),
    "a column that is a list": ("users: {file: a, columns: {id: [x]}}", ["users.columns.id", "name of a column"]),
    "a column that is a truth value": ("users: {file: a, columns: {id: yes}}", ["users.columns.id", "got True"]),
    "column 0": ("follows: {file: a, header: false, columns: {follower: 0}}", ["from 1", "got 0"]),
    "names without a header": ("follows: {file: a, header: false, columns: {follower: x}}", ["numbers of columns"]),
    "numbers with a header": ("users: {file: a, columns: {id: 1}}", ["names of columns, for id"]),
    "two delimiters": ("users: {file: a, delimiter: '::'}", ["users.delimiter: wanted one character"]),
    "a quote as delimiter": ("users: {file: a, delimiter: '\"'}", ["users.delimiter: wanted one character"]),
    "values of yes": ("users: {file: a, values: {x: {yes: 1}}}", ["users.values.x", "keys in quotes"]),
    "values that are a list": ("users: {file: a, values: {x: [a]}}", ["users.values.x"]),
    "a format without a year": (USERS + "time_format: '%H:%M'", ["time_format: wanted a format of year, month"]),
    "a format of no sense": (USERS + "time_format: '%Q'", ["time_format"]),
    "an unknown zone": (USERS + "timezone: Nowhere/Land", ["timezone: wanted a time zone", "'Nowhere/Land'"]),
    "a zone outside": (USERS + "timezone: ../../etc/passwd", ["timezone"]),
    "an unknown encoding": (USERS + "encoding: utf-9", ["encoding: wanted an encoding of text"]),
    "an encoding of bytes": (USERS + "encoding: rot13", ["encoding"]),
    "an encoding with other line ends": (USERS + "encoding: cp037", ["encoding"]),
    "a key twice": (USERS + USERS, ["key 'users' is given twice", "line 2"]),
    "an alias bomb": (BOMB, ["once its aliases are written out"]),
    "no YAML": ("users: [", ["wanted YAML"]),
    "a date that is none": ("a: 2015-13-45", ["wanted YAML", "month"]),
    "hundreds of levels": ("[" * 5000, ["YAML of a few levels"]),
    "a tag for Python": ("users: !!python/object/apply:os.getcwd []", ["wanted YAML"]),
    "too much": ("#" * 1_100_000, ["at most 1048576 bytes"]),
}  # fmt: skip


@pytest.fixture
def load(tmp_path: Path) -> Callable[[str | bytes], RawMapping]:
    """Loads a mapping from its text."""

    def load(text: str | bytes) -> RawMapping:
        file = tmp_path / "mapping.yaml"
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return load_mapping(file)

    return load


def test_everything_that_a_mapping_can_say(load: Callable[[str], RawMapping]) -> None:
    """Files are listed, columns named or numbered, values translated by their text."""
    mapping = load(FULL)
    assert mapping.users is not None
    assert mapping.follows is not None
    assert mapping.posts is not None
    assert mapping.users.file == ("users.csv",)
    assert mapping.users.columns == {"id": "uid", "bio": "intro", "city": "place", "age": None}
    assert mapping.users.values == {"gender": {"m": "male", "1": "male"}}
    assert mapping.follows.file == ("edges-*.csv.gz", "more.csv")
    assert mapping.follows.columns == {"follower": 1, "followee": 3}
    assert (mapping.follows.header, mapping.follows.delimiter) == (False, ";")
    assert mapping.posts.values == {"kind": {"rt": "forward", "ad": None}}
    assert str(mapping.zone) == "Asia/Shanghai"
    assert mapping.encoding == "gb18030"


def test_what_is_not_said_has_defaults(load: Callable[[str], RawMapping]) -> None:
    """UTF-8, UTC, all known formats of time; a mapping cannot be changed."""
    mapping = load("\ufeff" + USERS + "encoding: utf-8-sig")
    assert (mapping.encoding, mapping.zone, mapping.time_format) == ("utf-8", UTC, None)
    with pytest.raises(ValidationError):
        mapping.encoding = "latin-1"  # type: ignore[misc]  # it is frozen


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_mapping_is_one_clear_error(load: Callable[[str], RawMapping], kind: str) -> None:
    """The message names the file, the key, what was wanted and what came."""
    text, fragments = WRONG[kind]
    with pytest.raises(ConfigError) as caught:
        load(text)
    for fragment in ["mapping.yaml: ", *fragments]:
        assert fragment in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_every_wrong_key_is_told_at_once(load: Callable[[str], RawMapping]) -> None:
    """Several wrong keys are one error with a line for each."""
    with pytest.raises(ConfigError, match="3 keys are wrong") as caught:
        load("users: {file: ../a, colums: {}}\nencoding: utf-9")
    assert str(caught.value).count("\n") == 3


def test_a_mapping_that_cannot_be_read(tmp_path: Path, load: Callable[[bytes], RawMapping]) -> None:
    """A missing file and one in another encoding are named."""
    with pytest.raises(ConfigError, match=r"gone\.yaml: wanted a mapping, got No such file"):
        load_mapping(tmp_path / "gone.yaml")
    with pytest.raises(ConfigError, match="UTF-8 text, got another byte at 10"):
        load(b"users: {a: \xff}"[:10] + b"\xff")


@given(
    data=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["users", "file", "columns", "values", "id", "x"]), inner, max_size=3)
        ),
    )
)
def test_no_value_but_a_mapping_is_taken(data: object) -> None:
    """Anything of plain values is a mapping or a validation error."""
    try:
        mapping = RawMapping.model_validate(data)
    except ValidationError:
        return
    assert mapping.users is not None
