"""PromptPack: a pack of prompt texts, read from its folder and turned into messages for a model.

A pack's folder holds one folder per language, and that one ``pack.yaml`` (stages and words, see
:mod:`~s3agents.prompts.pack_file`), ``system.txt`` (what all agents share) and a text file per part of a user message.
Texts are LangChain f-string templates. What is the same for all agents comes first and is byte for byte the same, so
that an endpoint's prefix cache holds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autogen_core.models import LLMMessage, SystemMessage, UserMessage

from s3agents.cognition.base import Scene, TurnView
from s3agents.prompts.fields import SCENE_FIELDS, TURN_FIELDS, Fields
from s3agents.prompts.pack_file import PackFile, ReplyKind
from s3agents.prompts.pack_folder import PackFolder
from s3agents.prompts.template import TextTemplate

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

    def __init__(self, file: PackFile, templates: Mapping[str, TextTemplate], *, sha256: str) -> None:
        self.name, self.language, self.version = file.name, file.language, file.version
        self.sha256 = sha256
        self.stages = tuple(Stage(stage.name, stage.reply) for stage in file.stages)
        self._fields = Fields(file.words)
        self._system = templates[_SYSTEM]
        self._parts = {stage.name: [templates[part] for part in stage.parts] for stage in file.stages}
        self._scenes: dict[Scene, tuple[SystemMessage, dict[str, str]]] = {}

    @classmethod
    def load(cls, name_or_path: str | Path, language: str) -> PromptPack:
        """The pack ``name_or_path`` in ``language``.

        Args:
            name_or_path: name of a bundled pack, or path of a pack's folder (the one that holds the languages).
            language: such as ``en``.

        Raises:
            PromptError: if there is no such pack or language, or one of its files is wrong; the message names the file.
        """
        folder = PackFolder.find(name_or_path, language, marker=_PACK)
        pack = folder.settings(_PACK, PackFile)
        folder.check_language(_PACK, pack.language)
        parts = dict.fromkeys(part for stage in pack.stages for part in stage.parts)
        templates = {part: folder.template(part, allowed=TURN_FIELDS) for part in parts}
        templates[_SYSTEM] = folder.template(_SYSTEM, allowed=SCENE_FIELDS)
        return cls(pack, templates, sha256=folder.sha256)

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
        fields = self._fields.of_turn(view, target=target) | scene
        text = "\n\n".join([part.filled(fields) for part in self._parts[stage]])
        return [system, UserMessage(content=text, source="scene")]

    def _scene(self, scene: Scene) -> tuple[SystemMessage, dict[str, str]]:
        known = self._scenes.get(scene)
        if known is None:
            fields = self._fields.of_scene(scene)
            known = self._scenes[scene] = SystemMessage(content=self._system.filled(fields)), fields
        return known
