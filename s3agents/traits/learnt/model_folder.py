"""Model folders: where a fitted model is written, whole or not at all; owns what may be replaced there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from s3agents.errors import InputError, explain

__all__ = ["FACTS_FILE", "WEIGHTS_FILE", "check_free", "write_model_folder"]

FACTS_FILE, WEIGHTS_FILE = "model.json", "weights.npz"
"""What a model is, and how good; and its numbers."""


def check_free(folder: Path, *, overwrite: bool) -> None:
    """Raise unless a model may be written to ``folder``: it is new or empty, or a model that may be replaced.

    Raises:
        InputError: if it is taken, or cannot be looked at.
    """
    try:
        found = {entry.name for entry in folder.iterdir()}
    except FileNotFoundError:
        return
    except OSError as exc:
        got = exc.strerror or str(exc)
        raise InputError(explain(str(folder), wanted="a new or empty folder", got=got)) from exc
    strangers = sorted(found - {FACTS_FILE, WEIGHTS_FILE})
    if strangers or (found and not overwrite):
        got = f"a folder with {strangers[0]}" if strangers else "a model"
        remedy = "choose another one" + ("" if strangers else ", or add --overwrite")
        raise InputError(explain(str(folder), wanted="a new or empty folder", got=got, remedy=remedy))


def write_model_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write ``files`` beside ``folder``, then put them in its place.

    Args:
        folder: new, empty, or a model that is replaced.
        files: name to contents.

    Raises:
        InputError: if it cannot be written; what was there is then still there.
    """
    try:
        _write(folder, files)
    except OSError as exc:
        got = exc.strerror or str(exc)
        raise InputError(explain(str(folder), wanted="a folder that can be written", got=got)) from exc


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    parent = folder.absolute().parent
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.part-", dir=parent) as home:
        part, old = Path(home, "new"), Path(home, "old")
        part.mkdir()
        for name, data in files.items():
            (part / name).write_bytes(data)
        if folder.exists():
            os.rename(folder, old)
        try:
            os.rename(part, folder)
        except OSError:
            if old.exists():
                os.rename(old, folder)
            raise
