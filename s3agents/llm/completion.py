"""Completion: what a model answered, as it travels between our own clients; the counterpart of a request.

AutoGen's ``CreateResult`` is what the port gives away. It checks itself and has an object for every token and every
alternative of it, which costs more than the answer took to be sent; so it is made where somebody asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from autogen_core import FunctionCall
from autogen_core.models import ChatCompletionTokenLogprob, CreateResult, FinishReasons, RequestUsage

from s3agents.llm.token_logprobs import TokenLogprobs

__all__ = ["Completion"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """The answer to one request.

    Attributes:
        finish_reason: why it ended.
        content: text, or calls of functions.
        usage: tokens as the endpoint counted them.
        cached: whether it comes from a record.
        tokens: its tokens with their log probabilities, if they were asked for.
        thought: what was thought aloud.
    """

    finish_reason: FinishReasons
    content: str | list[FunctionCall]
    usage: RequestUsage
    cached: bool = False
    tokens: TokenLogprobs | None = None
    thought: str | None = None

    @classmethod
    def of(cls, result: CreateResult) -> Completion:
        """The same as AutoGen's result."""
        return cls(
            finish_reason=result.finish_reason,
            content=result.content,
            usage=result.usage,
            cached=result.cached,
            tokens=None if result.logprobs is None else TokenLogprobs.of(result.logprobs),
            thought=result.thought,
        )

    @property
    def logprobs(self) -> list[ChatCompletionTokenLogprob] | None:
        """The tokens as AutoGen has them, made anew."""
        return None if self.tokens is None else self.tokens.objects()

    def result(self) -> CreateResult:
        """The same as AutoGen has it."""
        return CreateResult(
            finish_reason=self.finish_reason,
            content=self.content,
            usage=self.usage,
            cached=self.cached,
            logprobs=self.logprobs,
            thought=self.thought,
        )
