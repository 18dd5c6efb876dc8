"""HistoryPrompt: the messages that ask a model for a user's earlier posts, from the text files of a language."""

from __future__ import annotations

import hashlib
from typing import Literal

from autogen_core.models import LLMMessage, SystemMessage, UserMessage

from s3agents.config.generate import GenerateSection
from s3agents.config.section import Section
from s3agents.network.generate.phrases import read_phrases, words_of
from s3agents.persona import Persona
from s3agents.prompts.quoting import quoted
from s3agents.resources import prompts_dir
from s3agents.yaml_files import read_yaml

__all__ = ["POST_CHARS", "HistoryPrompt"]

POST_CHARS = 280
"""Most characters of a post."""

_FILES = ("system.txt", "user.txt", "words.yaml")


class _Profile(Section):
    gender: str
    age: str
    occupation: str
    bio: str


class _Words(Section):
    profile: _Profile
    genders: dict[str, str]
    answers: dict[Literal["positive", "negative"], str]


class HistoryPrompt:
    """Prompts of one society.

    Args:
        section: its language, topic and question.

    Attributes:
        sha256: of the prompts' files, 64 hex digits.

    Raises:
        ConfigError: if a file is wrong.
    """

    def __init__(self, section: GenerateSection) -> None:
        folder = prompts_dir() / "history" / section.language
        contents = {name: (folder / name).read_bytes() for name in _FILES}
        self.sha256 = hashlib.sha256(b"\0".join(contents.values())).hexdigest()
        self._words = read_yaml(folder / "words.yaml", _Words)
        self._user = contents["user.txt"].decode().strip()
        topic = words_of(section, read_phrases(section.language))
        self._question = quoted(topic.question, POST_CHARS)
        system = contents["system.txt"].decode().strip()
        filled = system.format(topic=quoted(topic.topic, POST_CHARS), question=self._question, post_chars=POST_CHARS)
        self._system = SystemMessage(content=filled)

    def messages(self, persona: Persona, count: int) -> list[LLMMessage]:
        """The messages that ask for ``count`` posts of ``persona``."""
        known = {
            "gender": self._words.genders.get(persona.gender or "", persona.gender or ""),
            "age": "" if persona.age is None else str(persona.age),
            "occupation": persona.occupation or "",
            "bio": persona.bio,
        }
        lines = [
            getattr(self._words.profile, name).format(value=quoted(value, POST_CHARS))
            for name, value in known.items()
            if value
        ]
        text = self._user.format(
            profile="\n".join(lines),
            question=self._question,
            answer=self._words.answers[persona.attitude or "negative"],
            count=count,
        )
        return [self._system, UserMessage(content=text, source="user")]
