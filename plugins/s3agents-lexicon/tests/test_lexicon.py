"""The lexicon keeps the contract of embedders, and tells subjects apart."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
from s3agents_lexicon import Lexicon

from s3agents import Simulation
from s3agents.errors import InputError
from s3agents.testing import EmbedderContract
from s3agents.testing.societies import lively_scenario

SUBJECTS = {"money": ["tax*", "price"], "food": ["sugar", "糖税"]}


class TestLexicon(EmbedderContract):
    tolerance = 1e-6

    def make_embedder(self) -> Lexicon:
        """Two subjects."""
        return Lexicon(subjects=SUBJECTS)


def test_a_text_is_as_near_to_a_subject_as_it_speaks_of_it() -> None:
    """Counts of words by hand, and their lengths."""
    texts = ["Taxes, taxes! A TAX on sugar?", "sugary", ""]
    found = asyncio.run(Lexicon(subjects=SUBJECTS).embed(texts))
    wanted = np.sqrt([[3, 1, 2], [0, 0, 1], [0, 0, 0]])
    assert np.allclose(found, wanted / np.maximum(1e-9, np.linalg.norm(wanted, axis=1, keepdims=True)))


def test_a_scenario_names_it(tmp_path: Path) -> None:
    """With its lists of words; one without any is refused."""
    memory = {"store": "local", "embedder": {"kind": "lexicon", "options": {"subjects": SUBJECTS}}}
    run = Simulation(lively_scenario(["0"], memory=memory), out=tmp_path / "run").run()
    assert run.manifest.embedder == "lexicon-2"
    wordless = lively_scenario(["0"], memory={"embedder": {"kind": "lexicon", "options": {"subjects": {"food": []}}}})
    with pytest.raises(InputError, match=r"plugin 'lexicon'.*words of one subject"):
        Simulation(wordless, out=tmp_path / "other")
