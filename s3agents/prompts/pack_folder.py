"""PackFolder: the files of a prompt pack on disk, whatever the pack is for: finding, reading, checking, hashing them.

A pack's folder holds one folder per language, and that one a YAML file, whose name says what the pack is for, and text
files, which are LangChain f-string templates.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from s3agents.errors import PromptError, explain
from s3agents.prompts.template import TextTemplate
from s3agents.resources import prompts_dir

__all__ = ["PackFolder"]

_M = TypeVar("_M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class PackFolder:
    """The files of one pack in one language; :meth:`find` makes it.

    Attributes:
        path: the folder.
        language: its name.
        files: contents by name, hidden ones left out.
    """

    path: Path
    language: str
    files: dict[str, bytes]

    @classmethod
    def find(cls, name_or_path: str | Path, language: str, *, marker: str) -> PackFolder:
        """The files of the pack ``name_or_path`` in ``language``.

        Args:
            name_or_path: name of a bundled pack, or path of a pack's folder (the one that holds the languages).
            language: such as ``en``.
            marker: name of the YAML file that packs of this kind have.

        Raises:
            PromptError: if there is no such pack or language, or it cannot be read.
        """
        bundled = prompts_dir()
        known = sorted(p.name for p in bundled.iterdir() if _languages(p, marker)) if bundled.is_dir() else []
        pack = bundled / name_or_path if name_or_path in known else Path(name_or_path)
        languages = _languages(pack, marker)
        if not languages:
            remedy = "or the path of a pack's folder"
            raise PromptError(_unknown("prompt pack", str(name_or_path), known, remedy=remedy))
        if language not in languages:
            raise PromptError(_unknown(f"language of prompt pack {pack.name}", language, languages))
        return cls(pack / language, language, _read(pack / language))

    @property
    def sha256(self) -> str:
        """SHA-256 over names and contents of all files, 64 hex digits."""
        digest = hashlib.sha256()
        for name in sorted(self.files):
            digest.update(f"{name}\0{len(self.files[name])}\0".encode() + self.files[name])
        return digest.hexdigest()

    def text(self, name: str) -> str:
        """The text of the file ``name``, without blanks around it.

        Raises:
            PromptError: if there is none, or it is not UTF-8.
        """
        path = self.path / name
        if name not in self.files:
            remedy = f"there are {', '.join(self.files)}"
            raise PromptError(explain(str(path), wanted="a file", got="none", remedy=remedy))
        try:
            return self.files[name].decode("utf-8-sig").replace("\r\n", "\n").strip()
        except UnicodeDecodeError as exc:
            raise PromptError(explain(str(path), wanted="text in UTF-8", got=str(exc))) from exc

    def settings(self, name: str, model: type[_M]) -> _M:
        """The YAML file ``name`` as a ``model``.

        Raises:
            PromptError: naming every wrong key.
        """
        path = self.path / name
        try:
            return model.model_validate(yaml.safe_load(self.text(name)))
        except yaml.YAMLError as exc:
            raise PromptError(explain(str(path), wanted="YAML", got=" ".join(str(exc).split()))) from exc
        except ValidationError as exc:
            raise PromptError("\n".join(_problems(path, exc))) from exc

    def check_language(self, name: str, stated: str) -> None:
        """Raise unless ``stated``, the language in the YAML file ``name``, is that of the folder.

        Raises:
            PromptError: if it is another one.
        """
        if stated != self.language:
            place = f"{self.path / name}: language"
            raise PromptError(explain(place, wanted=self.language, got=stated, remedy="as its folder"))

    def template(self, part: str, *, allowed: Collection[str]) -> TextTemplate:
        """The template in ``part.txt``, which may use the placeholders ``allowed``.

        Raises:
            PromptError: if there is none, or it is no such template.
        """
        text = self.text(f"{part}.txt")
        try:
            return TextTemplate(text, allowed=allowed)
        except ValueError as exc:
            place = str(self.path / f"{part}.txt")
            raise PromptError(explain(place, wanted="an f-string template", got=str(exc))) from exc


def _languages(pack: Path, marker: str) -> list[str]:
    return sorted(p.parent.name for p in pack.glob(f"*/{marker}")) if pack.is_dir() else []


def _unknown(thing: str, got: str, known: Iterable[str], *, remedy: str = "") -> str:
    names = list(known)
    close = get_close_matches(got, names, n=1)
    hints = [f"did you mean {close[0]}?"] if close else []
    return explain(thing, wanted=f"one of {', '.join(names)}", got=got, remedy=", ".join([*hints, remedy]).strip(", "))


def _read(folder: Path) -> dict[str, bytes]:
    """All files of ``folder`` but the hidden ones, by name, in order."""
    try:
        return {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.is_file() and not p.name.startswith(".")}
    except OSError as exc:
        raise PromptError(explain(str(folder), wanted="readable files", got=str(exc))) from exc


def _problems(path: Path, error: ValidationError) -> Iterable[str]:
    for problem in error.errors(include_url=False):
        where = ".".join(str(step) for step in problem["loc"] if step != "[key]") or "the file"
        wanted = {"missing": "a value", "extra_forbidden": "no such key"}.get(problem["type"], problem["msg"])
        got = "nothing" if problem["type"] == "missing" else repr(problem["input"])[:80]
        yield explain(f"{path}: {where}", wanted=wanted.removeprefix("Value error, "), got=got)
