"""Plugin packages: a package with entry points, written into a folder as ``pip`` would leave it there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

__all__ = ["write_package"]


def write_package(
    folder: Path,
    name: str,
    entry_points: Mapping[str, Mapping[str, str]],
    *,
    version: str = "1.0.0",
    code: str = "",
) -> Path:
    """An installed package with a module of the same name (``-`` as ``_``); put ``folder`` on the path to have it.

    Args:
        folder: where packages lie.
        name: of the package.
        entry_points: values by name, by group.
        version: of the package.
        code: of its module.

    Returns:
        ``folder``.
    """
    module = name.replace("-", "_")
    about = folder / f"{module}-{version}.dist-info"
    about.mkdir(parents=True, exist_ok=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    lines = [
        line
        for group, values in entry_points.items()
        for line in (f"[{group}]", *(f"{key} = {value}" for key, value in values.items()))
    ]
    (about / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / f"{module}.py").write_text(code, encoding="utf-8")
    return folder
