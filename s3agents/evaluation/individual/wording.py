"""Wording: what the society of a probe talks about, and its question, in the words of ``prompts/evaluation``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from s3agents.cognition.base import Scene
from s3agents.errors import PromptError, explain
from s3agents.prompts.quoting import quoted
from s3agents.resources import prompts_dir

__all__ = ["Wording", "read_wording"]

_CHARS = 280
_NAME_CHARS = 80
_MINUTE = 1.0
_DECAY = round(1.0 - 0.7 ** (_MINUTE / 60.0), 4)
"""What leaves the default of a scenario, 0.3, after an hour."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The scenes of probes, in one language.

    Attributes:
        words: of the file.
    """

    words: dict[str, Any]

    def of_writing(self) -> Scene:
        """The scene of somebody who writes about anything."""
        return self._scene("emotion")

    def of_target(self, target: str) -> Scene:
        """The scene of somebody who takes sides on ``target``."""
        named = str(self.words["targets"].get(target, target))
        said = {"target": quoted(target, _NAME_CHARS), "named": quoted(named, _NAME_CHARS)}
        return self._scene("initial_attitude", **said)

    def of_post(self, text: str, event: str | None = None) -> Scene:
        """The scene of a post that spreads, a tick being a minute.

        Args:
            text: of the first post.
            event: what it is about, where the data say so.
        """
        said = quoted(event, _NAME_CHARS) if event else str(self.words["event"])
        return self._scene("post", event=said, text=quoted(text, _CHARS))

    def _scene(self, name: str, **fields: str) -> Scene:
        words: dict[str, str] = self.words[name]
        topic, question = words["topic"].format(**fields), words["question"].format(**fields)
        return Scene(topic=topic, question=question, decay=_DECAY, minutes=_MINUTE)


def read_wording(language: str) -> Wording:
    """The wording in ``language``, such as ``en``.

    Raises:
        PromptError: if there is none.
    """
    folder = prompts_dir() / "evaluation"
    known = {file.stem: file for file in sorted(folder.glob("*.yaml"))}
    file: Path | None = known.get(language)
    if file is None:
        raise PromptError(explain("language of the probes", wanted=" or ".join(known), got=repr(language)))
    return Wording(yaml.safe_load(file.read_text(encoding="utf-8")))
