"""Installed: what the installed packages offer, as their metadata tell; nothing of them is imported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

__all__ = ["PluginFacts", "differing", "entries", "facts_of", "find"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginFacts:
    """A plugin, as it is installed.

    Attributes:
        group: its extension point, such as ``s3agents.cognition``.
        name: by which scenarios call it.
        distribution: the package that offers it.
        version: of that package.
        value: what would be imported, as ``module:attribute``.
    """

    group: str
    name: str
    distribution: str
    version: str
    value: str

    @property
    def place(self) -> str:
        """Extension point and name, such as ``s3agents.cognition stubborn``."""
        return f"{self.group} {self.name}"

    @property
    def origin(self) -> str:
        """Package and version, such as ``s3agents-stubborn 0.1.0``."""
        return f"{self.distribution} {self.version}"


def entries(group: str) -> list[EntryPoint]:
    """The entry points of ``group``, by name and then by package."""
    return sorted(entry_points(group=group), key=lambda entry: (entry.name, facts_of(entry).origin, entry.value))


def facts_of(entry: EntryPoint) -> PluginFacts:
    """What the metadata of its package tell of an entry point."""
    package = entry.dist
    return PluginFacts(
        group=entry.group,
        name=entry.name,
        distribution="unknown" if package is None else package.name or "unknown",
        version="unknown" if package is None else package.version or "unknown",
        value=entry.value,
    )


def find(group: str) -> tuple[PluginFacts, ...]:
    """The plugins of an extension point, by name and package; none of them is imported.

    Args:
        group: of entry points, such as ``s3agents.cognition``.
    """
    return tuple(map(facts_of, entries(group)))


def differing(plugins: Iterable[PluginFacts], known: Mapping[str, str]) -> str:
    """Which of ``plugins`` are of another package or version than is known of them, in words; empty if none is.

    Args:
        plugins: as they are installed here.
        known: origins, by :attr:`PluginFacts.place`.
    """
    others = [one for one in plugins if known.get(one.place, one.origin) != one.origin]
    return "; ".join(f"{one.name} is of {one.origin}, not of {known[one.place]}" for one in others)
