"""TraitPack: the prompts that ask who a user is, read from a pack's folder and turned into messages for a model.

A trait pack's folder holds one folder per language, and that one ``traits.yaml`` (name and words, see
:mod:`~s3agents.prompts.trait_pack_file`), ``system.txt`` (what all requests share), a text file for each trait and
``grouping.txt``. What a text asks to see is what a user is judged by: a trait whose text shows only ``{bio}`` cannot be
told of a user without one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from autogen_core.models import LLMMessage, SystemMessage, UserMessage

from s3agents.persona import Persona
from s3agents.prompts.pack_folder import PackFolder
from s3agents.prompts.quoting import quoted
from s3agents.prompts.template import TextTemplate
from s3agents.prompts.trait_pack_file import TraitPackFile
from s3agents.traits.base import Evidence, Trait

__all__ = ["ANSWER_CHARS", "Example", "TextLimits", "TraitPack"]

ANSWER_CHARS = 80
"""Most characters of an answer that is to be grouped."""

_MARKER, _SYSTEM, _GROUPING = "traits.yaml", "system", "grouping"
_PERSON = frozenset({"bio", "profile", "posts"})
_FIELDS: Mapping[Trait, frozenset[str]] = {
    "gender": _PERSON,
    "age": _PERSON | {"examples"},
    "occupation": _PERSON,
    "attitude": _PERSON | {"question"},
}


@dataclass(frozen=True, slots=True)
class Example:
    """Another user, whose age is known.

    Attributes:
        age: whole years.
        posts: newest last.
    """

    age: int
    posts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLimits:
    """How much of what a user wrote a prompt shows.

    Attributes:
        posts: most posts, the newest ones.
        chars: most characters of a post or description.
        example_posts: most posts of an example.
    """

    posts: int = 20
    chars: int = 280
    example_posts: int = 5


class TraitPack:
    """The prompts of one trait pack in one language; :meth:`load` makes it.

    Attributes:
        name: of the pack.
        language: of its texts.
        version: as ``traits.yaml`` states it.
        sha256: over names and contents of all its files, 64 hex digits.
    """

    def __init__(self, file: TraitPackFile, templates: Mapping[str, TextTemplate], *, sha256: str) -> None:
        self.name, self.language, self.version = file.name, file.language, file.version
        self.sha256 = sha256
        self._words = file.words
        self._templates = templates
        self._system = SystemMessage(content=templates[_SYSTEM].filled({}))

    @classmethod
    def load(cls, name_or_path: str | Path, language: str) -> TraitPack:
        """The trait pack ``name_or_path`` in ``language``.

        Args:
            name_or_path: name of a bundled pack, or path of a pack's folder (the one that holds the languages).
            language: such as ``en``.

        Raises:
            PromptError: if there is no such pack or language, or one of its files is wrong; the message names the file.
        """
        folder = PackFolder.find(name_or_path, language, marker=_MARKER)
        file = folder.settings(_MARKER, TraitPackFile)
        folder.check_language(_MARKER, file.language)
        templates = {trait: folder.template(trait, allowed=_FIELDS[trait]) for trait in get_args(Trait)}
        templates[_GROUPING] = folder.template(_GROUPING, allowed={"answers", "categories"})
        templates[_SYSTEM] = folder.template(_SYSTEM, allowed=())
        return cls(file, templates, sha256=folder.sha256)

    def about(
        self,
        trait: Trait,
        evidence: Evidence,
        *,
        limits: TextLimits,
        question: str = "",
        examples: Iterable[Example] = (),
    ) -> list[LLMMessage] | None:
        """The prompt that asks for ``trait`` of one user; ``None`` if there is nothing of theirs to go by.

        Args:
            trait: what is asked for.
            evidence: of the user.
            limits: how much of it is shown.
            question: whose answer the attitude is.
            examples: users of known age, for the prompt that shows any.
        """
        template = self._templates[trait]
        texts = self._texts(evidence, limits)
        if not any(texts[name] for name in _PERSON & template.names):
            return None
        fields = {name: text or self._words.nothing for name, text in texts.items()}
        fields["question"] = question.strip()
        fields["examples"] = self._examples(examples, limits)
        return self._messages(template, fields)

    def grouping(self, answers: Sequence[str], categories: Sequence[str]) -> list[LLMMessage]:
        """The prompt that has ``answers``, numbered from 1, put into ``categories``."""
        words = self._words
        lines = [words.answer.format(n=n, value=quoted(answer, ANSWER_CHARS)) for n, answer in enumerate(answers, 1)]
        shown = [words.category.format(value=words.categories.get(name, name)) for name in categories]
        fields = {"answers": "\n".join(lines), "categories": "\n".join(shown)}
        return self._messages(self._templates[_GROUPING], fields)

    def _messages(self, template: TextTemplate, fields: Mapping[str, str]) -> list[LLMMessage]:
        return [self._system, UserMessage(content=template.filled(fields), source="traits")]

    def _texts(self, evidence: Evidence, limits: TextLimits) -> dict[str, str]:
        """What a prompt may show of a user; empty where the user has none."""
        return {
            "bio": quoted(evidence.persona.bio, limits.chars),
            "profile": self._profile(evidence.persona, limits.chars),
            "posts": self._posts(evidence.posts, limits.posts, chars=limits.chars),
        }

    def _profile(self, persona: Persona, chars: int) -> str:
        """The known ones of gender, age, occupation and bio, a line each."""
        words = self._words
        known = {
            "gender": words.genders.get(persona.gender or "", persona.gender or ""),
            "age": "" if persona.age is None else str(persona.age),
            "occupation": persona.occupation or "",
            "bio": persona.bio,
        }
        values = ((name, quoted(value, chars)) for name, value in known.items())
        return "\n".join(getattr(words.profile, name).format(value=value) for name, value in values if value)

    def _posts(self, posts: Sequence[str], most: int, *, chars: int) -> str:
        shown = (quoted(post, chars) for post in posts[max(0, len(posts) - most) :])
        return "\n".join(self._words.post.format(value=post) for post in shown if post)

    def _examples(self, examples: Iterable[Example], limits: TextLimits) -> str:
        words = self._words
        shown = [
            words.example.format(
                n=example.age, value=self._posts(example.posts, limits.example_posts, chars=limits.chars)
            )
            for example in examples
        ]
        return words.examples.format(value="\n".join(shown)) if shown else ""
