"""AgentClient: an agent of AutoGen in the place of a model: a request is a message to it, and its answer the reply."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from autogen_agentchat.base import ChatAgent, Response
from autogen_agentchat.messages import BaseChatMessage, StructuredMessage, TextMessage
from autogen_core import CancellationToken
from autogen_core.models import RequestUsage
from pydantic import ValidationError

from s3agents.errors import InputError, ReplyError, explain
from s3agents.llm.base import LeafClient, Request
from s3agents.llm.completion import Completion
from s3agents.secrecy import Silencer, secrets_in

__all__ = ["AgentClient"]

_KEYS = {"provider", "component_type", "version", "component_version", "description", "label", "config"}


class AgentClient(LeafClient):
    """Asks an agent, which is reset before every question: what it says hangs on the question alone.

    It is made as often as there are questions at once, for an agent answers one at a time.

    Args:
        component: the agent: ``provider`` and ``config``, as its ``dump_component`` gives them.
        secrets: what no message may show, beside what the component calls a secret.

    Raises:
        InputError: if no agent can be made of it.
    """

    def __init__(self, component: Mapping[str, object], *, secrets: Collection[str] = ()) -> None:
        super().__init__()
        self._component = dict(component)
        self._silencer = Silencer([*secrets, *secrets_in(self._component)])
        self._free = [self._made()]

    async def ask(self, request: Request) -> Completion:
        """What the agent answers to the system's message and the user's, in one text.

        Raises:
            ReplyError: ``not_text`` if that is no text.
        """
        agent = self._free.pop() if self._free else self._made()
        token = request.cancellation_token or CancellationToken()
        said = "\n\n".join(str(message.content) for message in request.messages)
        await agent.on_reset(token)
        response = await agent.on_messages([TextMessage(content=said, source="scene")], token)
        self._free.append(agent)  # one that raised is not asked again
        usage = _usage(response)
        self._count(usage)
        return Completion(finish_reason="stop", content=_text(response.chat_message), usage=usage)

    async def close(self) -> None:
        """Close the agents."""
        for agent in self._free:
            await agent.close()
        self._free.clear()

    def _made(self) -> ChatAgent:
        wanted = "provider (package.module.Class) and config of an AutoGen agent, as dump_component gives them"
        what = "options of mode autogen"
        unknown = sorted(set(self._component) - _KEYS)
        if unknown or not isinstance(self._component.get("provider"), str):
            got = f"unknown keys: {', '.join(unknown)}" if unknown else "no provider"
            raise InputError(explain(what, wanted=wanted, got=got))
        try:
            component: Any = {"config": {}, **self._component}
            component["provider"] = component["provider"].replace(":", ".")
            return ChatAgent.load_component(component)
        except ValidationError as exc:  # not chained, for it would show the options, and one of them may be a key
            wrong = [f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in exc.errors(include_input=False)]
            raise InputError(explain(what, wanted=wanted, got=self._silencer.blotted("; ".join(wrong)))) from None
        except Exception as exc:  # a component may raise anything while it is imported and made
            got = self._silencer.blotted(f"{type(exc).__name__}: {exc}")
            cause = None if self._silencer.told_by(exc) else exc
            raise InputError(explain(what, wanted=wanted, got=got)) from cause


def _text(message: BaseChatMessage) -> str:
    if isinstance(message, StructuredMessage):
        return str(message.content.model_dump_json())
    content = getattr(message, "content", None)
    if not isinstance(content, str):
        raise ReplyError(explain("answer of the agent", wanted="a text", got=type(message).__name__), cause="not_text")
    return content


def _usage(response: Response) -> RequestUsage:
    """Tokens of all that it did to answer, as far as it tells."""
    messages = [response.chat_message, *(response.inner_messages or ())]
    used = [usage for message in messages if (usage := getattr(message, "models_usage", None)) is not None]
    return RequestUsage(sum(one.prompt_tokens for one in used), sum(one.completion_tokens for one in used))
