"""Collector: garbage is looked for seldom during a run, and as before after it."""

from __future__ import annotations

import gc
import weakref
from contextlib import ExitStack

import pytest

from s3agents.coordinator.collector import seldom_collected


class Node:
    """Refers to itself: only the search for cycles finds it."""

    def __init__(self) -> None:
        self.me = self


def test_after_the_last_of_several_runs_all_is_as_before() -> None:
    """Also when one of them fails; the first to end changes nothing for the other."""
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    one, other = ExitStack(), ExitStack()
    one.enter_context(seldom_collected())
    other.enter_context(seldom_collected())
    during = gc.get_threshold()
    assert during > before
    assert gc.get_freeze_count() > 1000
    one.close()
    assert gc.get_threshold() == during
    with pytest.raises(RuntimeError, match="failed"), other:
        raise RuntimeError("failed")
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() <= frozen


def test_garbage_made_in_the_block_is_found() -> None:
    """What goes round in circles does not stay for good."""
    with seldom_collected():
        node = weakref.ref(Node())
        gc.collect()
        assert node() is None
