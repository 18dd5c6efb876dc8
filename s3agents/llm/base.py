"""The model port: AutoGen's ``ChatCompletionClient``, so that any AutoGen backend can think for the agents.

A typed reply is asked for as ``create(messages, json_output=ReplyModel, extra_create_args={...})`` with the sampling
arguments that every OpenAI-compatible endpoint takes: ``seed``, ``temperature``, ``max_tokens``, ``logprobs`` and
``top_logprobs``. Budget, retry, concurrency and recording are wrappers on this port (:class:`ModelWrapper`); they and
the clients at the inner end of a stack (:class:`LeafClient`) write one method, :meth:`ModelClient.ask`, from a
:class:`Request` to a :class:`~s3agents.llm.completion.Completion`. AutoGen's own types are made at the port alone.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncGenerator, Coroutine, Mapping, Sequence
from typing import Any, Literal, NamedTuple, cast

from autogen_core import CancellationToken
from autogen_core.models import (
    ChatCompletionClient,
    CreateResult,
    LLMMessage,
    ModelCapabilities,
    ModelInfo,
    RequestUsage,
)
from autogen_core.tools import Tool, ToolSchema
from pydantic import BaseModel

from s3agents.llm.completion import Completion

__all__ = [
    "ChatCompletionClient",
    "CreateResult",
    "LLMMessage",
    "LeafClient",
    "ModelClient",
    "ModelWrapper",
    "Request",
    "estimated_tokens",
    "forward",
]

_NO_ARGS: Mapping[str, Any] = {}


class Request(NamedTuple):
    """The arguments of one ``create`` call, as one value.

    Attributes:
        messages: the conversation.
        json_output: class of the reply, ``True`` for any JSON, or nothing for text.
        args: further arguments of the endpoint, such as ``seed`` and ``max_tokens``.
        tools: tools that the model may call.
        tool_choice: which of them it must call.
        cancellation_token: cancels the call from outside.
    """

    messages: Sequence[LLMMessage]
    json_output: bool | type[BaseModel] | None = None
    args: Mapping[str, Any] = _NO_ARGS
    tools: Sequence[Tool | ToolSchema] = ()
    tool_choice: Tool | Literal["auto", "required", "none"] = "auto"
    cancellation_token: CancellationToken | None = None


class ModelClient(ChatCompletionClient):
    """A client that answers whole requests: subclasses write :meth:`ask`."""

    component_type = "model"
    component_config_schema = BaseModel

    @abstractmethod
    async def ask(self, request: Request) -> Completion:
        """The reply to ``request``.

        Raises:
            ModelError: if the reply cannot be had.
        """

    async def create(
        self,
        messages: Sequence[LLMMessage],
        *,
        tools: Sequence[Tool | ToolSchema] = (),
        tool_choice: Tool | Literal["auto", "required", "none"] = "auto",
        json_output: bool | type[BaseModel] | None = None,
        extra_create_args: Mapping[str, Any] | None = None,
        cancellation_token: CancellationToken | None = None,
    ) -> CreateResult:
        """The reply to ``messages``."""
        args = extra_create_args or _NO_ARGS
        request = Request(messages, json_output, args, tools, tool_choice, cancellation_token)
        return (await self.ask(request)).result()

    def create_stream(
        self,
        messages: Sequence[LLMMessage],
        *,
        tools: Sequence[Tool | ToolSchema] = (),
        tool_choice: Tool | Literal["auto", "required", "none"] = "auto",
        json_output: bool | type[BaseModel] | None = None,
        extra_create_args: Mapping[str, Any] | None = None,
        cancellation_token: CancellationToken | None = None,
    ) -> AsyncGenerator[str | CreateResult, None]:
        """A reply in one piece: agents need whole replies, and a wrapper must see them whole."""
        args = extra_create_args or _NO_ARGS
        request = Request(messages, json_output, args, tools, tool_choice, cancellation_token)

        async def whole() -> AsyncGenerator[str | CreateResult, None]:
            yield (await forward(self, request)).result()

        return whole()


class ModelWrapper(ModelClient):
    """A client that adds one behaviour to another client; everything else is handed on.

    Args:
        inner: the client that is wrapped.
    """

    def __init__(self, inner: ChatCompletionClient) -> None:
        self.inner = inner

    async def ask(self, request: Request) -> Completion:
        """One reply of the wrapped client."""
        return await forward(self.inner, request)

    async def close(self) -> None:
        """Close the wrapped client."""
        await self.inner.close()

    def actual_usage(self) -> RequestUsage:
        """Tokens that the endpoint was really asked for."""
        return self.inner.actual_usage()

    def total_usage(self) -> RequestUsage:
        """Tokens of all replies, cached ones too."""
        return self.inner.total_usage()

    def count_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        """Tokens of ``messages`` as the wrapped client counts them."""
        return self.inner.count_tokens(messages, tools=tools)

    def remaining_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        """Tokens left in the context window after ``messages``."""
        return self.inner.remaining_tokens(messages, tools=tools)

    @property
    def capabilities(self) -> ModelCapabilities:
        """Capabilities of the wrapped client."""
        return self.inner.capabilities

    @property
    def model_info(self) -> ModelInfo:
        """What the wrapped client's model can do."""
        return self.inner.model_info


