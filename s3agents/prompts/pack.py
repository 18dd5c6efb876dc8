"""PromptPack: a pack of prompt texts, read from its folder and turned into messages for a model.

A pack's folder holds one folder per language, and that one ``pack.yaml`` (stages and words, see
:mod:`~s3agents.prompts.pack_file`), ``system.txt`` (what all agents share) and a text file per part of a user message.
Texts are LangChain f-string templates. What is the same for all agents comes first and is byte for byte the same, so
that an endpoint's prefix cache holds it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from autogen_core.models import LLMMessage, SystemMessage, UserMessage
from pydantic import ValidationError

from s3agents.cognition.base import Scene, TurnView
from s3agents.errors import PromptError, explain
from s3agents.prompts.fields import SCENE_FIELDS, TURN_FIELDS, scene_fields, turn_fields
from s3agents.prompts.pack_file import PackFile, ReplyKind, placeholders
from s3agents.resources import prompts_dir

if TYPE_CHECKING:
    from langchain_core.prompts import PromptTemplate

__all__ = ["PromptPack", "Stage"]

_PACK, _SYSTEM = "pack.yaml", "system"


@dataclass(frozen=True, slots=True)
class Stage:
    """One call of a turn.

    Attributes:
        name: of the stage.
        reply: the reply it asks for.
    """

    name: str
    reply: ReplyKind


class PromptPack:
    """The prompts of one pack in one language; :meth:`load` makes it.

    Attributes:
        name: of the pack.
        language: of its texts.
        version: as ``pack.yaml`` states it.
        sha256: over names and contents of all its files, 64 hex digits.
        stages: the calls of a turn, in order.
    """

    def __init__(self, file: PackFile, templates: Mapping[str, PromptTemplate], *, sha256: str) -> None:
        self.name, self.language, self.version = file.name, file.language, file.version
        self.sha256 = sha256
        self.stages = tuple(Stage(stage.name, stage.reply) for stage in file.stages)
        self._words = file.words
        self._system = templates[_SYSTEM]
        self._parts = {stage.name: [templates[part] for part in stage.parts] for stage in file.stages}
        self._scenes: dict[Scene, tuple[SystemMessage, Mapping[str, str]]] = {}

    @classmethod
    def load(cls, name_or_path: str | Path, language: str) -> PromptPack:
        """The pack ``name_or_path`` in ``language``.

        Args:
            name_or_path: name of a bundled pack, or path of a pack's folder (the one that holds the languages).
            language: such as ``en``.

        Raises:
            PromptError: if there is no such pack or language, or one of its files is wrong; the message names the file.
        """
        folder = _folder(name_or_path, language)
        files = _read(folder)
        pack = _pack_file(folder / _PACK, files, language)
        parts = dict.fromkeys(part for stage in pack.stages for part in stage.parts)
        templates = {part: _template(folder, files, part, allowed=TURN_FIELDS) for part in parts}
        templates[_SYSTEM] = _template(folder, files, _SYSTEM, allowed=SCENE_FIELDS)
        return cls(pack, templates, sha256=_digest(files))

    def messages(self, stage: str, view: TurnView, *, target: int = 0) -> list[LLMMessage]:
        """The prompt of one stage: the system message that all agents of the scene share, and the agent's own.

        Args:
            stage: name of one of :attr:`stages`.
            view: what the agent goes by; emotion and attitude as they are at this stage.
            target: number of the post that is answered, from 1; 0 for none.

        Raises:
            KeyError: if the pack has no such stage.
        """
        system, scene = self._scene(view.scene)
        fields = {**scene, **turn_fields(self._words, view, target=target)}
        text = "\n\n".join(part.format(**fields) for part in self._parts[stage])
        return [system, UserMessage(content=text, source="scene")]

    def _scene(self, scene: Scene) -> tuple[SystemMessage, Mapping[str, str]]:
        known = self._scenes.get(scene)
        if known is None:
            fields = scene_fields(self._words, scene)
            known = self._scenes[scene] = SystemMessage(content=self._system.format(**fields)), fields
        return known


def _folder(name_or_path: str | Path, language: str) -> Path:
    bundled = prompts_dir()
    known = sorted(p.name for p in bundled.iterdir() if _languages(p)) if bundled.is_dir() else []
    pack = bundled / name_or_path if name_or_path in known else Path(name_or_path)
    languages = _languages(pack)
    if not languages:
        raise PromptError(_unknown("prompt pack", str(name_or_path), known, remedy="or the path of a pack's folder"))
    if language not in languages:
        raise PromptError(_unknown(f"language of prompt pack {pack.name}", language, languages))
    return pack / language


def _languages(pack: Path) -> list[str]:
    return sorted(p.parent.name for p in pack.glob(f"*/{_PACK}")) if pack.is_dir() else []


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


def _digest(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode() + files[name])
    return digest.hexdigest()


def _text(path: Path, files: Mapping[str, bytes]) -> str:
    if path.name not in files:
        raise PromptError(explain(str(path), wanted="a file", got="none", remedy=f"there are {', '.join(files)}"))
    try:
        return files[path.name].decode("utf-8-sig").replace("\r\n", "\n").strip()
    except UnicodeDecodeError as exc:
        raise PromptError(explain(str(path), wanted="text in UTF-8", got=str(exc))) from exc


def _pack_file(path: Path, files: Mapping[str, bytes], language: str) -> PackFile:
    try:
        data = yaml.safe_load(_text(path, files))
        pack = PackFile.model_validate(data)
    except yaml.YAMLError as exc:
        raise PromptError(explain(str(path), wanted="YAML", got=" ".join(str(exc).split()))) from exc
    except ValidationError as exc:
        raise PromptError("\n".join(_problems(path, exc))) from exc
    if pack.language != language:
        raise PromptError(explain(f"{path}: language", wanted=language, got=pack.language, remedy="as its folder"))
    return pack


def _problems(path: Path, error: ValidationError) -> Iterable[str]:
    for problem in error.errors(include_url=False):
        where = ".".join(str(step) for step in problem["loc"] if step != "[key]") or "the file"
        wanted = {"missing": "a value", "extra_forbidden": "no such key"}.get(problem["type"], problem["msg"])
        got = "nothing" if problem["type"] == "missing" else repr(problem["input"])[:80]
        yield explain(f"{path}: {where}", wanted=wanted.removeprefix("Value error, "), got=got)


def _template(folder: Path, files: Mapping[str, bytes], part: str, *, allowed: frozenset[str]) -> PromptTemplate:
    from langchain_core.prompts import PromptTemplate  # 0.9 s to import, and only modes with a model need it

    path = folder / f"{part}.txt"
    text = _text(path, files)
    try:
        unknown = placeholders(text) - allowed
        if unknown:
            raise ValueError(f"placeholders out of {', '.join(sorted(allowed))}; unknown: {', '.join(sorted(unknown))}")
        return PromptTemplate.from_template(text, template_format="f-string")
    except ValueError as exc:
        raise PromptError(explain(str(path), wanted="an f-string template", got=str(exc))) from exc
