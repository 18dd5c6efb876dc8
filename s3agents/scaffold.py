"""Scaffold: a new society to begin with, as a folder that can be run, changed and tested: the bundled newsroom."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from s3agents.errors import InputError, explain
from s3agents.resources import examples_dir

__all__ = ["new_society", "write_new"]

_TEMPLATE = "newsroom"
_FILES = ("scenario.yaml", "users.csv", "follows.csv", "posts.jsonl", "README.md", "test_society.py")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def new_society(folder: Path) -> tuple[Path, ...]:
    """Write a society into ``folder``, and call it by that folder's name.

    Either all of it is written or nothing.

    Args:
        folder: a new one; one that is there may only be empty.

    Returns:
        The files, the scenario first.

    Raises:
        InputError: if its name can be none of a scenario, it holds something, or it cannot be written.
    """
    name = folder.absolute().name
    if not _NAME.fullmatch(name):
        wanted = "letters, digits, - and _, beginning with a letter or a digit"
        raise InputError(explain("name of a society", wanted=wanted, got=repr(name)))
    texts = {file: (examples_dir() / _TEMPLATE / file).read_text(encoding="utf-8") for file in _FILES}
    return write_new(folder, {file: text.replace(_TEMPLATE, name) for file, text in texts.items()})


def write_new(folder: Path, texts: Mapping[str, str]) -> tuple[Path, ...]:
    """Write files into a new folder, all of them or nothing.

    Args:
        folder: one that is there may only be empty.
        texts: of the files, by path.

    Returns:
        The files, in that order.

    Raises:
        InputError: if the folder holds something, or cannot be written.
    """
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise InputError(explain(str(folder), wanted="a new folder", got="one that is there", remedy="name another"))
    try:
        _write(folder, texts)
    except OSError as exc:
        got = exc.strerror or str(exc)
        raise InputError(explain(str(folder), wanted="a folder that can be written", got=got)) from exc
    return tuple(folder / file for file in texts)


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        part.chmod(0o755)
        for file, text in texts.items():
            (part / file).parent.mkdir(exist_ok=True)
            (part / file).write_text(text, encoding="utf-8")
        os.replace(part, folder)  # over an empty folder as well
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
