"""LangChainEmbedder: LangChain models by import path."""

import sys
import types

import numpy as np
import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings
from pydantic import BaseModel

from s3agents.embed.langchain import LangChainEmbedder
from s3agents.errors import InputError, MemoryStoreError

FAKE = "langchain_core.embeddings:DeterministicFakeEmbedding"


class Faulty(BaseModel, Embeddings):
    """Fails as it is told to."""

    answer: str = "raise"
    token: int = 0

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """An error, or a vector too few."""
        if self.answer == "raise":
            raise ConnectionError("no route to the vendor")
        return [[1.0, 2.0]] * (len(texts) - 1)

    def embed_query(self, text: str) -> list[float]:
        """Not used."""
        return []


@pytest.fixture
def here(monkeypatch):
    """A module that holds the models of this file."""
    module = types.ModuleType("my_models")
    module.Faulty = Faulty
    monkeypatch.setitem(sys.modules, "my_models", module)


async def test_vectors_are_those_of_the_model_scaled_to_one():
    """Its asynchronous method is asked."""
    embedder = LangChainEmbedder(FAKE, {"size": 8})
    vectors = await embedder.embed(["a", "b"])
    raw = np.array(DeterministicFakeEmbedding(size=8).embed_documents(["a", "b"]))
    assert vectors == pytest.approx(raw / np.linalg.norm(raw, axis=1, keepdims=True), abs=1e-6)
    assert (await embedder.embed([])).shape[0] == 0
    assert embedder.name == f"langchain/{FAKE}"
    await embedder.close()


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("no_such_package:Class", "No module named 'no_such_package'"),
        ("langchain_core.embeddings:NoSuchClass", "NoSuchClass"),
        ("langchain_core.embeddings", "module 'langchain_core"),
        ("", "ValueError"),
        ("pathlib:Path", "class 'pathlib"),
        ("os:getcwd", "function getcwd"),
    ],
)
def test_a_path_that_is_no_embeddings_is_refused(path, told):
    """The message shows the path and why."""
    with pytest.raises(InputError, match=rf"memory\.embedder\.path: wanted package\.module:Class .*{told}"):
        LangChainEmbedder(path)


def test_options_that_do_not_fit_are_refused_without_being_shown(here):
    """One of them may be a key; the chain of causes is cut for that too."""
    with pytest.raises(InputError, match=r"memory\.embedder\.options of my_models:Faulty: .*token") as caught:
        LangChainEmbedder("my_models:Faulty", {"token": "hunter2"})
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(("answer", "told"), [("raise", "no route to the vendor"), ("few", "wanted 2 vectors")])
async def test_a_failing_model_is_a_store_error(here, answer, told):
    """Nobody above sees the vendor's error."""
    embedder = LangChainEmbedder("my_models:Faulty", {"answer": answer})
    with pytest.raises(MemoryStoreError, match=told):
        await embedder.embed(["a", "b"])
