"""Scenario files: YAML to :class:`~s3agents.config.Scenario`, with every wrong key named.

A file may declare ``parameters`` (name, help, default) and use them as ``${name}``; single keys can be overridden by
dotted path. Paths in a file are relative to the file; paths given as parameters are relative to the working directory.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from s3agents.config import Scenario
from s3agents.config.interventions import SECTIONS, PluginInterventionSection
from s3agents.config.nats import UNSHOWN, NatsSection
from s3agents.errors import ConfigError, explain
from s3agents.resources import bundled_scenarios
from s3agents.yaml_files import read_yaml_keys, yaml_value

__all__ = [
    "load_scenario",
    "parse_nats",
    "parse_scenario",
    "read_override",
    "relative_to",
    "with_nats_files",
    "with_overrides",
    "with_values",
]

_PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_CREDENTIALS = re.compile(r"//[^@\s]*@")
_SHOWN = 80
_NATS_FILES = {"nkey_file", "creds_file", "ca", "cert", "key"}


class _Parameter(BaseModel):
    """A declared parameter; without a default it must be given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    help: str = ""
    default: str | int | float | None = None
    path: bool = False


def load_scenario(
    path: str | Path, parameters: Mapping[str, str] | None = None, *, overrides: Sequence[str] = ()
) -> Scenario:
    """The scenario of a YAML file.

    Args:
        path: the file, or a folder that holds ``scenario.yaml``, or the name of a bundled example where there is
            neither.
        parameters: values of the parameters that the file declares.
        overrides: single keys, as ``cognition.mode=llm``; values are YAML.

    Raises:
        ConfigError: listing everything that is wrong, by file and key.
    """
    file = Path(path) if os.path.exists(path) else bundled_scenarios().get(str(path), Path(path))
    file = file / "scenario.yaml" if file.is_dir() else file
    data = read_yaml_keys(file, wanted="a scenario file", keys="name, topic, ticks")
    for override in overrides:
        _override(data, override, file)
    values = _values(data.pop("parameters", None) or {}, parameters or {}, file)
    return parse_scenario(relative_to(_filled(data, values, file), file.parent), origin=str(file))


def parse_scenario(data: Any, *, origin: str) -> Scenario:
    """The scenario of plain values.

    Args:
        data: what a YAML file holds.
        origin: how messages call it.

    Raises:
        ConfigError: listing every wrong key with what was wanted and what came.
    """
    try:
        return Scenario.model_validate(data)
    except ValidationError as exc:
        raise ConfigError(_report(exc, origin)) from exc


def parse_nats(data: Any, *, origin: str) -> NatsSection:
    """The section ``nats`` of plain values, where there is no scenario around it; see :func:`parse_scenario`."""
    try:
        return NatsSection.model_validate(data)
    except ValidationError as exc:
        raise ConfigError(_report(exc, origin, prefix="nats")) from exc


def read_override(override: str) -> tuple[str, Any]:
    """Key and value of ``KEY=VALUE``; the value is YAML.

    Raises:
        ConfigError: if there is no key, or the value is no YAML.
    """
    key, equals, text = override.partition("=")
    if not equals or not key:
        raise ConfigError(explain(f"override {override!r}", wanted="KEY=VALUE, such as ticks=5", got="no key or no ="))
    return key, yaml_value(text, f"override {override!r}")


def with_overrides(data: Mapping[str, Any], overrides: Sequence[str], *, origin: str) -> dict[str, Any]:
    """``data``, plain values of a scenario, with single keys that are otherwise.

    Args:
        data: left as it is.
        overrides: as ``cognition.mode=llm``; values are YAML.
        origin: how messages call it.

    Raises:
        ConfigError: if one is no override, or of what the scenario has not.
    """
    return with_values(data, dict(map(read_override, overrides)), origin=origin)


def with_values(data: Mapping[str, Any], values: Mapping[str, object], *, origin: str) -> dict[str, Any]:
    """As :func:`with_overrides`, of values by dotted keys."""
    changed = deepcopy(dict(data))
    for key, value in values.items():
        _put(changed, key, value, origin)
    return changed


def with_nats_files(data: dict[str, Any], folder: Path) -> dict[str, Any]:
    """``data``, plain values of a scenario, in which the files of its section ``nats`` are relative to ``folder``."""
    nats = data.get("nats")
    parts = (nats.get("credentials"), nats.get("tls")) if isinstance(nats, dict) else ()
    for part in parts:
        files = part if isinstance(part, dict) else {}
        for key in _NATS_FILES & files.keys():
            if isinstance(files[key], str) and files[key]:
                files[key] = str((folder / files[key]).absolute())
    return data


def _override(data: dict[str, Any], override: str, file: Path | str) -> None:
    key, value = read_override(override)
    _put(data, key, value, file)


def _put(data: dict[str, Any], key: str, value: object, file: Path | str) -> None:
    *parents, last = key.split(".")
    place: Any = data
    for parent in parents:
        place = place.setdefault(parent, {}) if isinstance(place, dict) else _item(place, parent, key, file)
    if isinstance(place, dict):
        place[last] = value
    else:
        _item(place, last, key, file)
        place[int(last)] = value


def _item(place: Any, index: str, key: str, file: Path | str) -> Any:
    if isinstance(place, list) and index.isdigit() and int(index) < len(place):
        return place[int(index)]
    raise ConfigError(explain(f"{file}: override of {key}", wanted="a key that the scenario has", got=repr(index)))


