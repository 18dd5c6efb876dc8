"""Load: a plugin by its name, imported, made with its options, and held against the port of its extension point."""

from __future__ import annotations

import difflib
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from importlib.metadata import EntryPoint
from types import MappingProxyType
from typing import Any

from s3agents.errors import ConfigError, S3AgentsError, explain
from s3agents.plugins.groups import GROUPS, Group
from s3agents.plugins.installed import PluginFacts, entries, facts_of
from s3agents.secrecy import Silencer, secrets_here, secrets_in

__all__ = ["called", "check_made", "load", "make", "origin"]

_KEYWORDS = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def origin(group: str, name: str, *, key: str) -> PluginFacts:
    """The one plugin of ``group`` that is called ``name``; it is not imported.

    Args:
        group: of entry points, such as ``s3agents.cognition``.
        name: of the plugin.
        key: where it was named, for messages, such as ``cognition.mode``.

    Raises:
        ConfigError: if there is none, or several packages offer one, or the name is that of a built-in kind.
    """
    return facts_of(_entry(GROUPS[group], name, key))


def called(group: str, name: str, *, key: str) -> str:
    """What messages call a plugin: where it was named, its name, its package and its version.

    Raises:
        ConfigError: as :func:`origin`.
    """
    return _thing(key, origin(group, name, key=key))


def load(group: str, name: str, *, key: str) -> Any:
    """What a plugin offers, imported: the class or function that its entry point names.

    Args:
        group: of entry points, such as ``s3agents.cognition``.
        name: of the plugin.
        key: where it was named, for messages, such as ``cognition.mode``.

    Raises:
        ConfigError: as :func:`origin`; if it cannot be imported; or if it is seen not to be what the group wants.
    """
    return _imported(GROUPS[group], _entry(GROUPS[group], name, key), key)


def make(
    group: str,
    name: str,
    options: Mapping[str, Any] = MappingProxyType({}),
    *,
    key: str,
    given: Mapping[str, Any] = MappingProxyType({}),
) -> Any:
    """What a plugin makes of its options, held against the port of its group.

    Args:
        group: of entry points, such as ``s3agents.cognition``.
        name: of the plugin.
        options: from the scenario: keyword arguments.
        key: of the name in the scenario, for messages, such as ``cognition.mode``.
        given: what it gets besides, as far as it has parameters of these names.

    Raises:
        ConfigError: as :func:`load`; if it does not take the options, or fails; or if what it makes lacks something.
    """
    entry = _entry(GROUPS[group], name, key)
    maker, thing = _imported(GROUPS[group], entry, key), _thing(key, facts_of(entry))
    arguments = {**_asked_for(maker, given, options, thing), **options}
    _check_options(maker, arguments, options, thing)
    silencer = Silencer([*secrets_here(), *secrets_in(options), *secrets_in(given)])
    try:
        with redirect_stdout(sys.stderr):
            made = maker(**arguments)
    except Exception as exc:  # code of others runs in there
        got = silencer.blotted(f"{exc}" if isinstance(exc, S3AgentsError) else f"{type(exc).__name__}: {exc}")
        message = explain(f"{thing}: options", wanted="those that it takes", got=got)
        raise ConfigError(message) from (None if silencer.told_by(exc) else exc)
    check_made(facts_of(entry), made, key=key)
    return made


def check_made(plugin: PluginFacts, made: object, *, key: str) -> None:
    """Nothing, if what a plugin made has the methods and attributes of the port of its group.

    Args:
        plugin: which.
        made: what it made.
        key: where it was named, for messages.

    Raises:
        ConfigError: if it lacks one, or one of its methods cannot be called as it will be.
    """
    point, thing = GROUPS[plugin.group], _thing(key, plugin)
    _check_methods(point, made, thing, bound=True)
    lacking = [attribute for attribute in point.attributes if not hasattr(made, attribute)]
    if lacking:
        raise ConfigError(_broken(point, thing, f"{_shown(made)} without {', '.join(lacking)}"))


def _entry(point: Group, name: str, key: str) -> EntryPoint:
    if name in point.ours:
        wanted, got = "a name of its own", "the name of a built-in kind, which no plugin can take"
        raise ConfigError(explain(f"{key}: plugin {name!r}", wanted=wanted, got=got))
    every = entries(point.name)
    found = [entry for entry in every if entry.name == name]
    if len(found) == 1:
        return found[0]
    thing = f"{key}: {name!r}"
    if found:
        origins = ", ".join(f"{facts_of(entry).origin} ({entry.value})" for entry in found)
        remedy = "uninstall all but one, or have its authors call it something else"
        raise ConfigError(explain(thing, wanted="one plugin of this name", got=origins, remedy=remedy))
    raise ConfigError(_unknown(point, thing, name, [entry.name for entry in every]))


