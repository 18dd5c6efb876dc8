"""TextTable: the vectors of a batch as rows, with the bits that each has alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from s3agents.ids import TextId
from s3agents.memory.influence import cosine, cosines
from s3agents.memory.recent import stored_text
from s3agents.memory.text_table import TextTable

SEEDS = st.integers(0, 2**32 - 1)


def table(seed: int, size: int) -> tuple[TextTable, dict[TextId, np.ndarray]]:
    """A table of ``size`` texts, and their vectors."""
    rng = np.random.default_rng(seed)
    vectors = {TextId(f"t{n}"): rng.standard_normal(64).astype(np.float32) for n in range(size)}
    return TextTable({key: stored_text(key.upper(), vector) for key, vector in vectors.items()}), vectors


@given(seed=SEEDS, picks=st.lists(st.integers(0, 4), max_size=9))
def test_rows_are_what_was_stored(seed: int, picks: list[int]) -> None:
    """In the order asked for, each as often as it is."""
    known, vectors = table(seed, 5)
    keys = [TextId(f"t{n}") for n in picks]
    rows = known.vectors(keys)
    assert rows.shape == (len(keys), 64)
    assert all(np.array_equal(row, vectors[key]) for row, key in zip(rows, keys, strict=True))
    assert [known.text(key) for key in keys] == [key.upper() for key in keys]


def test_a_table_of_nothing_answers_for_nothing() -> None:
    """Turns without mail and memories need none."""
    assert len(TextTable({}).vectors(())) == 0


def test_a_vector_does_not_keep_the_table_alive() -> None:
    """A turn holds on to one while it waits for its model."""
    known, _ = table(1, 5)
    assert known.vector(TextId("t3")).base is None


@given(seed=SEEDS)
def test_cosines_are_those_of_one_at_a_time(seed: int) -> None:
    """To the last bit: what is recorded does not hang on who was in the batch."""
    known, vectors = table(seed, 7)
    me = known.vector(TextId("t0"))
    assert cosines(me, known.vectors(list(vectors))) == [cosine(me, vector) for vector in vectors.values()]