class LeafClient(ModelClient):
    """A client at the inner end of a stack: it wraps nobody, and counts the tokens of its replies itself.

    Args:
        context_tokens: size of the model's context window, where a caller wants to plan with it.
    """

    def __init__(self, context_tokens: int = 32_768) -> None:
        self._context_tokens = context_tokens
        self._usage = RequestUsage(prompt_tokens=0, completion_tokens=0)

    def _count(self, usage: RequestUsage) -> None:
        self._usage.prompt_tokens += usage.prompt_tokens
        self._usage.completion_tokens += usage.completion_tokens

    async def close(self) -> None:
        """Nothing to let go of."""

    def actual_usage(self) -> RequestUsage:
        """Tokens that the endpoint was really asked for."""
        return self.total_usage()

    def total_usage(self) -> RequestUsage:
        """Tokens of all replies."""
        return RequestUsage(self._usage.prompt_tokens, self._usage.completion_tokens)

    def count_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        """An estimate on the safe side (:func:`estimated_tokens`)."""
        return estimated_tokens(messages)

    def remaining_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        """Tokens left in the context window after ``messages``."""
        return self._context_tokens - self.count_tokens(messages, tools=tools)

    @property
    def capabilities(self) -> ModelCapabilities:
        """Text and JSON; neither images nor tools."""
        return ModelCapabilities(vision=False, function_calling=False, json_output=True)

    @property
    def model_info(self) -> ModelInfo:
        """Text and JSON of a given schema; neither images nor tools."""
        return ModelInfo(
            vision=False,
            function_calling=False,
            json_output=True,
            family="unknown",
            structured_output=True,
            multiple_system_messages=True,
        )


def forward(client: ChatCompletionClient, request: Request) -> Coroutine[Any, Any, Completion]:
    """Hand ``request`` to any client: the short way where it is one of ours, as a ``create`` call otherwise."""
    if type(client).create is ModelClient.create:
        return cast("ModelClient", client).ask(request)
    return _created(client, request)


async def _created(client: ChatCompletionClient, request: Request) -> Completion:
    result = await client.create(
        request.messages,
        tools=request.tools,
        tool_choice=request.tool_choice,
        json_output=request.json_output,
        extra_create_args=request.args,
        cancellation_token=request.cancellation_token,
    )
    return Completion.of(result)


def estimated_tokens(messages: Sequence[LLMMessage]) -> int:
    """Tokens of ``messages``, estimated on the safe side: a third of their UTF-8 bytes, and one a message."""
    return sum(-(-len(_text(message).encode("utf-8", "surrogatepass")) // 3) + 1 for message in messages)


def _text(message: LLMMessage) -> str:
    content = message.content
    return content if isinstance(content, str) else str(content)
