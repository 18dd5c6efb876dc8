"""Model folders: where a fitted model is written, whole or not at all, and read with care; owns what may go."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from s3agents.errors import InputError, explain

__all__ = [
    "DAMAGE",
    "FACTS_FILE",
    "WEIGHTS_FILE",
    "check_free",
    "read_weights",
    "what_is_wrong",
    "write_model_folder",
]

FACTS_FILE, WEIGHTS_FILE = "model.json", "weights.npz"
"""What a model is, and how good; and its numbers."""

DAMAGE = (
    ValueError,
    KeyError,
    EOFError,
    OSError,
    MemoryError,
    SyntaxError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What reading the files of a model can raise, whatever has been done to them."""

_SHOWN = 3


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


def read_weights(folder: Path, sha256: str) -> dict[str, NDArray[Any]]:
    """The numbers of a model by name; nothing in the file is executed.

    Args:
        folder: of the model.
        sha256: that the file must have, 64 hex digits.

    Raises:
        ValueError: if it is another file, or one of :data:`DAMAGE` if it cannot be read.
    """
    weights = (folder / WEIGHTS_FILE).read_bytes()
    if hashlib.sha256(weights).hexdigest() != sha256:
        raise ValueError(f"{WEIGHTS_FILE} that is not the one {FACTS_FILE} tells of")
    with np.load(io.BytesIO(weights), allow_pickle=False) as file:
        return dict(file.items())


def what_is_wrong(exc: Exception) -> str:
    """What one of :data:`DAMAGE` says of a model, in a line."""
    if isinstance(exc, ValidationError):
        found = [f"{'.'.join(map(str, error['loc'])) or 'contents'}: {error['msg']}" for error in exc.errors()]
        return f"{FACTS_FILE} with " + "; ".join(found[:_SHOWN]) + (" ..." if len(found) > _SHOWN else "")
    if isinstance(exc, KeyError):
        return f"{WEIGHTS_FILE} without {exc}"
    if isinstance(exc, OSError) and exc.filename:
        return f"{exc.strerror}: {Path(exc.filename).name}"
    return " ".join(str(exc).split()) or type(exc).__name__
