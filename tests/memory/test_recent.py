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


def test_it_takes_no_more_memory_than_was_said():
    """Texts of long vectors are fewer; a text that comes again is counted once."""
    recent = RecentTexts(1000, size_bytes=100_000)
    long = np.ones(2_500, np.float32)  # 10,000 bytes
    for n in range(30):
        recent.put(f"k{n}", stored_text("long", long))
        recent.put(f"k{n}", stored_text("long", long))
        assert len(recent) == min(n + 1, 9)
        assert recent.forgot == (n >= 9)
    assert "k29" in recent
    assert "k20" not in recent


def test_a_stored_vector_is_a_copy():
    """It must not keep the batch that it came with alive, nor change with it."""
    batch = np.ones((3, 2), np.float32)
    kept = stored_text("a", batch[1])
    batch[1] = 7
    assert kept.vector.tolist() == [1, 1]
    assert kept.vector.base is None
