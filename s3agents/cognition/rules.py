"""RulesCognition: a mind made of textbook models; no model is called.

It reads what posts *express* (their stated emotion and attitude), not their words: emotion by contagion, attitude by
bounded confidence, acts by independent cascade (:mod:`s3agents.dynamics`). It is the baseline that a language model
has to beat.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from s3agents.cognition.base import Appraisal, Decision, TurnView
from s3agents.config.cognition import RulesSection
from s3agents.dynamics import cascade, emotion, opinion
from s3agents.events import Action, Delivery, Post
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
        """Forward by independent cascade, else write, else another action, each with its probability, else nothing."""
        level = EMOTIONS.index(appraisal.emotion.level)
        chances = [self._chance(d.post, appraisal.attitude, level) * self._trust(d) for d in view.perceived]
        p = self._p(view, chances, level)
        action = list(p)[view.draws.choice("act", list(p.values()))]
        if action == Action.FORWARD:
            target = view.perceived[view.draws.choice("target", chances)].post.id
            return Decision(action=action, target=target, p=p)
        said = self._phrases[appraisal.attitude.stance]
        if action == Action.POST:
            return Decision(action=action, text=said, p=p)
        return Decision(action=action, p=p) if action == Action.INACTIVE else _further(view, action, said, p)

    async def write(self, view: TurnView, *, target: PostId | None = None) -> str:
        """The sentence of its attitude, whatever is answered."""
        del target
        return self._phrases[self._judge(view).stance]

    def _p(self, view: TurnView, chances: Sequence[float], level: int) -> dict[str, float]:
        """Probability of each action: of forwarding, of posting, of others that are possible, and of nothing."""
        offer = view.scene.offer
        forward = cascade.any_of(chances) if offer.find(Action.FORWARD) else 0.0
        post = (1.0 - forward) * self._own(level) if offer.find(Action.POST) else 0.0
        p: dict[str, float] = {Action.FORWARD: forward, Action.POST: post}
        left = 1.0 - forward - post
        stated = self._parameters.actions
        for choice in view.choices if stated else ():
            q = stated.get(choice.name, 0.0)
            if q:
                p[choice.name] = max(0.0, left) * cascade.any_of([q] * len(choice.numbers))
                left -= p[choice.name]
        p[Action.INACTIVE] = left
        return p

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

    def _trust(self, read: Delivery) -> float:
        """Factor on the chance that a post is forwarded: less than 1 where the platform has labelled it."""
        return 1.0 if read.label is None else self._parameters.labelled

    def _own(self, level: int) -> float:
        rules = self._parameters
        return cascade.chance(rules.post, arousal=rules.arousal, level=level, agreement=1.0)


def _further(view: TurnView, action: str, said: str, p: Mapping[str, float]) -> Decision:
    """The decision for an action that is neither of S3's; any post that it can be about is as good as another."""
    choice = next(one for one in view.choices if one.name == action)
    number = choice.numbers[view.draws.choice("target", [1.0] * len(choice.numbers))]
    target = view.perceived[number - 1].post.id if number else None
    return Decision(action=action, target=target, text=said if choice.writes else None, p=p)


def _intensity(post: Post) -> float:
    """How intense a post is, 0 to 1; one of unknown emotion is moderate, for somebody thought it worth posting."""
    felt = post.emotion if post.emotion is not None else Emotion.MODERATE
    return EMOTIONS.index(felt) / 2.0
