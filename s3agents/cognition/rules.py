"""RulesCognition: a mind made of textbook models; no model is called.

It reads what posts *express* (their stated emotion and attitude), not their words: emotion by contagion, attitude by
bounded confidence, acts by independent cascade (:mod:`s3agents.dynamics`). It is the baseline that a language model
has to beat.
"""

from __future__ import annotations

from collections.abc import Mapping

from s3agents.cognition.base import Appraisal, Decision, TurnView
from s3agents.config.cognition import RulesSection
from s3agents.dynamics import cascade, emotion, opinion
from s3agents.events import Action, Post
from s3agents.ids import PostId
from s3agents.labels import EMOTIONS, Attitude, Emotion
from s3agents.state import AttitudeBelief, EmotionBelief

__all__ = ["RulesCognition"]


class RulesCognition:
    """The port :class:`~s3agents.cognition.base.Cognition` by textbook models.

    Args:
        parameters: of the models.
        phrases: a sentence for each attitude, which a post of the agent's own says.
    """

    mode = "rules"

    def __init__(self, parameters: RulesSection, *, phrases: Mapping[Attitude, str]) -> None:
        self._parameters = parameters
        self._phrases = phrases

    async def appraise(self, view: TurnView) -> Appraisal:
        """Contagion of emotion and bounded confidence of attitude."""
        return Appraisal(emotion=self._feel(view), attitude=self._judge(view))

    async def act(self, view: TurnView, appraisal: Appraisal) -> Decision:
        """Forward by independent cascade, else perhaps write, else nothing."""
        level = EMOTIONS.index(appraisal.emotion.level)
        chances = [self._chance(d.post, appraisal.attitude, level) for d in view.perceived]
        forward = cascade.any_of(chances)
        post = (1.0 - forward) * self._own(level)
        p = {Action.FORWARD: forward, Action.POST: post, Action.INACTIVE: 1.0 - forward - post}
        action = list(p)[view.draws.choice("act", list(p.values()))]
        if action is Action.FORWARD:
            target = view.perceived[view.draws.choice("target", chances)].post.id
            return Decision(action=action, target=target, p=p)
        if action is Action.POST:
            return Decision(action=action, text=self._phrases[appraisal.attitude.stance], p=p)
        return Decision(action=action, p=p)

    async def write(self, view: TurnView, *, target: PostId | None = None) -> str:
        """The sentence of its attitude, whatever is answered."""
        del target
        return self._phrases[self._judge(view).stance]

    def _feel(self, view: TurnView) -> EmotionBelief:
        p = emotion.contagion(
            view.emotion.level,
            stimuli=[_intensity(d.post) for d in view.perceived],
            strength=self._parameters.contagion,
        )
        return emotion.drawn(p, view.draws.uniform("emotion"))

    def _judge(self, view: TurnView) -> AttitudeBelief:
        sides = [d.post.attitude for d in view.perceived]
        p = opinion.bounded_confidence(
            view.attitude.p_positive,
            heard=[float(side is Attitude.POSITIVE) for side in sides if side is not None],
            bound=self._parameters.confidence,
            convergence=self._parameters.convergence,
        )
        return opinion.step(view.attitude, p_positive=p, u=view.draws.uniform("attitude"))

    def _chance(self, post: Post, attitude: AttitudeBelief, level: int) -> float:
        share = {Attitude.POSITIVE: attitude.p_positive, Attitude.NEGATIVE: 1.0 - attitude.p_positive}
        agreement = 1.0 if post.attitude is None else share[post.attitude]
        rules = self._parameters
        return cascade.chance(rules.forward, arousal=rules.arousal, level=level, agreement=agreement)

    def _own(self, level: int) -> float:
        rules = self._parameters
        return cascade.chance(rules.post, arousal=rules.arousal, level=level, agreement=1.0)


def _intensity(post: Post) -> float:
    """How intense a post is, 0 to 1; one of unknown emotion is moderate, for somebody thought it worth posting."""
    felt = post.emotion if post.emotion is not None else Emotion.MODERATE
    return EMOTIONS.index(felt) / 2.0
