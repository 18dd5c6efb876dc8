"""RecentTexts: the bounded cache in front of a store."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from s3agents.memory.recent import RecentTexts, stored_text

KEYS = [f"k{n}" for n in range(6)]
VECTOR = np.ones(2, np.float32)


@given(
    size=st.integers(0, 4),
    steps=st.lists(st.tuples(st.booleans(), st.sampled_from(KEYS)), max_size=40),
)
def test_it_holds_exactly_what_was_used_last(size, steps):
    """Whether put in or found: the same as a list that is searched from its end."""
    recent = RecentTexts(size)
    model: list[str] = []
    for put, key in steps:
        if put:
            recent.put(key, stored_text(key, VECTOR))
        elif key in model:
            assert recent.find([key])[key].text == key
        if put or key in model:
            model = [*(k for k in model if k != key), key][-size:] if size else []
        assert len(recent) == len(model)
        assert [key for key in KEYS if key in recent] == sorted(model)


def test_a_stored_vector_is_a_copy():
    """It must not keep the batch that it came with alive, nor change with it."""
    batch = np.ones((3, 2), np.float32)
    kept = stored_text("a", batch[1])
    batch[1] = 7
    assert kept.vector.tolist() == [1, 1]
    assert kept.vector.base is None
