"""unit_vectors: what came, made into vectors of length 1, or refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from s3agents.embed.unit import unit_vectors
from s3agents.errors import MemoryStoreError

rows = st.integers(1, 5).flatmap(
    lambda width: st.lists(
        arrays(np.float64, width, elements=st.floats(-1e6, 1e6)).filter(lambda row: np.abs(row).max() > 1e-3),
        min_size=1,
    )
)


@given(rows=rows)
def test_each_row_is_scaled_by_itself(rows):
    """To length 1, in its own direction, with the same bits alone as among others."""
    scaled = unit_vectors(rows, count=len(rows), who="test")
    assert scaled.dtype == np.float32
    assert np.linalg.norm(scaled, axis=1) == pytest.approx(np.ones(len(rows)), abs=1e-5)
    for row, unit in zip(rows, scaled, strict=True):
        assert unit * np.linalg.norm(row) == pytest.approx(row, rel=1e-5, abs=np.linalg.norm(row) * 1e-6)
        assert unit_vectors([row], count=1, who="test")[0].tobytes() == unit.tobytes()


def test_zero_stays_zero():
    """There is no direction to keep."""
    assert unit_vectors([[0.0, 0.0], [3.0, 4.0]], count=2, who="test").tolist() == [[0, 0], pytest.approx([0.6, 0.8])]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([[1.0, 2.0]], "wanted 2 vectors"),
        ([[1.0, 2.0], [1.0]], "one length"),
        ([[], []], "wanted 2 vectors"),
        ([1.0, 2.0], "wanted 2 vectors"),
        ([[1.0, float("nan")], [1.0, 2.0]], "finite"),
        ([["a"], ["b"]], "one length"),
        ([None, None], "wanted 2 vectors"),
    ],
)
def test_what_is_no_list_of_vectors_is_refused(rows, told):
    """The message names who sent it."""
    with pytest.raises(MemoryStoreError, match=rf"sender: .*{told}"):
        unit_vectors(rows, count=2, who="sender")
