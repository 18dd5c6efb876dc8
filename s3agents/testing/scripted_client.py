"""ScriptedClient: a model client that answers as a test tells it to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from autogen_core.models import RequestUsage

from s3agents.llm.base import CreateResult, LeafClient, Request
from s3agents.llm.completion import Completion

__all__ = ["ScriptedClient", "text_result"]

Outcome = str | CreateResult | Exception


def text_result(text: str, *, prompt_tokens: int = 10, reply_tokens: int = 5) -> CreateResult:
    """A finished reply of ``text``."""
    usage = RequestUsage(prompt_tokens=prompt_tokens, completion_tokens=reply_tokens)
    return CreateResult(finish_reason="stop", content=text, usage=usage, cached=False)


class ScriptedClient(LeafClient):
    """Answers each request with the next outcome of a script, or with what a function makes of the request.

    An outcome is a text, a whole result, or an exception to raise; the last one of a script is repeated for ever.

    Args:
        outcomes: the script, or the function.
        gate: answers are held back until it is set.

    Attributes:
        requests: what was asked, in order.
        in_flight: requests that wait for their answer now.
    """

    def __init__(
        self, outcomes: Iterable[Outcome] | Callable[[Request], Outcome], *, gate: asyncio.Event | None = None
    ) -> None:
        super().__init__()
        self.requests: list[Request] = []
        self.in_flight = 0
        self._gate = gate
        self._decide: Callable[[Request], Outcome] = outcomes if callable(outcomes) else _in_turn(list(outcomes))

    async def ask(self, request: Request) -> Completion:
        """The next outcome."""
        self.requests.append(request)
        self.in_flight += 1
        try:
            await (self._gate.wait() if self._gate else asyncio.sleep(0))
            outcome = self._decide(request)
        finally:
            self.in_flight -= 1
        if isinstance(outcome, Exception):
            raise outcome
        result = text_result(outcome) if isinstance(outcome, str) else outcome
        self._count(result.usage)
        return Completion.of(result)


def _in_turn(outcomes: list[Outcome]) -> Callable[[Request], Outcome]:
    return lambda _: outcomes.pop(0) if len(outcomes) > 1 else outcomes[0]
