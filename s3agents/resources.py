"""Where the bundled files lie: prompt packs and examples, in an installed package or in a checkout."""

from __future__ import annotations

from pathlib import Path

__all__ = ["bundled_scenarios", "examples_dir", "plugins_dir", "prompts_dir"]

_PACKAGE = Path(__file__).resolve().parent


def _bundled(name: str) -> Path:
    installed = _PACKAGE / "_bundled" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def prompts_dir() -> Path:
    """The folder of the bundled prompt packs."""
    return _bundled("prompts")


def examples_dir() -> Path:
    """The folder of the bundled examples."""
    return _bundled("examples")


def plugins_dir() -> Path:
    """The folder of the packages that are models of plugins."""
    return _bundled("plugins")


def bundled_scenarios() -> dict[str, Path]:
    """The folders of the bundled examples, by name."""
    return {file.parent.name: file.parent for file in sorted(examples_dir().glob("*/scenario.yaml"))}