def _imported(point: Group, entry: EntryPoint, key: str) -> Any:
    facts = facts_of(entry)
    thing, silencer = _thing(key, facts), Silencer([*secrets_here()])
    try:
        with redirect_stdout(sys.stderr):  # standard output is for results
            found = entry.load()
    except (Exception, SystemExit) as exc:  # a module may raise anything while it is imported
        wanted = f"{point.thing} that can be imported from {entry.value}"
        got = silencer.blotted(f"{type(exc).__name__}: {exc}")
        remedy = f"see to what {facts.distribution} needs, or tell its authors"
        message = explain(thing, wanted=wanted, got=got, remedy=remedy)
        raise ConfigError(message) from (None if silencer.told_by(exc) else exc)
    if not callable(found):
        wanted = f"a class or function that makes {point.thing}" if point.methods else f"a function: {point.thing}"
        raise ConfigError(explain(thing, wanted=wanted, got=_shown(found)))
    if isinstance(found, type):
        _check_methods(point, found, thing, bound=False)
    return found


def _unknown(point: Group, thing: str, name: str, installed: Sequence[str]) -> str:
    known = list(dict.fromkeys([*point.ours, *installed]))
    wanted = f"{point.thing} that is built in ({', '.join(point.ours) or 'none'})"
    wanted += f" or installed ({', '.join(dict.fromkeys(installed)) or 'none is'})"
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"perhaps {near[0]}" if near else f"a package offers one as an entry point of {point.name}"
    return explain(thing, wanted=wanted, got="no such name", remedy=f"{hint}; see s3agents plugins")


def _thing(key: str, facts: PluginFacts) -> str:
    return f"{key}: plugin {facts.name!r} of {facts.origin}"


def _asked_for(
    maker: Callable[..., Any], given: Mapping[str, Any], options: Mapping[str, Any], thing: str
) -> dict[str, Any]:
    """What of ``given`` a maker has parameters for."""
    names = [name for name in _parameters(maker) or () if name in given]
    taken = [name for name in names if name in options]
    if taken:
        wanted = "options besides what the run gives by itself"
        raise ConfigError(explain(thing, wanted=wanted, got=", ".join(taken), remedy="leave them out"))
    return {name: given[name] for name in names}


def _check_options(
    maker: Callable[..., Any], arguments: Mapping[str, Any], options: Mapping[str, Any], thing: str
) -> None:
    try:
        signature = inspect.signature(maker)
    except (TypeError, ValueError):  # some that are written in C tell nothing
        return
    try:
        signature.bind(**arguments)
    except TypeError as exc:
        takes = ", ".join(name for name in _parameters(maker) or ()) or "none"
        got = f"{', '.join(options) or 'none'}: {exc}"
        raise ConfigError(explain(f"{thing}: options", wanted=f"those that it takes ({takes})", got=got)) from exc


def _parameters(maker: Callable[..., Any]) -> list[str] | None:
    """Names that can be given by keyword; ``None`` where it cannot be told."""
    try:
        found = inspect.signature(maker).parameters.values()
    except (TypeError, ValueError):
        return None
    return [parameter.name for parameter in found if parameter.kind in _KEYWORDS]


def _check_methods(point: Group, found: object, thing: str, *, bound: bool) -> None:
    """Every method is there and takes as many arguments as it will be given; of a class, its ``self`` besides."""
    for name, count in point.methods.items():
        method = getattr(found, name, None)
        if not callable(method):
            raise ConfigError(_broken(point, thing, f"{_shown(found)} without a method {name}"))
        if bound and not _takes(method, count):
            got = f"{_shown(found)}, whose {name}{inspect.signature(method)} is to be called with {count}"
            raise ConfigError(_broken(point, thing, got))


def _takes(method: Callable[..., Any], count: int) -> bool:
    try:
        inspect.signature(method).bind(*range(count))
    except TypeError:
        return False
    except ValueError:  # it tells nothing
        return True
    return True


def _broken(point: Group, thing: str, got: str) -> str:
    return explain(thing, wanted=f"{point.thing} as {point.port} describes it", got=got)


def _shown(found: object) -> str:
    """What something is, without showing what it holds."""
    if isinstance(found, type):
        return f"the class {found.__qualname__}"
    if inspect.ismodule(found):
        return f"the module {found.__name__}"
    return f"a {type(found).__qualname__}"
