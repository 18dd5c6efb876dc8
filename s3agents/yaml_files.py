"""YAML from outside, files and single values: bounded in size and depth, and plain values only."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from s3agents.config.section import Section
from s3agents.errors import ConfigError, explain

__all__ = ["read_yaml", "read_yaml_keys", "yaml_value"]

_Read = TypeVar("_Read", bound=Section)

_LARGEST = 1 << 20
_MOST_VALUES = 200_000


class _Loader(yaml.SafeLoader):
    """YAML in which a key given twice is an error rather than a silent loss.

    The loader of libyaml is quicker and ends the process when a file has too many levels.
    """


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[str] = set()
    for key_node, _ in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise yaml.MarkedYAMLError(problem="a key must be a word", problem_mark=key_node.start_mark)
        if key_node.value in seen:
            raise yaml.MarkedYAMLError(
                problem=f"key {key_node.value!r} is given twice", problem_mark=key_node.start_mark
            )
        seen.add(key_node.value)
    loader.flatten_mapping(node)
    return {loader.construct_object(k, deep=True): loader.construct_object(v, deep=True) for k, v in node.value}


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml_keys(file: Path, *, wanted: str, keys: str) -> dict[str, Any]:
    """The keys of a YAML file with their values.

    Args:
        file: of at most 1 MB.
        wanted: what the file should be, for messages, such as ``a scenario file``.
        keys: what it should hold, such as ``name, topic, ticks``.

    Raises:
        ConfigError: if it cannot be read, is no YAML, or holds no keys.
    """
    data = _parsed(file, _text(file, wanted))
    if _size(data, {}) > _MOST_VALUES:
        got = "more, once its aliases are written out"
        raise ConfigError(explain(str(file), wanted=f"at most {_MOST_VALUES:,} values", got=got))
    if not isinstance(data, dict):
        got = "nothing" if data is None else f"a {type(data).__name__}"
        raise ConfigError(explain(str(file), wanted=f"a mapping of keys such as {keys}", got=got))
    return data


def read_yaml(path: Path, kind: type[_Read]) -> _Read:
    """What ``path`` holds, as a ``kind``.

    Raises:
        ConfigError: if it cannot be read, is no YAML, or is no ``kind``: naming every wrong key.
    """
    try:
        return kind.model_validate(read_yaml_keys(path, wanted="a file", keys=", ".join(kind.model_fields)))
    except ValidationError as exc:
        lines = [f"{'.'.join(map(str, error['loc'])) or 'the file'}: {error['msg']}" for error in exc.errors()]
        raise ConfigError("\n  ".join([f"{path}: {len(lines)} keys are wrong", *lines])) from exc


def yaml_value(text: str, thing: str) -> Any:
    """The value that ``text``, the right side of an option such as ``--set KEY=VALUE``, stands for.

    Args:
        text: YAML.
        thing: what messages call it.

    Raises:
        ConfigError: if it is no YAML.
    """
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as exc:  # a ValueError from a date that is none
        got = " ".join(str(exc).split())
    except RecursionError:
        got = "hundreds of levels"
    raise ConfigError(explain(thing, wanted="a value in YAML", got=got, remedy="put text in quotes"))


def _text(file: Path, wanted: str) -> str:
    try:
        raw = file.read_bytes() if file.stat().st_size <= _LARGEST else None
    except OSError as exc:
        raise ConfigError(explain(str(file), wanted=wanted, got=exc.strerror or str(exc))) from exc
    if raw is None:
        raise ConfigError(explain(str(file), wanted=f"at most {_LARGEST} bytes of YAML", got="a larger file"))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise ConfigError(explain(str(file), wanted="UTF-8 text", got=f"another byte at {exc.start}")) from exc


def _parsed(file: Path, text: str) -> Any:
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  # a subclass of SafeLoader
    except (yaml.YAMLError, ValueError) as exc:  # a ValueError from a date that is none
        raise ConfigError(explain(str(file), wanted="YAML", got=" ".join(str(exc).split()))) from exc
    except RecursionError as exc:
        raise ConfigError(explain(str(file), wanted="YAML of a few levels", got="hundreds of levels")) from exc


def _size(value: Any, known: dict[int, int]) -> int:
    """Number of values in ``value`` with every alias written out; what is shared is counted once and added often."""
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in known:
        known[id(value)] = 1  # a list may hold itself
        inner = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_size(item, known) for item in inner)
    return known[id(value)]
