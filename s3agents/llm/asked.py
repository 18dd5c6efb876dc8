"""Asked: what the minds of a run ask: one client for all of them, or one for each model that a scenario names."""

from __future__ import annotations

import json
from collections.abc import Callable

from s3agents.config.model import OPENAI, ModelSection
from s3agents.errors import RunError
from s3agents.llm.base import ChatCompletionClient, LeafClient, ModelWrapper, Request, forward
from s3agents.llm.completion import Completion

__all__ = ["Asked", "ModelOf", "NamedClient", "NobodyClient", "endpoint_key", "model_of"]

ModelOf = Callable[[ModelSection], ChatCompletionClient]
"""The client of a model."""

Asked = ChatCompletionClient | ModelOf
"""One client whatever the model, or the client of each."""


def model_of(asked: Asked) -> ModelOf:
    """``asked`` as a function of the model."""
    if isinstance(asked, ChatCompletionClient):
        client = asked
        return lambda section: client
    return asked


def endpoint_key(section: ModelSection) -> str:
    """What tells endpoints apart: where and how hard each is asked, and not which of its models, or with what."""
    options = {} if section.backend == OPENAI else section.options
    url = section.url if section.backend == OPENAI else None
    pace = (section.key_env, section.concurrency, section.timeout, section.retries, section.patience)
    return json.dumps([section.backend, url, options, pace], sort_keys=True, default=str)


class NamedClient(ModelWrapper):
    """Asks for one of the models of an endpoint that serves several.

    Args:
        inner: our client of the endpoint, which other models share.
        model: the model's name.
    """

    def __init__(self, inner: ChatCompletionClient, model: str) -> None:
        super().__init__(inner)
        self._model = model

    async def ask(self, request: Request) -> Completion:
        """One reply of that model."""
        return await forward(self.inner, request._replace(args={**request.args, "model": self._model}))


class NobodyClient(LeafClient):
    """Stands for a client while it is found out whether a mind can be made with one; it is not to be asked."""

    async def ask(self, request: Request) -> Completion:
        """Nothing.

        Raises:
            RunError: in any case.
        """
        raise RunError("a mind asked its model before the run")
