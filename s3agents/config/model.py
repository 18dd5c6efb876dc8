"""Which model thinks and writes, and how hard it may be asked."""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from s3agents.config.section import Address, Section, later

__all__ = ["AUTOGEN", "HUMAN", "OPENAI", "PACE", "ModelSection", "OwnModelSection"]

OPENAI = "openai-compatible"
"""The backend that is our own client, of any endpoint of this kind."""

AUTOGEN = "autogen"
"""The backend that is an agent of AutoGen, which answers in the place of a model (mode ``autogen``)."""

HUMAN = "human"
"""The backend that is somebody at the terminal (mode ``human``)."""

PACE = frozenset({"url", "key_env", "concurrency", "timeout", "retries", "patience", "budget"})
"""Keys that say where and how hard the endpoint is asked; they do not shape the record."""


class ModelSection(Section):
    """The endpoint of every agent whose mode is ``llm``, as far as its group has no other.

    Attributes:
        backend: ``openai-compatible`` (our client for vLLM and its kind) or the import path of any AutoGen
            ``ChatCompletionClient`` component: ``package.module:Class``; with ``langchain:`` before it, of any chat
            model of LangChain.
        options: configuration of an AutoGen component (what its ``load_component`` takes), or keyword arguments of a
            chat model of LangChain, which has its own temperature and the like.
        url: base address, such as ``http://127.0.0.1:8000/v1``.
        name: the model's name at the endpoint.
        key_env: name of the environment variable that holds the key; the key itself is never in a scenario.
        temperature: sampling temperature.
        max_tokens: most tokens of one reply.
        bound_text: whether the schema of replies bounds the length of texts. Weak models need it, for they seldom end a
            text; with large vocabularies the endpoint takes seconds to prepare for it.
        bound_acts: whether that schema has an alternative for each kind of act, so that what needs a post names one it
            can be about, and what writes nothing has no text. Without it such a reply is asked for again. It spares
            weak models that; not every endpoint takes a schema whose root is a choice.
        logprobs: whether to ask for the probabilities of labels.
        concurrency: most requests in flight; fewer are used when the endpoint pushes back.
        timeout: seconds to wait for one reply.
        retries: how often one request is asked again after a transient failure.
        patience: seconds after which a request is given up, retries and all.
        repairs: how often an unusable reply is asked for again, with another seed.
        budget: most tokens of the whole run, prompts and replies; none for no limit.
    """

    backend: str = OPENAI
    options: dict[str, object] = Field(default_factory=dict)
    url: Address | None = None
    name: str = "default"
    key_env: str = "OPENAI_API_KEY"
    temperature: float = Field(default=0.8, ge=0.0, le=2.0)
    max_tokens: int = Field(default=256, ge=1, le=8192)
    bound_text: bool = False
    bound_acts: bool = later(False)
    logprobs: bool = True
    concurrency: int = Field(default=64, ge=1, le=4096)
    timeout: float = Field(default=60.0, gt=0.0)
    retries: int = Field(default=12, ge=0, le=100)
    patience: float = Field(default=180.0, gt=0.0)
    repairs: int = Field(default=2, ge=0, le=10)
    budget: int | None = Field(default=None, ge=1)

    @property
    def named(self) -> bool:
        """Whether it says where to ask."""
        return self.url is not None or self.backend != OPENAI


class OwnModelSection(ModelSection):
    """The model of one group of users: what it leaves unsaid is as in the scenario's ``model``.

    Written out, it is what was said. A budget is no part of it: that of the scenario is for all models together.
    """

    def over(self, common: ModelSection) -> ModelSection:
        """``common`` with what is said here; options of another backend are not taken over."""
        said = {key: getattr(self, key) for key in self.model_fields_set}
        if self.backend != common.backend and "backend" in said:
            said = {"options": {}, **said}
        return common.model_copy(update=said)

    @model_validator(mode="after")
    def _no_budget(self) -> Self:
        if "budget" in self.model_fields_set:
            raise ValueError("no budget of its own: model.budget is for all models together")
        return self

    @model_serializer(mode="wrap")
    def _said(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in handler(self).items() if key in self.model_fields_set}
