"""For all tests: logging is as it was, and the contracts of ports tell what failed in them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog

_SUITES = "action agent bus channel cognition embedder intervention memory metric recorder society".split()
pytest.register_assert_rewrite(*(f"s3agents.testing.{suite}_contract" for suite in _SUITES))


@pytest.fixture(autouse=True)
def calm_logs() -> Iterator[None]:
    """A command under test configures logs for its own streams, which are gone afterwards."""
    yield
    structlog.reset_defaults()
