"""Answered: minds that ask as if they asked a model, and are answered by somebody else.

Prompts, replies, repairs and records are those of :class:`~s3agents.cognition.llm.LlmCognition`: so what somebody typed
at the terminal is replayed and explained like what a model said.
"""

from __future__ import annotations

from typing import Any

from s3agents.cognition.base import TurnView
from s3agents.cognition.llm import LlmCognition

__all__ = ["AgentCognition", "HumanCognition"]


class AgentCognition(LlmCognition):
    """A mind whose turns are messages to an agent of AutoGen, which thinks with what it has."""

    @property
    def mode(self) -> str:
        """``autogen``."""
        return "autogen"

    def _args(self, view: TurnView) -> dict[str, Any]:
        """Nothing: the agent has settings of its own."""
        return {}


class HumanCognition(LlmCognition):
    """A mind whose turns are put to somebody at the terminal."""

    @property
    def mode(self) -> str:
        """``human``."""
        return "human"

    def _args(self, view: TurnView) -> dict[str, Any]:
        """Whose turn it is, what stays as it is if nothing is said, and which posts each action can be about."""
        return {
            "user": view.persona.id,
            "tick": view.tick,
            "emotion": view.emotion.level.value,
            "attitude": view.attitude.stance.value,
            "about": {choice.name: list(choice.numbers) for choice in view.choices},
        }
