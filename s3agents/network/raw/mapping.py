"""RawMapping: which files and columns of somebody's tables hold what, as a value and as a small YAML file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator

from s3agents.config.section import Section
from s3agents.errors import ConfigError, explain
from s3agents.network.raw.lines import is_wide
from s3agents.network.raw.synonyms import FOLLOWS, POSTS
from s3agents.yaml_files import read_yaml_keys

__all__ = ["RawMapping", "TableMapping", "load_mapping"]

_SHOWN = 80
_PROBE = datetime(2015, 11, 27, 11, 6, 8)


def _file(pattern: str) -> str:
    inside = not PurePosixPath(pattern).is_absolute() and not PureWindowsPath(pattern).anchor
    if not pattern.strip() or not inside or ".." in PurePosixPath(pattern.replace("\\", "/")).parts:
        raise ValueError("a file or pattern inside of the folder, such as posts/*.jsonl")
    return pattern


def _files(value: Any) -> Any:
    files = [value] if isinstance(value, str) else value
    if not isinstance(files, list | tuple) or not files:
        raise ValueError("a file or pattern, or a list of them")
    return files


def _column(value: Any) -> Any:
    if value is not None and not (isinstance(value, str) and value) and not (type(value) is int and value > 0):
        raise ValueError("the name of a column, or its number, from 1, where there is no header")
    return value


def _delimiter(value: Any) -> Any:
    if value is not None and not (isinstance(value, str) and len(value) == 1 and value not in '"\r\n\0'):
        raise ValueError("one character, such as ; or \\t in quotes")
    return value


def _worded(value: Any) -> Any:
    """The keys of a table as text, as values of data are looked up."""
    if not isinstance(value, dict):
        return value
    if any(isinstance(key, bool) for key in value):
        raise ValueError("keys in quotes where they are words such as yes, no, on, off, true or false")
    return {str(key): item for key, item in value.items()}


def _encoding(name: str) -> str:
    if name.lower().replace("_", "-") == "utf-8-sig":
        return "utf-8"
    try:
        known = is_wide(name) or "a,\n".encode(name) == b"a,\n"
    except (LookupError, UnicodeError):
        known = False
    if not known:
        raise ValueError("an encoding of text such as utf-8, gb18030, latin-1 or utf-16")
    return name


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # an unknown name is a KeyError
        raise ValueError("a time zone such as UTC, Europe/Paris or Asia/Shanghai") from None
    return name


def _time_format(text: str) -> str:
    try:
        found = datetime.strptime(_PROBE.strftime(text), text)
    except ValueError:
        found = None
    if found is None or found.date() != _PROBE.date():
        raise ValueError('a format of year, month and day for strptime, such as "%d/%m/%Y %H:%M"')
    return text


_Files = Annotated[tuple[Annotated[str, AfterValidator(_file)], ...], BeforeValidator(_files)]
_Column = Annotated[str | int | None, BeforeValidator(_column)]
_Values = Annotated[dict[str, str | int | float | bool | None], BeforeValidator(_worded)]


class TableMapping(Section):
    """One table: its files and columns.

    Attributes:
        file: patterns of files in the folder.
        columns: meaning to column. Where rows are JSON, dots reach into what is nested (``user.id``,
            ``referenced_tweets.0.type``); without a header, columns are numbered from 1; ``null`` leaves out what
            would be found. What is not listed is found by its well-known names.
        values: meaning to what its values stand for; ``null`` is nothing.
        header: whether the first row names the columns.
        delimiter: one character between the columns; by default the suffix of the file tells.
    """

    file: _Files
    columns: dict[str, _Column] = Field(default_factory=dict)
    values: dict[str, _Values] = Field(default_factory=dict)
    header: bool = True
    delimiter: Annotated[str | None, BeforeValidator(_delimiter)] = None

    @model_validator(mode="after")
    def _numbered(self) -> TableMapping:
        wrong = [k for k, v in self.columns.items() if v is not None and isinstance(v, str) == (not self.header)]
        if wrong:
            wanted = "names of columns" if self.header else "numbers of columns, from 1, for there is no header"
            raise ValueError(f"{wanted}, for {', '.join(wrong)}")
        return self


def _no_twins(table: TableMapping) -> TableMapping:
    if wrong := (table.columns.keys() | table.values.keys()) & {"user_id", "description"}:
        raise ValueError(f"id and bio, which is what users call them here, not {', '.join(sorted(wrong))}")
    return table


def _known(meanings: Mapping[str, Any]) -> AfterValidator:
    def check(table: TableMapping) -> TableMapping:
        strange = (table.columns.keys() | table.values.keys()) - meanings.keys()
        if strange:
            raise ValueError(f"columns and values of {', '.join(meanings)} only, not {', '.join(sorted(strange))}")
        return table

    return AfterValidator(check)


class RawMapping(Section):
    """Which files of a folder hold users, follow edges and posts, and how they are written.

    Attributes:
        users: columns are ``id``, ``handle``, ``followers``, ``followees``, ``posts``, ``created``, ``verified``,
            ``gender``, ``age``, ``occupation``, ``bio``, ``attitude``, and any other name for a further attribute.
        follows: columns are ``follower`` and ``followee``.
        posts: columns are ``id``, ``author``, ``text``, ``original`` (the text of what is forwarded), ``time``,
            ``kind``, ``forwarded`` (whether it is a forward), ``parent``, ``forward_of`` and ``reply_to``.
        time_format: of all times, for :meth:`~datetime.datetime.strptime`; by default those of :mod:`.dates`.
        timezone: of times that name none.
        encoding: of text files.
    """

    users: Annotated[TableMapping, AfterValidator(_no_twins)] | None = None
    follows: Annotated[TableMapping, _known(FOLLOWS)] | None = None
    posts: Annotated[TableMapping, _known(POSTS)] | None = None
    time_format: Annotated[str, AfterValidator(_time_format)] | None = None
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8"

    @model_validator(mode="after")
    def _something(self) -> RawMapping:
        if not (self.users or self.follows or self.posts):
            raise ValueError("one of users, follows and posts at least")
        return self

    @cached_property
    def zone(self) -> tzinfo:
        """The time zone of times that name none."""
        return UTC if self.timezone == "UTC" else ZoneInfo(self.timezone)


def load_mapping(file: Path) -> RawMapping:
    """The mapping of a YAML file.

    Raises:
        ConfigError: listing everything that is wrong, by file and key.
    """
    try:
        return RawMapping.model_validate(read_yaml_keys(file, wanted="a mapping", keys="users, follows and posts"))
    except ValidationError as exc:
        lines = list(dict.fromkeys(_line(details) for details in exc.errors(include_url=False)))
        if len(lines) == 1:
            raise ConfigError(f"{file}: {lines[0]}") from exc
        raise ConfigError("\n  ".join([f"{file}: {len(lines)} keys are wrong", *lines])) from exc


def _line(details: Any) -> str:
    location, kind = details["loc"], details["type"]
    place = ".".join(str(part) for part in location if not str(part).startswith("function-"))
    if kind == "extra_forbidden":
        keys = RawMapping.model_fields if len(location) == 1 else TableMapping.model_fields
        return explain(place, wanted=f"a known key ({', '.join(keys)})", got="an unknown one")
    if kind == "missing":
        return explain(place, wanted="a value", got="nothing", remedy="the key is required")
    wanted = str(details["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    value = details["input"]
    got = repr(value)[:_SHOWN] if isinstance(value, str | int | float | None) else f"a {type(value).__name__}"
    return explain(place or "the mapping", wanted=wanted, got=got)
