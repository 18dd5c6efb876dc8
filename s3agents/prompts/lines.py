"""Lines: how a profile, a memory and a post are quoted in the words of a pack, and how many tokens each takes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from string import Formatter

from s3agents.cognition.base import Recollection, Scene
from s3agents.events import Delivery, PostKind, Source
from s3agents.persona import Persona
from s3agents.prompts.excerpts import LEVELS, excerpt
from s3agents.prompts.pack_file import Words
from s3agents.prompts.quoting import handle
from s3agents.prompts.spans import Spans
from s3agents.prompts.token_estimate import Told, prose_tokens, text_tokens

__all__ = ["Lines", "literal_tokens"]

_PROFILES_KEPT = 65_536
_LINE_END = 1


def literal_tokens(template: str) -> int:
    """At most how many tokens an f-string template takes without what its placeholders stand for."""
    return sum(prose_tokens(literal) for literal, _, _, _ in Formatter().parse(template))


class Lines:
    """The lines that quote users, in the words of one pack.

    Args:
        words: of the pack.
        spans: its words for time.
    """

    def __init__(self, words: Words, spans: Spans) -> None:
        self._words, self._spans = words, spans
        self._timed = "{time}" in words.memory
        self._unknown_tokens = prose_tokens(words.unknown)
        tokens = {source: prose_tokens(word) for source, word in words.sources.items()}
        post = max(literal_tokens(words.post), literal_tokens(words.forward)) + _LINE_END
        memory = literal_tokens(words.memory) + _LINE_END
        self._label_tokens = literal_tokens(words.labelled)
        self._post_tokens: Mapping[Source, int] = {source: post + own for source, own in tokens.items()}
        self._memory_tokens: Mapping[Source, int] = {source: memory + own for source, own in tokens.items()}
        self._told = lru_cache(maxsize=_PROFILES_KEPT)(self._tell)

    def profile(self, scene: Scene, persona: Persona, most: int | None) -> Told:
        """What a scenario says of the agent's group, and the known ones of gender, age, occupation and bio.

        Nothing else of a persona is shown.

        Args:
            scene: whose description is told as it is, and how many characters of each of the others.
            persona: whose.
            most: most tokens of what is known of the persona; for these, each is cut to the same number of tokens.
        """
        about = (persona.gender, persona.age, persona.occupation, persona.bio)
        told = self._told(about, scene.post_chars, most)
        if not scene.description:
            return told
        text = scene.description if told.text == self._words.unknown else f"{scene.description} {told.text}"
        return Told(text, self.description_tokens(scene) + told.tokens)

    def description_tokens(self, scene: Scene) -> int:
        """At most how many tokens a profile takes beside what is known of a persona."""
        return text_tokens(f"{scene.description} ") if scene.description else 0

    def memory(self, scene: Scene, tick: int, memory: Recollection, most: int | None) -> str:
        """The line of a memory in tick ``tick``, with at most ``most`` tokens of its text."""
        words, spans, minutes = self._words, self._spans, scene.minutes
        return words.memory.format(
            source=words.sources[memory.source],
            age=spans.ago(memory.age * minutes).text,
            time=spans.since_start((tick - memory.age) * minutes).text if self._timed else "",
            text=excerpt(memory.text, scene.post_chars, most),
        )

    def post(self, scene: Scene, number: int, read: Delivery, most: int | None) -> str:
        """The line of a post, number ``number`` of those told, with at most ``most`` tokens of its text."""
        words, post = self._words, read.post
        line = words.forward if post.kind is PostKind.FORWARD else words.post
        author, text = handle(post.author) or words.unknown, excerpt(post.text, scene.post_chars, most)
        told = line.format(n=number, author=author, source=words.sources[read.source], text=text)
        return told if read.label is None else words.labelled.format(post=told, label=_note(read.label))

    def around_memory(self, scene: Scene, tick: int, memory: Recollection) -> int:
        """At most how many tokens the line of a memory takes beside its text."""
        spans, minutes = self._spans, scene.minutes
        when = spans.since_start((tick - memory.age) * minutes) if self._timed else spans.ago(memory.age * minutes)
        return self._memory_tokens[memory.source] + when.tokens

    def around_post(self, read: Delivery) -> int:
        """At most how many tokens the line of a post takes beside its text and its number."""
        author = _handle_tokens(read.post.author) or self._unknown_tokens
        note = 0 if read.label is None else self._label_tokens + text_tokens(_note(read.label))
        return self._post_tokens[read.source] + author + note

    def now_tokens(self, scene: Scene, tick: int) -> int:
        """At most how many tokens it takes to say what the time is."""
        return self._spans.since_start(tick * scene.minutes).tokens

    def _tell(self, about: tuple[str | None, int | None, str | None, str], chars: int, most: int | None) -> Told:
        gender, age, occupation, bio = about
        known = {
            "gender": self._words.genders.get(gender or "", gender or ""),
            "age": "" if age is None else str(age),
            "occupation": occupation or "",
            "bio": bio,
        }
        told = self._profile(known, chars, None)
        for level in LEVELS:
            if most is None or told.tokens <= most:
                return told
            told = self._profile(known, chars, level)
        return Told(self._words.unknown, self._unknown_tokens)

    def _profile(self, known: Mapping[str, str], chars: int, most: int | None) -> Told:
        words = self._words
        values = ((name, excerpt(value, chars, most)) for name, value in known.items())
        told = [getattr(words.profile, name).format(value=value) for name, value in values if value]
        text = words.profile.between.join(told) or words.unknown
        return Told(text, text_tokens(text))


def _note(label: str) -> str:
    """A note of the platform, which is short, and never cut."""
    return excerpt(label, len(label), None)


@lru_cache(maxsize=8192)
def _handle_tokens(user: str) -> int:
    return text_tokens(handle(user))