def _values(declared: Any, given: Mapping[str, str], file: Path) -> dict[str, str]:
    if not isinstance(declared, dict):
        raise ConfigError(explain(f"{file}: parameters", wanted="a mapping of names", got=_shown(declared)))
    known = {}
    for name, about in declared.items():
        try:
            known[name] = _Parameter.model_validate(about or {})
        except ValidationError as exc:
            raise ConfigError(_report(exc, str(file), prefix=f"parameters.{name}")) from exc
    for name in given:
        if name not in known:
            raise ConfigError(explain(f"{file}: parameter {name!r}", wanted=_one_of(known), got="a name it has not"))
    return {name: _value(name, parameter, given, file) for name, parameter in known.items()}


def _value(name: str, parameter: _Parameter, given: Mapping[str, str], file: Path) -> str:
    value = given.get(name, parameter.default)
    if value is None:
        what = f"{file}: parameter {name!r}"
        raise ConfigError(explain(what, wanted=parameter.help or "a value", got="none", remedy=f"give -p {name}=..."))
    return str(Path(str(value)).absolute()) if parameter.path else str(value)


def _filled(data: Any, values: Mapping[str, str], file: Path) -> Any:
    if isinstance(data, dict):
        return {key: _filled(value, values, file) for key, value in data.items()}
    if isinstance(data, list):
        return [_filled(value, values, file) for value in data]
    if not isinstance(data, str):
        return data
    for name in _PLACEHOLDER.findall(data):
        if name not in values:
            raise ConfigError(explain(f"{file}: ${{{name}}}", wanted=_one_of(values), got="an undeclared parameter"))
    return _PLACEHOLDER.sub(lambda match: values[match[1]], data)


def relative_to(data: dict[str, Any], folder: Path) -> dict[str, Any]:
    """``data``, keys of a scenario, with absolute paths: of society, population, seeds, packs, models, what lets us in.

    Args:
        data: changed in place.
        folder: to which its paths are relative.
    """
    society = data.get("society")
    if isinstance(society, dict) and isinstance(society.get("path"), str):
        society["path"] = str((folder / society["path"]).absolute())
    generate = society.get("generate") if isinstance(society, dict) else None
    if isinstance(generate, dict) and isinstance(where := generate.get("demographics"), str) and where != "default":
        generate["demographics"] = str((folder / where).absolute())
    seeds = data.get("seeds")
    for seed in seeds if isinstance(seeds, list) else []:
        for key in ("file", "adoptions"):
            if isinstance(seed, dict) and isinstance(seed.get(key), str):
                seed[key] = str((folder / seed[key]).absolute())
    with_nats_files(data, folder)
    cognition = data.get("cognition")
    for mind in _minds(cognition):
        if isinstance(mind.get("pack"), str) and "/" in mind["pack"]:
            mind["pack"] = str((folder / mind["pack"]).absolute())
        if isinstance(mind.get("learnt"), str):
            mind["learnt"] = str((folder / mind["learnt"]).absolute())
    return data


def _minds(cognition: Any) -> list[dict[str, Any]]:
    if not isinstance(cognition, dict):
        return []
    groups, tiers = cognition.get("groups"), cognition.get("tiers")
    below = [*(groups if isinstance(groups, list) else []), *(tiers.values() if isinstance(tiers, dict) else [])]
    return [cognition, *(mind for mind in below if isinstance(mind, dict))]


def _report(error: ValidationError, origin: str, *, prefix: str = "") -> str:
    lines = [_line(details, prefix) for details in error.errors(include_url=False)]
    if len(lines) == 1:
        return f"{origin}: {lines[0]}"
    return "\n".join([f"{origin}: {len(lines)} keys are wrong", *(f"  {line}" for line in lines)])


def _line(details: Any, prefix: str) -> str:
    place = ".".join(((prefix,) if prefix else ()) + _keys(details["loc"])) or "the scenario"
    kind, message = details["type"], str(details["msg"])
    if kind == "extra_forbidden":
        return explain(place, wanted=f"a known key{_hint(details['loc'])}", got="an unknown one")
    if kind == "missing":
        return explain(place, wanted="a value", got="nothing", remedy="the key is required")
    wanted = re.sub(r"^(Input should be|Value error,|Assertion failed,)\s*", "", message)
    return explain(place, wanted=wanted, got="something else" if kind == UNSHOWN else _shown(details["input"]))


def _keys(location: Sequence[Any]) -> tuple[str, ...]:
    """Where something stands in a file: without the kind of an intervention, which pydantic names besides."""
    return tuple(str(part) for n, part in enumerate(location) if not _is_kind(location, n))


def _is_kind(location: Sequence[Any], n: int) -> bool:
    return n == 2 and location[0] == "interventions"


def _hint(location: Sequence[Any]) -> str:
    """The keys of the section in which an unknown key stands, nearest first."""
    section: Any = Scenario
    for n, part in enumerate(location[:-1]):
        if isinstance(part, int):
            continue
        if _is_kind(location, n):
            section = SECTIONS.get(part, PluginInterventionSection)
            continue
        field = section.model_fields.get(part) if hasattr(section, "model_fields") else None
        section = _section_of(field.annotation) if field is not None else None
        if section is None:
            return ""
    names = [field.alias or name for name, field in section.model_fields.items()]
    near = difflib.get_close_matches(str(location[-1]), names, n=1)
    return f" (perhaps {near[0]})" if near else f" ({', '.join(names)})"


def _section_of(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _section_of(inner)
        if found is not None:
            return found
    return None


def _shown(value: Any) -> str:
    text = _CREDENTIALS.sub("//***@", repr(value))
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _one_of(names: Iterable[str]) -> str:
    listed = ", ".join(names)
    return f"one of {listed}" if listed else "none (the file declares no parameters)"
