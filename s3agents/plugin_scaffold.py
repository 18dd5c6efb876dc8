"""Plugin scaffold: a package with a plugin to begin with: a copy of one of ours, under names of its own."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from s3agents.errors import InputError, explain
from s3agents.plugins import GROUPS, find
from s3agents.resources import plugins_dir
from s3agents.scaffold import write_new

__all__ = ["new_plugin"]

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_GROUP, _PREFIX = "s3agents.", "s3agents_"


def new_plugin(folder: Path, kind: str) -> tuple[Path, ...]:
    """Write a package into ``folder``, and call it, its module and its plugin by that folder's name.

    Args:
        folder: a new one; one that is there may only be empty.
        kind: extension point, such as ``cognition``.

    Returns:
        The files.

    Raises:
        InputError: if there is no such extension point, the name cannot be that of a package or is taken, or the folder
            cannot be written.
    """
    group = f"{_GROUP}{kind}"
    if group not in GROUPS:
        wanted = f"one of {', '.join(sorted(name.removeprefix(_GROUP) for name in GROUPS))}"
        raise InputError(explain("kind of a plugin", wanted=wanted, got=repr(kind)))
    package = folder.absolute().name
    _check(package, group)
    source, about = _model(group)
    ((old, value),) = about["project"]["entry-points"][group].items()
    module, own, new = value.partition(":")[0], package.replace("-", "_"), _plugin_of(package)
    names = {source.name: package, module: own, f"test_{module.removeprefix(_PREFIX)}": f"test_{new}"}
    files = [source / "pyproject.toml", source / "README.md", source / f"{module}.py", *(source / "tests").glob("*.py")]
    texts = {}
    for file in files:
        text = _renamed(file.read_text(encoding="utf-8"), names)
        path = _renamed(file.relative_to(source).as_posix(), names)
        texts[path] = _renamed(text, {old: new}, before="[\"']" if file.suffix == ".py" else "")
    return write_new(folder, texts)


def _plugin_of(package: str) -> str:
    """By which scenarios call the plugin of a package."""
    return package.replace("-", "_").removeprefix(_PREFIX)


def _check(package: str, group: str) -> None:
    """Nothing, if a package may have this name, and a plugin of ``group`` as well."""
    if not _NAME.fullmatch(package):
        wanted = "lower-case letters and digits, with - between words"
        raise InputError(explain("name of a package", wanted=wanted, got=repr(package)))
    new = _plugin_of(package)
    if new in GROUPS[group].ours or new in {facts.name for facts in find(group)}:
        raise InputError(explain("name of a plugin", wanted="one that is not taken", got=repr(new)))
    if find_spec(package.replace("-", "_")) is not None:
        got = f"{package!r}, which is there already"
        raise InputError(explain("name of a package", wanted="one that is not taken", got=got))


def _model(group: str) -> tuple[Path, dict[str, Any]]:
    """Our package for an extension point, and its ``pyproject.toml``."""
    for file in sorted(plugins_dir().glob("*/pyproject.toml")):
        about = tomllib.loads(file.read_text(encoding="utf-8"))
        if group in about["project"]["entry-points"]:
            return file.parent, about
    raise InputError(explain(str(plugins_dir()), wanted=f"a package for {group}", got="none"))


def _renamed(text: str, names: Mapping[str, str], *, before: str = "") -> str:
    """``text`` with whole names in the place of others.

    Args:
        text: of a file, or its path.
        names: new ones by old ones.
        before: a pattern that has to stand before a name, for one that is also a word of the language.
    """
    for old, new in names.items():
        start = f"(?<={before})" if before else "(?<![A-Za-z0-9_])"
        text = re.sub(rf"{start}{re.escape(old)}(?![A-Za-z0-9_])", new, text)
    return text
