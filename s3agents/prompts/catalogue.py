"""Catalogue: which packs there are, what is in them, how two of them differ, and what may be wrong with one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from s3agents.errors import PromptError, explain
from s3agents.prompts.fields import TURN_FIELDS
from s3agents.prompts.pack import PromptPack
from s3agents.prompts.pack_file import placeholders
from s3agents.prompts.pack_folder import PackFolder
from s3agents.resources import prompts_dir

__all__ = ["MARKER", "Finding", "Listing", "difference", "languages_of", "lint", "list_packs", "read_pack"]

MARKER = "pack.yaml"
_WANTED = ("profile", "memories", "posts", "emotion", "attitude")
"""What a turn goes by in S3 (section 4); a pack that shows less is allowed, and told of."""

_TAIL = 200
_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
_QUOTED = ("instruction", "指令")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A pack in one language.

    Attributes:
        name: of the pack.
        language: of its texts.
        version: its own.
        stages: replies asked for in a turn, in order.
        shared: characters that are the same for every agent, before the topic is filled in.
        sha256: of its files.
    """

    name: str
    language: str
    version: str
    stages: tuple[str, ...]
    shared: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something about a pack that its author should know.

    Attributes:
        place: language, and file.
        wrong: whether the pack cannot be used like this; else it is worth a look.
        said: what it is.
    """

    place: str
    wrong: bool
    said: str


def list_packs(folder: Path | None = None) -> list[Listing]:
    """All packs of a folder, by default the bundled ones, by name and language.

    Raises:
        PromptError: if one of them is broken.
    """
    base = prompts_dir() if folder is None else folder
    packs = sorted({file.parent.parent for file in base.glob(f"*/*/{MARKER}")})
    return [_listing(pack, language) for pack in packs for language in languages_of(pack)]


def _listing(path: Path, language: str) -> Listing:
    pack = PromptPack.load(path, language)
    shared = PackFolder.find(path, language, marker=MARKER).text("system.txt")
    stages = tuple(stage.reply for stage in pack.stages)
    return Listing(
        name=path.name,
        language=language,
        version=pack.version,
        stages=stages,
        shared=len(shared),
        sha256=pack.sha256,
    )


def languages_of(pack: Path) -> list[str]:
    """The languages of a pack."""
    return sorted(file.parent.name for file in pack.glob(f"*/{MARKER}"))


def read_pack(name_or_path: str, language: str) -> dict[str, str]:
    """The files of a pack with their texts, ``pack.yaml`` first.

    Raises:
        PromptError: if there is no such pack or language.
    """
    folder = PackFolder.find(name_or_path, language, marker=MARKER)
    names = [MARKER, *(name for name in folder.files if name != MARKER)]
    return {name: folder.text(name) for name in names}


def difference(first: Mapping[str, str], second: Mapping[str, str], *, names: tuple[str, str]) -> list[str]:
    """How the files of two packs differ, as the lines of a unified diff; none if they are the same.

    Args:
        first: file to text.
        second: likewise.
        names: what the two are called.
    """
    lines: list[str] = []
    for file in dict.fromkeys([*first, *second]):
        before, after = (texts.get(file, "").splitlines() for texts in (first, second))
        lines += difflib.unified_diff(before, after, f"{names[0]}/{file}", f"{names[1]}/{file}", lineterm="", n=2)
    return lines


def lint(path: Path) -> list[Finding]:
    """What may be wrong with the pack in ``path``, in all of its languages.

    Raises:
        PromptError: if there is no pack.
    """
    languages = languages_of(path)
    if not languages:
        wanted = f"the folder of a pack, with a folder for each language that holds {MARKER}"
        raise PromptError(explain(str(path), wanted=wanted, got="none"))
    findings, packs = [], {}
    for language in languages:
        try:
            packs[language] = PromptPack.load(path, language)
        except PromptError as error:
            findings.append(Finding(place=language, wrong=True, said=str(error)))
        else:
            findings += _texts(path, language)
    return [*findings, *_beside_each_other(packs)]


def _texts(path: Path, language: str) -> Iterator[Finding]:
    """What the texts of one language show, and what they do not."""
    texts = read_pack(str(path), language)
    parts = {name: text for name, text in texts.items() if name.endswith(".txt")}
    system = parts.get("system.txt", "")
    shown = {name for text in parts.values() for name in placeholders(text)}
    for name in _WANTED:
        if name not in shown:
            yield Finding(place=language, wrong=False, said=f"no text shows {{{name}}}: agents go by less than in S3")
    if not any(word in system for word in _QUOTED):
        said = "it does not say that what users wrote is quoted, and no instruction"
        yield Finding(place=f"{language}/system.txt", wrong=False, said=said)
    for name, text in parts.items():
        if name != "system.txt" and (tail := _shared_tail(text)) > _TAIL:
            said = f"{tail} characters that all share come after what is an agent's own: no prefix cache holds them"
            yield Finding(place=f"{language}/{name}", wrong=False, said=said)


def _shared_tail(text: str) -> int:
    """Characters of plain text after the first placeholder that is an agent's own."""
    own = TURN_FIELDS - {"topic", "question", "tick", "decay", "fading", "post_chars", "actions", "targets"}
    places = [text.find(f"{{{name}}}") for name in own if f"{{{name}}}" in text]
    return len(_PLACEHOLDER.sub("", text[min(places) :])) if places else 0


def _beside_each_other(packs: Mapping[str, PromptPack]) -> Iterator[Finding]:
    """Languages of one pack should be the same pack."""
    shapes: dict[str, Sequence[str]] = {name: [stage.name for stage in pack.stages] for name, pack in packs.items()}
    if len({tuple(shape) for shape in shapes.values()}) > 1:
        yield Finding(place=", ".join(shapes), wrong=False, said="the stages differ by language")
    if len({pack.version for pack in packs.values()}) > 1:
        versions = ", ".join(f"{language} {pack.version}" for language, pack in packs.items())
        yield Finding(place=", ".join(packs), wrong=False, said=f"the versions differ by language: {versions}")
