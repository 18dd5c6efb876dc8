"""Phrases: the templates of posts and bios in one language, read from ``prompts/history`` and checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from string import Formatter
from typing import Annotated

from pydantic import Field, model_validator

from s3agents.config.generate import THEMES, GenerateSection
from s3agents.config.section import Section
from s3agents.resources import prompts_dir
from s3agents.yaml_files import read_yaml

__all__ = ["OWN_SLOTS", "Parts", "Phrases", "TopicWords", "Variants", "compiled", "read_phrases", "words_of"]

OWN_SLOTS = ("as", "work")
"""Slots whose alternatives go by the author's occupation."""

_TOPIC_SLOTS = ("topic", "topic_cap", "question")
_BIO_SLOTS = ("role", "family", "hobby", "other_hobby", "third_hobby", "motto", "city")
_SLOT = re.compile(r"\{(\w+)\}")

Texts = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)]


class ByAge(Section):
    """Texts for those who are younger than 26, and for all others."""

    young: Texts
    adult: Texts


Variants = Texts | ByAge


class Occupation(Section):
    """What users of an occupation say of themselves.

    Attributes:
        roles: in their bio.
        own: by slot of :data:`OWN_SLOTS`, in their posts.
    """

    roles: Variants
    own: dict[str, Variants]

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, data: object) -> object:
        if not isinstance(data, dict) or "own" in data:
            return data
        own = {name: data[name] for name in OWN_SLOTS if name in data}
        return {**{name: value for name, value in data.items() if name not in own}, "own": own}

    @model_validator(mode="after")
    def _whole(self) -> Occupation:
        if set(self.own) != set(OWN_SLOTS):
            raise ValueError(f"the keys {', '.join(OWN_SLOTS)}")
        return self


class Parts(Section):
    """Sentences that make posts."""

    openers: Texts
    cores: Texts
    closers: Texts


class Sides(Section):
    """Posts for and against."""

    positive: Parts
    negative: Parts


class TopicWords(Section):
    """What posts are about, in words; the question may have the slot ``topic``."""

    topic: str
    question: str


class Bios(Section):
    """What bios are made of; families are by gender, ``other`` being for all that are not listed."""

    patterns: Texts
    hobbies: Texts
    mottos: Texts
    cities: Texts
    families: dict[str, ByAge]


class Phrases(Section):
    """All templates of a language.

    Attributes:
        joint: what stands between two sentences.
        topics: of the themes.
        slots: alternatives by slot.
        occupations: what goes by occupation, ``other`` being for all that are not listed.
        everyday: posts about nothing in particular.
        themes: posts by theme.
        bios: what bios are made of.
    """

    joint: str
    topics: dict[str, TopicWords]
    slots: dict[str, Texts]
    occupations: dict[str, Occupation]
    everyday: Parts
    themes: dict[str, Sides]
    bios: Bios

    @model_validator(mode="before")
    @classmethod
    def _sorted(cls, data: object) -> object:
        if not isinstance(data, dict) or not isinstance(data.get("posts"), dict):
            return data
        posts = dict(data["posts"])
        rest = {name: value for name, value in data.items() if name != "posts"}
        return {**rest, "everyday": posts.pop("everyday", None), "themes": posts}

    @model_validator(mode="after")
    def _complete(self) -> Phrases:
        for name, found in (("topics", self.topics), ("posts", self.themes)):
            if missing := [theme for theme in THEMES if theme not in found]:
                raise ValueError(f"{name} of {', '.join(missing)}")
        for name, keys in (("occupations", self.occupations.keys()), ("families", self.bios.families.keys())):
            if "other" not in keys:
                raise ValueError(f"{name} for other")
        known = {*self.slots, *OWN_SLOTS, *_TOPIC_SLOTS}
        for templates, slots in ((self._posts(), known), (self.bios.patterns, set(_BIO_SLOTS))):
            for template in templates:
                if unknown := {name for _, name, _, _ in Formatter().parse(template) if name is not None} - slots:
                    raise ValueError(f"slots among {', '.join(sorted(slots))}, not {sorted(unknown)} in {template!r}")
        return self

    def _posts(self) -> Iterator[str]:
        sides = [side for both in self.themes.values() for side in (both.positive, both.negative)]
        for parts in (self.everyday, *sides):
            yield from (*parts.openers, *parts.cores, *parts.closers)


@lru_cache(maxsize=4)
def read_phrases(language: str) -> Phrases:
    """The bundled templates in ``language``.

    Raises:
        ConfigError: if their file is wrong.
    """
    return read_yaml(prompts_dir() / "history" / f"{language}.yaml", Phrases)


def words_of(section: GenerateSection, phrases: Phrases) -> TopicWords:
    """Topic and question of the posts of ``section``, in words."""
    theme = phrases.topics[section.topic if section.topic in THEMES else THEMES[0]]
    topic = theme.topic if section.topic in THEMES else section.topic
    return TopicWords(topic=topic, question=section.question or theme.question.replace("{topic}", topic))


def compiled(template: str, slots: Mapping[str, int], words: TopicWords) -> str:
    """``template`` with the topic filled in, and its slots by number as ``str.format`` takes them."""
    fixed = {"topic": words.topic, "topic_cap": words.topic[:1].upper() + words.topic[1:], "question": words.question}

    def filled(match: re.Match[str]) -> str:
        name = match[1]
        return f"{{{slots[name]}}}" if name in slots else fixed[name].replace("{", "{{").replace("}", "}}")

    return _SLOT.sub(filled, template)
