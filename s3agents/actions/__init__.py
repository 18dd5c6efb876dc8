"""Actions: what agents can do with a turn, a class each (:mod:`.base` is the port, :mod:`.table` has them by name)."""

from s3agents.actions.base import Aim, Effect, SocialAction
from s3agents.actions.offer import DEFAULT_OFFER, Choice, Choices, Offer

__all__ = ["DEFAULT_OFFER", "Aim", "Choice", "Choices", "Effect", "Offer", "SocialAction"]
