"""The options of a build: from the command line, a file of the clean-up, and single keys, to values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from s3agents.config.build import BuildOptions, Cleaning
from s3agents.config.classes import ClassThresholds
from s3agents.config.section import Section
from s3agents.errors import ConfigError, InputError, explain
from s3agents.yaml_files import read_yaml, yaml_value

__all__ = ["read_options"]

_SECTIONS: Mapping[str, type[Section]] = {"cleaning": Cleaning, "classes": ClassThresholds}


def read_options(
    given: Mapping[str, Any], *, cleaning: Path | None, no_cleaning: bool, overrides: Sequence[str]
) -> BuildOptions:
    """The options of a build.

    Args:
        given: options by name; what is ``None`` was not given.
        cleaning: file with keys of the clean-up.
        no_cleaning: whether nobody is taken for a bot.
        overrides: single keys, as ``cleaning.posts_per_day=20``; values are YAML.

    Raises:
        InputError: naming every wrong key.
    """
    data: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if cleaning is not None:
        data["cleaning"] = read_yaml(cleaning, Cleaning).model_dump(exclude_unset=True)
    for override in overrides:
        _override(data, override)
    if no_cleaning:
        if "cleaning" in data:
            got = "keys of the clean-up, too"
            raise InputError(explain("--no-cleaning", wanted="it alone", got=got, remedy="leave out one of the two"))
        data["cleaning"] = None
    try:
        return BuildOptions.model_validate(data)
    except ValidationError as exc:
        lines = [_line(error) for error in exc.errors(include_url=False)]
        raise ConfigError(
            "\n  ".join(lines if len(lines) == 1 else [f"{len(lines)} options are wrong", *lines])
        ) from exc


def _override(data: dict[str, Any], override: str) -> None:
    key, equals, text = override.partition("=")
    section, dot, name = key.partition(".")
    if not equals or not dot or section not in _SECTIONS:
        wanted = "KEY=VALUE with a key such as cleaning.posts_per_day or classes.influential_share"
        raise ConfigError(explain(f"--set {override!r}", wanted=wanted, got="another key" if equals else "no ="))
    data.setdefault(section, {})[name] = yaml_value(text, f"--set {override!r}")


def _line(error: Any) -> str:
    place = ".".join(map(str, error["loc"])) or "the options"
    if error["type"] == "extra_forbidden":
        keys = ", ".join(_SECTIONS[error["loc"][0]].model_fields)
        return explain(place, wanted=f"one of {keys}", got="an unknown key")
    wanted = re.sub(r"^(Input should be|Value error,)\s*", "", str(error["msg"]))
    got = repr(error["input"]) if error["loc"] else "another order"
    return explain(place, wanted=wanted, got=got)
