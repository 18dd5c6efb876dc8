"""Stages: which part of a turn a piece of processor time belongs to, told by the module that spends it.

A stack is read from the inside out. The first module that is known decides; modules that serve many (ids, draws,
pydantic, asyncio) are passed over, so that their time counts for whoever called them.
"""

from __future__ import annotations

from types import FrameType
from typing import Final

__all__ = ["OTHER", "STAGES", "module_of", "stage_of"]

OTHER: Final = "other"

_MODULES: Final = {
    "s3agents.prompts": "render",
    "langchain_core": "render",
    "s3agents.replies": "parse",
    "s3agents.llm.answers": "parse",
    "s3agents.llm.completion": "parse",
    "s3agents.llm.told_logprobs": "parse",
    "s3agents.llm.token_logprobs": "parse",
    "s3agents.llm.reply_store": "replies kept",
    "s3agents.llm.reply_codec": "replies kept",
    "s3agents.llm.replay": "replies kept",
    "s3agents.llm.request_key": "replies kept",
    "s3agents.llm": "model client",
    "aiohttp": "model client",
    "s3agents.memory": "recall",
    "s3agents.embed": "recall",
    "s3agents.cognition.recall": "recall",
    "chromadb": "recall",
    "s3agents.bus": "bus",
    "nats": "bus",
    "s3agents.record": "commit",
    "s3agents.cognition": "agent",
    "s3agents.behaviour": "agent",
    "s3agents.dynamics": "agent",
    "s3agents.agents": "agent",
    "s3agents.network": "agent",
    "s3agents.actions": "agent",
    "s3agents.steering": OTHER,
    "s3agents.interventions": OTHER,
    "s3agents.channels": OTHER,
    "s3agents.coordinator": OTHER,
    "s3agents.fleet": OTHER,
    "s3agents.simulation": OTHER,
}
"""Stage by the longest prefix of a module's name."""

STAGES: Final = (*dict.fromkeys(_MODULES.values()),)
"""All stages, in the order in which tables show them; the last one, :data:`OTHER`, is the event loop and the rest."""

_LOOP = "asyncio.selector_events"


def stage_of(module: str) -> str | None:
    """The stage of a module; ``None`` for one that serves all."""
    while module:
        if module in _MODULES:
            return _MODULES[module]
        module = module.rpartition(".")[0]
    return None


def module_of(frame: FrameType | None) -> str:
    """The innermost module of a stack that has a stage of its own; nothing if there is none.

    Bytes that the event loop sends or receives count for the protocol that they belong to.
    """
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module == _LOOP:
            module = _protocol(frame) or module
        if stage_of(module) is not None:
            return module
        frame = frame.f_back
    return ""


def _protocol(frame: FrameType) -> str | None:
    """The module of the protocol of a transport that is at work in ``frame``."""
    transport = frame.f_locals.get("self")
    protocol = getattr(transport, "_protocol", None)
    return None if protocol is None else type(protocol).__module__
