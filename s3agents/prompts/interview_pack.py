"""InterviewPack: the prompts that put a question to an agent, read from a pack's folder.

A folder per language holds ``interview.yaml``, ``system.txt`` (what all share), ``person.txt`` (what is the agent's
own) and a text file for each kind of question, in this order: an endpoint's prefix cache holds what comes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from autogen_core.models import LLMMessage, SystemMessage, UserMessage
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from s3agents.cognition.base import TurnView
from s3agents.config.survey import ChoiceItem, Item, OpenItem, ScaleItem
from s3agents.prompts.fields import SCENE_FIELDS, Fields
from s3agents.prompts.pack_file import PackFile, placeholders
from s3agents.prompts.pack_folder import PackFolder
from s3agents.prompts.template import TextTemplate

__all__ = ["InterviewPack", "fields_of"]

_MARKER, _WORDS = "interview.yaml", "pack.yaml"
_PERSON = SCENE_FIELDS | {"profile", "emotion", "attitude", "conviction", "memories", "now"}
_KINDS: Mapping[str, frozenset[str]] = {
    "open": frozenset({"asked", "chars"}),
    "choice": frozenset({"asked", "options"}),
    "scale": frozenset({"asked", "least", "low", "most", "high"}),
}


def fields_of(pack: str, language: str) -> Fields:
    """What placeholders stand for, in the words of a prompt pack.

    Raises:
        PromptError: if there is no such pack.
    """
    return Fields(PackFolder.find(pack, language, marker=_WORDS).settings(_WORDS, PackFile))


def _lettered(line: str) -> str:
    if placeholders(line) != {"letter", "value"}:
        raise ValueError("the placeholders {letter} and {value}, both of them and no other")
    return line


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    language: str = Field(min_length=2)
    version: str = Field(min_length=1)
    option: Annotated[str, AfterValidator(_lettered)]


class InterviewPack:
    """The prompts of one interview pack in one language; :meth:`load` makes it.

    Attributes:
        name: of the pack.
        language: of its texts.
        version: as ``interview.yaml`` states it.
        sha256: over names and contents of all its files, 64 hex digits.
    """

    def __init__(self, file: _File, templates: Mapping[str, TextTemplate], *, sha256: str) -> None:
        self.name, self.language, self.version, self.sha256 = file.name, file.language, file.version, sha256
        self._option, self._templates = file.option, templates

    @classmethod
    def load(cls, name_or_path: str | Path, language: str) -> InterviewPack:
        """The pack ``name_or_path`` in ``language``.

        Raises:
            PromptError: if there is no such pack or language, or one of its files is wrong; the message names the file.
        """
        folder = PackFolder.find(name_or_path, language, marker=_MARKER)
        file = folder.settings(_MARKER, _File)
        folder.check_language(_MARKER, file.language)
        templates = {kind: folder.template(kind, allowed=names) for kind, names in _KINDS.items()}
        templates["person"] = folder.template("person", allowed=_PERSON)
        templates["system"] = folder.template("system", allowed=SCENE_FIELDS)
        return cls(file, templates, sha256=folder.sha256)

    def messages(self, item: Item, view: TurnView, fields: Fields) -> list[LLMMessage]:
        """The prompt that puts ``item`` to an agent.

        Args:
            item: the question.
            view: what the agent goes by.
            fields: what placeholders stand for, in the words of the agent's own prompts.
        """
        scene = fields.of_scene(view.scene)
        own = fields.of_turn(view)
        person = self._templates["person"].filled(own | scene)
        asked = self._templates[item.kind].filled(self._asked(item))
        system = SystemMessage(content=self._templates["system"].filled(scene))
        return [system, UserMessage(content=f"{person}\n\n{asked}", source="interview")]

    def _asked(self, item: Item) -> dict[str, str]:
        asked = {"asked": item.question.strip()}
        match item:
            case OpenItem():
                return {**asked, "chars": str(item.chars)}
            case ChoiceItem():
                options = zip(item.codes, item.options, strict=True)
                lines = [self._option.format(letter=letter, value=value) for letter, value in options]
                return {**asked, "options": "\n".join(lines)}
            case ScaleItem():
                ends = {"least": str(item.least), "most": str(item.most), "low": item.low, "high": item.high}
                return {**asked, **ends}
