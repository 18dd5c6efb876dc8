"""LangChainEmbedder: any LangChain ``Embeddings``, named by its import path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError

from s3agents.embed.base import Vectors
from s3agents.embed.unit import unit_vectors
from s3agents.errors import InputError, MemoryStoreError, explain

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

__all__ = ["LangChainEmbedder"]

_WANTED = "package.module:Class of a LangChain Embeddings"


class LangChainEmbedder:
    """Vectors of a LangChain model, scaled to length 1; deterministic as far as that model is.

    Args:
        path: ``package.module:Class``, such as ``langchain_ollama:OllamaEmbeddings``.
        options: keyword arguments of the class.

    Raises:
        InputError: if the path does not import, names no ``Embeddings``, or the class refuses the options.
    """

    def __init__(self, path: str, options: Mapping[str, Any] | None = None) -> None:
        self._path = path
        self._model = _made(_embeddings_class(path), path, dict(options or {}))

    @property
    def name(self) -> str:
        """Kind and class, such as ``langchain/langchain_ollama:OllamaEmbeddings``."""
        return f"langchain/{self._path}"

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape ``(len(texts), dimensions)``.

        Raises:
            MemoryStoreError: if the model fails, or answers with something else.
        """
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        try:
            rows = await self._model.aembed_documents(list(texts))
        except Exception as exc:  # whatever its vendor raises
            raise MemoryStoreError(f"embedder {self._path}: {type(exc).__name__}: {exc}") from exc
        return unit_vectors(rows, count=len(texts), who=f"embedder {self._path}")

    async def close(self) -> None:
        """Nothing to let go of: LangChain models close what they open."""


def _embeddings_class(path: str) -> type[Embeddings]:
    from langchain_core.embeddings import Embeddings

    module, _, name = path.partition(":")
    try:
        found = getattr(import_module(module), name)
    except Exception as exc:  # a module may raise anything while it is imported
        got = f"{path!r}: {type(exc).__name__}: {exc}"
        remedy = "is its package installed?"
        raise InputError(explain("memory.embedder.path", wanted=_WANTED, got=got, remedy=remedy)) from exc
    if not (isinstance(found, type) and issubclass(found, Embeddings)):
        raise InputError(explain("memory.embedder.path", wanted=_WANTED, got=f"{path!r}: {found!r}"))
    return found


def _made(kind: type[Embeddings], path: str, options: dict[str, Any]) -> Embeddings:
    thing, wanted = f"memory.embedder.options of {path}", "what the class takes"
    try:
        return kind(**options)
    except ValidationError as exc:  # not chained: it would show the options, and one of them may be a key
        wrong = [f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in exc.errors(include_input=False)]
        raise InputError(explain(thing, wanted=wanted, got="; ".join(wrong))) from None
    except Exception as exc:  # the vendor's constructor runs in there
        raise InputError(explain(thing, wanted=wanted, got=f"{type(exc).__name__}: {exc}")) from exc
