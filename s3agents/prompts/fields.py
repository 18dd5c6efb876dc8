"""Fields: what the placeholders of a prompt stand for: a scene, and one agent's view of it, put into a pack's words."""

from __future__ import annotations

from collections.abc import Mapping

from s3agents.cognition.base import Recollection, Scene, TurnView
from s3agents.events import Delivery, PostKind
from s3agents.persona import Persona
from s3agents.prompts.pack_file import Words
from s3agents.prompts.quoting import handle, quoted

__all__ = ["SCENE_FIELDS", "TURN_FIELDS", "Fields"]

SCENE_FIELDS = frozenset({"topic", "question", "tick", "decay", "fading", "post_chars"})
"""Placeholders of a system message: what is the same for every agent."""

TURN_FIELDS = SCENE_FIELDS | frozenset(
    {"profile", "emotion", "attitude", "conviction", "memories", "posts", "actions", "targets", "answering"}
)
"""Placeholders of the parts of a user message."""

_FIRM = 0.75
_SLOW, _STEADY = 0.15, 0.5
_HOUR, _DAY = 60.0, 1440.0


class Fields:
    """The values of placeholders, in the words of one pack.

    Args:
        words: of the pack.
    """

    def __init__(self, words: Words) -> None:
        self._words = words
        self._ages: dict[float, str] = {}

    def of_scene(self, scene: Scene) -> dict[str, str]:
        """A value for each of :data:`SCENE_FIELDS`."""
        words = self._words
        return {
            "topic": scene.topic.strip(),
            "question": scene.question.strip(),
            "tick": _span(words, scene.minutes),
            "decay": f"{scene.decay:g}",
            "fading": _fading(words, scene.decay),
            "post_chars": str(scene.post_chars),
        }

    def of_turn(self, view: TurnView, *, target: int = 0) -> dict[str, str]:
        """A value for each of :data:`TURN_FIELDS` that is no field of the scene.

        Args:
            view: what the agent goes by.
            target: number of the post that it answers, from 1; 0 for none.
        """
        words, scene = self._words, view.scene
        posts = len(view.perceived)
        answering = words.answering
        return {
            "profile": _profile(words, view.persona, scene.post_chars),
            "emotion": words.emotions[view.emotion.level],
            "attitude": words.attitudes[view.attitude.stance],
            "conviction": _conviction(words, view.attitude.p_positive),
            "memories": "\n".join([self._memory(scene, memory) for memory in view.recalled]) or words.no_memories,
            "posts": "\n".join([self._post(scene, n, read) for n, read in enumerate(view.perceived, 1)])
            or words.no_posts,
            "actions": words.actions.all if posts else words.actions.fresh,
            "targets": _targets(words, posts),
            "answering": answering.post.format(n=target) if target else answering.none,
        }

    def _memory(self, scene: Scene, memory: Recollection) -> str:
        text, source = quoted(memory.text, scene.post_chars), self._words.sources[memory.source]
        return self._words.memory.format(source=source, age=self._age(memory.age * scene.minutes), text=text)

    def _post(self, scene: Scene, number: int, read: Delivery) -> str:
        words, post = self._words, read.post
        line = words.forward if post.kind is PostKind.FORWARD else words.post
        author, text = handle(post.author) or words.unknown, quoted(post.text, scene.post_chars)
        return line.format(n=number, author=author, source=words.sources[read.source], text=text)

    def _age(self, minutes: float) -> str:
        """How long ago that was; kept, for there are as many ages as ticks."""
        age = self._ages.get(minutes)
        if age is None:
            words = self._words
            age = words.age.past.format(span=_span(words, minutes)) if minutes >= 1.0 else words.age.now
            self._ages[minutes] = age
        return age


def _profile(words: Words, persona: Persona, limit: int) -> str:
    """The known ones of gender, age, occupation and bio, a line each; nothing else of a persona is shown."""
    known: Mapping[str, str] = {
        "gender": words.genders.get(persona.gender or "", persona.gender or ""),
        "age": "" if persona.age is None else str(persona.age),
        "occupation": persona.occupation or "",
        "bio": persona.bio,
    }
    values = ((name, quoted(value, limit)) for name, value in known.items())
    lines = [getattr(words.profile, name).format(value=value) for name, value in values if value]
    return "\n".join(lines) or words.unknown


def _conviction(words: Words, p_positive: float) -> str:
    firm = max(p_positive, 1.0 - p_positive) >= _FIRM
    return words.conviction.firm if firm else words.conviction.leaning


def _targets(words: Words, posts: int) -> str:
    if posts > 1:
        return words.targets.many.format(n=posts)
    return words.targets.one if posts else words.targets.none


def _fading(words: Words, decay: float) -> str:
    if decay < _SLOW:
        return words.fading.slow
    return words.fading.steady if decay < _STEADY else words.fading.fast


def _span(words: Words, minutes: float) -> str:
    """``minutes`` in the largest unit that it fills, to one decimal."""
    for unit, size in ((words.units.days, _DAY), (words.units.hours, _HOUR)):
        if minutes >= size:
            return unit.format(n=f"{round(minutes / size, 1):g}")
    return words.units.minutes.format(n=f"{round(minutes, 1):g}")
