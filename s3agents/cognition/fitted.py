"""FittedCognition: a mind learnt from what real users did (:mod:`s3agents.behaviour`); no model endpoint is called.

A cascade is decided on once, when its first post is read: the learnt probability is that of ever passing it on after a
first exposure, and the delay until then is drawn from the learnt ones. Further posts of the same cascade change
nothing. Where a part was not learnt, the textbook model of mode ``rules`` stands in, and the model's facts say so.
To forward and to post is what is learnt; whatever else a scenario offers, these agents do not do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np

from s3agents.behaviour.features import FEATURES, profile_features
from s3agents.behaviour.model import BehaviourModel
from s3agents.behaviour.together import Together
from s3agents.behaviour.view_features import Clock, tick_of, view_features
from s3agents.cognition.base import Appraisal, Decision, TurnView
from s3agents.config.cognition import FittedSection, RulesSection
from s3agents.dynamics import emotion, opinion
from s3agents.events import Action, Delivery, Post, Source
from s3agents.ids import PostId
from s3agents.labels import ATTITUDES, EMOTIONS, Attitude, Emotion
from s3agents.persona import Persona
from s3agents.state import AttitudeBelief, EmotionBelief

__all__ = ["FittedCognition"]

_TEXTS = 4096
_USERS = 1 << 16
_SURE = 0.999
"""Most and least that a learnt probability of an attitude can be, so that it can still change."""


class FittedCognition:
    """The port :class:`~s3agents.cognition.base.Cognition` by a learnt model.

    Args:
        model: what was learnt.
        parameters: what is set by hand or calibrated: base rate, time scale, the clock.
        rules: of the textbook models that stand in for what was not learnt.
        phrases: a sentence for each attitude, which a post of the agent's own says.
        people: the profile of a user by id; ``None`` where it is not known.
    """

    def __init__(
        self,
        model: BehaviourModel,
        parameters: FittedSection,
        *,
        rules: RulesSection,
        phrases: Mapping[Attitude, str],
        people: Callable[[str], Persona | None] = lambda user: None,
    ) -> None:
        self.mode = f"fitted/{model.facts.name}"
        self._model, self._parameters, self._rules = model, parameters, rules
        self._phrases = phrases
        self._asked = Together(model, base_rate=parameters.base_rate)
        self._clock = Clock(elapsed=parameters.elapsed, hour=parameters.hour)
        # many read the same text, and the same users: each is looked at once
        self._profile_of = lru_cache(_USERS)(lambda user: profile_features(people(user)))
        self._levels = lru_cache(_TEXTS)(self._read_levels)
        self._positive = lru_cache(_TEXTS)(self._read_side)

    async def appraise(self, view: TurnView) -> Appraisal:
        """What an agent's own post says, if it reads one; else a step from what others say."""
        return Appraisal(emotion=self._feel(view), attitude=self._judge(view))

    async def act(self, view: TurnView, appraisal: Appraisal) -> Decision:
        """Forward or answer one of the cascades that are new to the agent, now or later, or do nothing."""
        fresh = _fresh(view)
        if not fresh or not self._model.acts:
            return Decision(action=Action.INACTIVE, p=_probabilities(0.0, 0.0))
        chances = await self._chances(view, fresh)
        forwards, answers = chances[Action.FORWARD], chances[Action.POST]
        forward = 1.0 - math.prod(1.0 - p for p in forwards)
        unless = [p / (1.0 - f) if f < 1.0 else 0.0 for p, f in zip(answers, forwards, strict=True)]
        post = (1.0 - forward) * (1.0 - math.prod(1.0 - q for q in unless))
        p = _probabilities(forward, post)
        action = list(p)[view.draws.choice("act", list(p.values()))]
        if action is Action.INACTIVE:
            return Decision(action=action, p=p)
        chosen = fresh[view.draws.choice("target", forwards if action is Action.FORWARD else answers)].post
        text = self._phrases[appraisal.attitude.stance] if action is Action.POST else None
        return Decision(action=action, target=chosen.id, text=text, p=p, delay=self._delay(view, chosen))

    async def write(self, view: TurnView, *, target: PostId | None = None) -> str:
        """The sentence of its attitude, whatever is answered."""
        del target
        return self._phrases[self._judge(view).stance]

    async def _chances(self, view: TurnView, fresh: list[Delivery]) -> dict[Action, list[float]]:
        rows = np.array(view_features(view, fresh, self._profile_of, self._clock))
        found = await self._asked.probabilities(rows.reshape(-1, len(FEATURES)))
        return {action: p.tolist() for action, p in found.items()}

    def _delay(self, view: TurnView, post: Post) -> int:
        """Ticks from now until the act, by the delay from the moment at which the post was published."""
        if self._model.delays is None:
            return 0
        minutes = view.scene.minutes
        age = (post.tick - tick_of(post.root)) * minutes
        waited = self._model.delays.at(view.draws.uniform("delay"), age=age) * self._parameters.time_scale
        return max(0, post.tick + max(1, round(waited / minutes)) - view.tick)

    def _feel(self, view: TurnView) -> EmotionBelief:
        own = _own(view)
        if own:
            return self._expressed(view, own[-1])
        heard = [self._intensity(one.post) for one in view.perceived]
        steps = self._model.facts.emotion_step
        if steps is not None and heard:
            p = steps[EMOTIONS.index(view.emotion.level)]
        else:
            p = emotion.contagion(view.emotion.level, stimuli=heard, strength=self._rules.contagion)
        return emotion.drawn(p, view.draws.uniform("emotion"))

    def _expressed(self, view: TurnView, post: Post) -> EmotionBelief:
        """The level that a text expresses: the most probable one."""
        if self._model.emotion is None:
            return EmotionBelief.certain(post.emotion) if post.emotion is not None else view.emotion
        p = self._levels(post.text)
        return EmotionBelief(level=EMOTIONS[int(np.argmax(p))], p=p)

    def _intensity(self, post: Post) -> float:
        """How intense a post is, 0 to 1: as stated, else as its text reads, else as a moderate one."""
        if post.emotion is None and self._model.emotion is not None:
            _, moderate, intense = self._levels(post.text)
            return min(1.0, moderate / 2.0 + intense)
        felt = post.emotion if post.emotion is not None else Emotion.MODERATE
        return EMOTIONS.index(felt) / 2.0

    def _judge(self, view: TurnView) -> AttitudeBelief:
        own = _own(view)
        if own:
            p = self._side(view, own[-1])
            return view.attitude if p is None else _believed(p)
        sides = [p for one in view.perceived if (p := self._side(view, one.post)) is not None]
        steps = self._model.facts.attitude_step
        if steps is not None and sides:
            p_positive = steps[ATTITUDES.index(view.attitude.stance)][ATTITUDES.index(Attitude.POSITIVE)]
        else:
            p_positive = opinion.bounded_confidence(
                view.attitude.p_positive,
                heard=sides,
                bound=self._rules.confidence,
                convergence=self._rules.convergence,
            )
        return opinion.step(view.attitude, p_positive=p_positive, u=view.draws.uniform("attitude"))

    def _side(self, view: TurnView, post: Post) -> float | None:
        """Probability that a post is on the positive side: as stated, else as its text reads; ``None`` if unknown."""
        if post.attitude is not None:
            return float(ATTITUDES.index(post.attitude))
        reader = self._model.attitude
        if reader is None:
            return None
        texts = {one.post.id: one.post.text for one in view.perceived}
        target = str(view.persona.attribute("target") or "")
        about = target if reader.target_in(target) is not None else view.scene.topic
        return self._positive(post.text, texts.get(post.parent) if post.parent else None, about)

    def _read_levels(self, text: str) -> tuple[float, float, float]:
        if self._model.emotion is None:
            raise RuntimeError("levels of emotion were not learnt")
        return self._model.emotion.read([text])[0]

    def _read_side(self, text: str, parent: str | None, about: str) -> float | None:
        reader = self._model.attitude
        return None if reader is None else reader.read(text, parent=parent, about=about)


def _fresh(view: TurnView) -> list[Delivery]:
    """Of each cascade that first reached the agent in this turn, the first post that it reads."""
    old = {one.root for one in view.heard if one.since < view.tick}
    old |= {one.root for one in view.intentions if one.root is not None} | set(view.shared)
    first: dict[PostId, Delivery] = {}
    for one in view.perceived:
        if one.post.root not in old and one.post.author != view.persona.id:
            first.setdefault(one.post.root, one)
    return list(first.values())


def _own(view: TurnView) -> list[Post]:
    """What the agent wrote itself, of what it reads."""
    return [d.post for d in view.perceived if d.source is Source.SELF and d.post.author == view.persona.id]


def _probabilities(forward: float, post: float) -> dict[str, float]:
    return {Action.FORWARD: forward, Action.POST: post, Action.INACTIVE: max(0.0, 1.0 - forward - post)}


def _believed(p: float) -> AttitudeBelief:
    bounded = min(_SURE, max(1.0 - _SURE, p))
    return AttitudeBelief(stance=ATTITUDES[int(bounded >= 0.5)], p_positive=bounded)
