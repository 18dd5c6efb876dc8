"""Fields: what the placeholders of a prompt stand for: a scene, and one agent's view of it, put into a pack's words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from s3agents.actions.offer import Offer
from s3agents.cognition.base import Recollection, Scene, TurnView
from s3agents.events import Action, Source
from s3agents.prompts.lines import Lines
from s3agents.prompts.pack_file import PackFile, Words
from s3agents.prompts.spans import Spans
from s3agents.prompts.token_estimate import prose_tokens

__all__ = ["OPEN_FIELDS", "SCENE_FIELDS", "TURN_FIELDS", "Fields"]

SCENE_FIELDS = frozenset({"topic", "question", "tick", "decay", "fading", "post_chars"})
"""Placeholders of a system message: what is the same for every agent."""

OPEN_FIELDS = frozenset({"profile", "memories", "posts", "now"})
"""Placeholders for what may be anything: what users wrote, and the time."""

TURN_FIELDS = (
    SCENE_FIELDS | OPEN_FIELDS | frozenset({"emotion", "attitude", "conviction", "actions", "targets", "answering"})
)
"""Placeholders of the parts of a user message."""

_FIRM = 0.75
_SLOW, _STEADY = 0.15, 0.5
_NUMBER_TOKENS = 8
_SOURCES = {source: n for n, source in enumerate((Source.SELF, Source.MUTUAL, Source.FOLLOWEE, Source.PLATFORM))}


class Fields:
    """The values of placeholders, in the words of one pack.

    Args:
        file: the pack's settings.

    Attributes:
        lines: what quotes users.
        none: at most how many tokens are told in place of memories, and in place of posts.
    """

    def __init__(self, file: PackFile) -> None:
        words = file.words
        self._words, self._spans, self._language = words, Spans(words), file.language
        self._by_source = file.memories == "source"
        self.lines = Lines(words, self._spans)
        self.none = (prose_tokens(words.no_memories), prose_tokens(words.no_posts))

    def of_scene(self, scene: Scene) -> dict[str, str]:
        """A value for each of :data:`SCENE_FIELDS`."""
        return {
            "topic": scene.topic.strip(),
            "question": scene.question.strip(),
            "tick": self._spans.span(scene.minutes),
            "decay": f"{scene.decay:g}",
            "fading": _fading(self._words, scene.decay),
            "post_chars": str(scene.post_chars),
        }

    def of_turn(
        self,
        view: TurnView,
        *,
        most: int | None = None,
        profile: int | None = None,
        act: str = Action.POST,
        target: int = 0,
    ) -> dict[str, str]:
        """A value for each of :data:`TURN_FIELDS` that is no field of the scene.

        Args:
            view: what the agent goes by.
            most: most tokens of the text of each memory and post; none for no limit.
            profile: most tokens of the profile; none for no limit.
            act: what it writes a text for.
            target: number of the post that it answers, from 1; 0 for none.
        """
        words, scene, lines, tick = self._words, view.scene, self.lines, view.tick
        posts = len(view.perceived)
        memories = [lines.memory(scene, tick, memory, most) for memory in self._ordered(view.recalled)]
        return {
            "profile": lines.profile(scene, view.persona, profile).text,
            "emotion": words.emotions[view.emotion.level],
            "attitude": words.attitudes[view.attitude.stance],
            "conviction": _conviction(words, view.attitude.p_positive),
            "now": self._spans.since_start(tick * scene.minutes).text,
            "memories": "\n".join(memories) or words.no_memories,
            "posts": "\n".join([lines.post(scene, n, read, most) for n, read in enumerate(view.perceived, 1)])
            or words.no_posts,
            "actions": self._actions(view),
            "targets": _targets(words, posts),
            "answering": self._answering(scene.offer, act, target),
        }

    def most_tokens(self, offer: Offer) -> dict[str, int]:
        """At most how many tokens each field takes of which there are a few values, with the actions of ``offer``."""
        words = self._words
        answering, targets = words.answering, words.targets
        further = [action.writing.get(self._language, "") for action in offer.further]
        return {
            "emotion": _longest(words.emotions.values()),
            "attitude": _longest(words.attitudes.values()),
            "conviction": _longest((words.conviction.firm, words.conviction.leaning)),
            "actions": _longest((words.actions.all, words.actions.fresh, ", ".join(offer.names))),
            "targets": _longest((targets.none, targets.one, targets.many)) + _NUMBER_TOKENS,
            "answering": _longest((answering.none, answering.post, *further)) + _NUMBER_TOKENS,
        }

    def _actions(self, view: TurnView) -> str:
        """What the agent can do, in the words of the pack where that is to forward, to post or nothing."""
        if view.scene.offer.usual:
            actions = self._words.actions
            return actions.all if view.perceived else actions.fresh
        return ", ".join(choice.name for choice in view.choices)

    def _answering(self, offer: Offer, act: str, target: int) -> str:
        """What the text is that the agent writes."""
        action, answering = offer.find(act), self._words.answering
        if action in offer.further:
            return action.writing[self._language].replace("{n}", str(target))
        return answering.post.format(n=target) if target else answering.none

    def _ordered(self, memories: Sequence[Recollection]) -> Sequence[Recollection]:
        """In the order of the pack; by source, what comes to mind again stands where it stood."""
        return sorted(memories, key=_by_source) if self._by_source else memories


def _by_source(memory: Recollection) -> tuple[int, int, str]:
    return _SOURCES[memory.source], -memory.age, memory.text


def _longest(texts: Iterable[str]) -> int:
    return max(prose_tokens(text) for text in texts)


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
