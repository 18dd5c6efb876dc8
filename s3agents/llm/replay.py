"""Record and replay: a recorded reply is never asked for again, and a whole run repeats without an endpoint."""

from __future__ import annotations

import asyncio

from autogen_core.models import RequestUsage

from s3agents.errors import ModelError, ReplayMissError
from s3agents.llm.base import ChatCompletionClient, LeafClient, ModelWrapper, Request, forward
from s3agents.llm.completion import Completion
from s3agents.llm.failures import copy_error
from s3agents.llm.reply_store import ReplyStore
from s3agents.llm.request_key import key_of

__all__ = ["RecordingClient", "ReplayClient"]

_Outcome = Completion | BaseException | None


class RecordingClient(ModelWrapper):
    """Keeps every reply, and every model error that came instead of one.

    What is recorded as a reply is answered from the record; what is recorded as an error is asked again. Equal requests
    that are in flight together are asked once. Errors that end a run, such as a used-up budget, are not recorded.
    Whenever nothing is in flight any more, the record is written out: who waits for a round of replies before they
    commit what came of it finds those replies on file, whatever happens to the process.

    Args:
        inner: the client that is wrapped.
        store: the record; closed by whoever opened it.
        model: the model's name, part of every key.
    """

    def __init__(self, inner: ChatCompletionClient, store: ReplyStore, *, model: str) -> None:
        super().__init__(inner)
        self._store = store
        self._model = model
        self._waiting: dict[str, list[asyncio.Future[_Outcome]]] = {}
        self._recorded = RequestUsage(0, 0)

    async def ask(self, request: Request) -> Completion:
        """The recorded reply, or else the wrapped client's.

        Raises:
            ModelError: as the wrapped client.
            RecordError: if the record cannot be read or written.
        """
        key = key_of(self._model, request)
        while True:
            found = self._store.get(key)
            if isinstance(found, Completion):
                self._recorded.prompt_tokens += found.usage.prompt_tokens
                self._recorded.completion_tokens += found.usage.completion_tokens
                return found
            if key not in self._waiting:
                return await self._ask_and_tell(key, request)
            outcome = await self._hear(key)
            if isinstance(outcome, ModelError):
                raise copy_error(outcome) from outcome
            if isinstance(outcome, BaseException):
                raise outcome

    def flush(self) -> None:
        """Write the record out: what has been answered is on file.

        Raises:
            RecordError: if it cannot be written.
        """
        self._store.flush()

    def total_usage(self) -> RequestUsage:
        """Tokens of all replies, recorded ones too."""
        asked = self.inner.total_usage()
        return RequestUsage(
            asked.prompt_tokens + self._recorded.prompt_tokens,
            asked.completion_tokens + self._recorded.completion_tokens,
        )

    async def _ask_and_tell(self, key: str, request: Request) -> Completion:
        """Ask, record, and tell those who wait for the same."""
        waiting = self._waiting[key] = []
        outcome: _Outcome = None
        try:
            outcome = await forward(self.inner, request)
            self._store.put(key, outcome)
            return outcome
        except ModelError as error:
            outcome = error
            if not isinstance(error, ReplayMissError):
                self._store.put(key, error)
            raise
        except Exception as error:
            outcome = error
            raise
        finally:
            # After a cancellation the outcome is None, and one of those who wait asks in our stead.
            del self._waiting[key]
            for future in waiting:
                if not future.done():
                    future.set_result(outcome)
            if not self._waiting:
                self._store.flush()

    async def _hear(self, key: str) -> _Outcome:
        future: asyncio.Future[_Outcome] = asyncio.get_running_loop().create_future()
        self._waiting[key].append(future)
        return await future


class ReplayClient(LeafClient):
    """Answers from a record alone; no endpoint is asked.

    Args:
        store: the record; closed by whoever opened it.
        model: the model's name when it was made.
    """

    def __init__(self, store: ReplyStore, *, model: str) -> None:
        super().__init__()
        self._store = store
        self._model = model

    async def ask(self, request: Request) -> Completion:
        """The recorded reply.

        Raises:
            ModelError: the recorded error, of the same class, cause and message.
            ReplayMissError: if nothing is recorded for this request.
            RecordError: if the record cannot be read.
        """
        key = key_of(self._model, request)
        found = self._store.get(key)
        if isinstance(found, Completion):
            self._count(found.usage)
            return found
        if found is not None:
            raise found
        raise ReplayMissError(
            f"{self._store.path}: no reply of {self._model} is recorded for request {key}"
            " (replay with the scenario, prompts and version that made the record)",
            cause="replay_miss",
        )

    def actual_usage(self) -> RequestUsage:
        """None: no endpoint is asked."""
        return RequestUsage(0, 0)
