"""PromptPack: a pack of prompt texts, read from its folder and turned into messages for a model.

A pack's folder holds one folder per language, and that one ``pack.yaml`` (stages and words, see
:mod:`~s3agents.prompts.pack_file`), ``system.txt`` (what all agents share) and a text file per part of a user message.
Texts are LangChain f-string templates. What is the same for all agents comes first and is byte for byte the same, so
that an endpoint's prefix cache holds it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from autogen_core.models import LLMMessage, SystemMessage, UserMessage

from s3agents.cognition.base import Scene, TurnView
from s3agents.errors import PromptError, explain
from s3agents.events import Action
from s3agents.prompts.budget import FRAME_TOKENS, LEAST_ROOM, Fit, Room
from s3agents.prompts.fields import OPEN_FIELDS, SCENE_FIELDS, TURN_FIELDS, Fields
from s3agents.prompts.further import further_actions
from s3agents.prompts.lines import literal_tokens
from s3agents.prompts.pack_file import PackFile, ReplyKind
from s3agents.prompts.pack_folder import PackFolder
from s3agents.prompts.template import TextTemplate
from s3agents.prompts.token_estimate import text_tokens

__all__ = ["Prompt", "PromptPack", "Stage"]

_PACK, _SYSTEM = "pack.yaml", "system"
_GAP_TOKENS = 2


class Prompt(NamedTuple):
    """A prompt.

    Attributes:
        messages: of the system, and of the user.
        shortened: whether texts of users are cut shorter than they may be, or left out, for the budget's sake.
    """

    messages: list[LLMMessage]
    shortened: bool


class _Head(NamedTuple):
    """What is the same for all turns of a scene; without a budget there is room for everything."""

    system: SystemMessage
    fields: dict[str, str]
    room: Room | None


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
        prompt_tokens: most tokens of a prompt, or ``None``.
    """

    def __init__(
        self, file: PackFile, templates: Mapping[str, TextTemplate], *, sha256: str, prompt_tokens: int | None = None
    ) -> None:
        self.name, self.language, self.version = file.name, file.language, file.version
        self.sha256 = sha256
        self.stages = tuple(Stage(stage.name, stage.reply) for stage in file.stages)
        self.prompt_tokens = file.prompt_tokens if prompt_tokens is None else prompt_tokens
        self._fields, self._least_tokens = Fields(file), file.least_tokens
        self._system = templates[_SYSTEM]
        self._parts = {stage.name: [templates[part] for part in stage.parts] for stage in file.stages}
        self._scenes: dict[Scene, _Head] = {}
        self._fitted: Fit | None = None

    @classmethod
    def load(cls, name_or_path: str | Path, language: str, *, prompt_tokens: int | None = None) -> PromptPack:
        """The pack ``name_or_path`` in ``language``.

        Args:
            name_or_path: name of a bundled pack, or path of a pack's folder (the one that holds the languages).
            language: such as ``en``.
            prompt_tokens: most tokens of a prompt, by a safe estimate; by default as the pack has it.

        Raises:
            PromptError: if there is no such pack or language, or one of its files is wrong; the message names the file.
        """
        folder = PackFolder.find(name_or_path, language, marker=_PACK)
        pack = folder.settings(_PACK, PackFile)
        folder.check_language(_PACK, pack.language)
        parts = dict.fromkeys(part for stage in pack.stages for part in stage.parts)
        templates = {part: folder.template(part, allowed=TURN_FIELDS) for part in parts}
        templates[_SYSTEM] = folder.template(_SYSTEM, allowed=SCENE_FIELDS)
        return cls(pack, templates, sha256=folder.sha256, prompt_tokens=prompt_tokens)

    def check(self, scene: Scene) -> None:
        """Raise unless the budget leaves room for what users write.

        Raises:
            PromptError: if what is said in every turn takes too much of it.
        """
        self._head(scene)

    def fitted(self, view: TurnView) -> TurnView:
        """``view`` with the memories and posts that a prompt tells: all of them, unless the budget is too small."""
        room = self._head(view.scene).room
        return view if room is None else self._fit(room, view).view

    def prompt(self, stage: str, view: TurnView, *, act: str = Action.POST, target: int = 0) -> Prompt:
        """The prompt of one stage: the system message that all agents of the scene share, and the agent's own.

        Args:
            stage: name of one of :attr:`stages`.
            view: what the agent goes by; emotion and attitude as they are at this stage. Posts are numbered as
                :meth:`fitted` leaves them.
            act: what a text is written for, where one is asked for.
            target: number of the post that is answered, from 1; 0 for none.

        Raises:
            KeyError: if the pack has no such stage.
            PromptError: see :meth:`check`.
        """
        head = self._head(view.scene)
        room = head.room
        fit = Fit(view, None) if room is None else self._fit(room, view)
        profile = None if room is None else room.profile
        turn = self._fields.of_turn(fit.view, most=fit.most, profile=profile, act=act, target=target)
        fields = turn | head.fields
        text = "\n\n".join([part.filled(fields) for part in self._parts[stage]])
        return Prompt([head.system, UserMessage(content=text, source="scene")], fit.most is not None)

    def messages(self, stage: str, view: TurnView, *, target: int = 0) -> list[LLMMessage]:
        """The messages of :meth:`prompt`."""
        return self.prompt(stage, view, target=target).messages

    def _fit(self, room: Room, view: TurnView) -> Fit:
        """What of ``view`` fits; kept, for a turn asks at each of its steps."""
        fit = self._fitted
        if fit is None or fit.view is not view:
            fit = self._fitted = room.fit(view)
        return fit

    def _head(self, scene: Scene) -> _Head:
        known = self._scenes.get(scene)
        if known is None:
            fields = self._fields.of_scene(scene)
            further = further_actions(scene.offer, self.language)
            told = [self._system.filled(fields), further]
            system = SystemMessage(content="\n\n".join(filter(None, told)))
            known = self._scenes[scene] = _Head(system, fields, self._room(scene, fields, text_tokens(further)))
        return known

    def _room(self, scene: Scene, fields: Mapping[str, str], further: int) -> Room | None:
        """Room for what users write and for a description, the same in all stages; none without a budget."""
        if self.prompt_tokens is None:
            return None
        described = self._fields.lines.description_tokens(scene)
        most = self._fields.most_tokens(scene.offer) | {name: text_tokens(value) for name, value in fields.items()}
        stages = self._parts.values()
        said = FRAME_TOKENS + _tokens_of([self._system], most) + max(_tokens_of(parts, most) for parts in stages)
        said += further + _GAP_TOKENS if further else 0
        times = max(1, *(_uses(parts, OPEN_FIELDS) for parts in stages))
        left = (self.prompt_tokens - said) // times
        if left - described < LEAST_ROOM:
            least = said + (LEAST_ROOM + described) * times
            always = said + described * times
            what, wanted = (
                f"tokens of a prompt of pack {self.name}",
                f"{least} or more, {always} of them for every turn",
            )
            shorten = "topic, question and descriptions" if described else "topic and question"
            remedy = f"set limits.prompt_tokens to {least} or more, or shorten {shorten}"
            raise PromptError(explain(what, wanted=wanted, got=str(self.prompt_tokens), remedy=remedy))
        return Room(self._fields.lines, left, none=self._fields.none, least=self._least_tokens, described=described)


def _tokens_of(templates: Sequence[TextTemplate], most: Mapping[str, int]) -> int:
    """At most how many tokens ``templates`` take together, with so many for each placeholder."""
    literal = sum(literal_tokens(template.text) + _GAP_TOKENS for template in templates)
    return literal + sum(most.get(name, 0) * n for template in templates for name, n in template.uses.items())


def _uses(templates: Sequence[TextTemplate], names: Collection[str]) -> int:
    """How often the one of ``names`` is used that is used most."""
    return max(sum(template.uses[name] for template in templates) for name in names)
